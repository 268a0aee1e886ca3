import { describe, expect, it } from "vitest";
import { SIGNAL_TABLES } from "../../../src/core/profiles/signal-tables.ts";
import { SIGNAL_PROFILES, type SignalProfile } from "../../../src/core/signals/names.ts";
import { aFleet } from "../../adapters/prometheus/a-fleet.ts";
import { readStored } from "./read-stored.ts";

const PODS: Readonly<Record<SignalProfile, readonly string[]>> = {
  vllm: ["vllm/serve-0"],
  sglang: ["sglang/serve-0", "sglang/serve-1"],
  trtllm: ["trtllm/serve-0", "trtllm/serve-1"],
  dynamo: ["dynamo/frontend-0", "dynamo/worker-0", "dynamo/worker-1"],
};

/** Each series of each table, by its spellings. */
const CASES = SIGNAL_PROFILES.flatMap((profile) =>
  Object.entries(SIGNAL_TABLES[profile].series).map(
    ([name, { names }]) => [profile, name, names] as const,
  ),
);

const readWithout = (profile: SignalProfile, without: readonly string[]) => {
  const pods = PODS[profile].map((pod) => ({ pod, namespace: "agents" }));
  return Object.entries(readStored(aFleet({ profile }), pods, without).signals);
};

describe("an engine that does not export a series", () => {
  it.each(CASES)("%s without %s: no signal reads 0, which none is", (profile, _, names) => {
    for (const [signal, reading] of readWithout(profile, names)) {
      if (reading.kind === "value") expect(reading.value, signal).toBeGreaterThan(0);
    }
  });

  it.each(CASES)("%s without %s: what goes absent for it names it", (profile, _, names) => {
    const before = new Map(readWithout(profile, []));
    for (const [signal, reading] of readWithout(profile, names)) {
      if (reading.kind === "value" || before.get(signal)?.kind === "absent") continue;
      expect(
        names.some((name) => reading.detail.includes(name)),
        `${signal}: ${reading.detail}`,
      ).toBe(true);
    }
  });
});
