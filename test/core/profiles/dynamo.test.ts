import { describe, expect, it } from "vitest";
import { DYNAMO_SIGNALS } from "../../../src/core/profiles/dynamo.ts";
import { millis } from "../../../src/core/units.ts";
import { aFleet, anObjective, aWorkload } from "../../adapters/prometheus/a-fleet.ts";
import { DYNAMO_BY_HAND } from "./by-hand.ts";
import { about, plain, plainSignals, readStored } from "./read-stored.ts";

/** Its matcher `model_name` is `model` in these series. */
const fleet = aFleet({ profile: DYNAMO_SIGNALS.engine });
const pods = (...names: readonly string[]) =>
  names.map((name) => ({ pod: `dynamo/${name}`, namespace: "agents" }));
const all = pods("frontend-0", "worker-0", "worker-1");

describe("Dynamo's signals", () => {
  it("are as computed by hand", () => {
    expect(plainSignals(readStored(fleet, all))).toEqual(about(DYNAMO_BY_HAND));
  });

  it("are the same where decode is apart: the frontend counts each turn once", () => {
    const workloads = [aWorkload("prefill", "Prefill"), aWorkload("decode", "Decode")];
    const apart = aFleet({ profile: "dynamo" }, { workloads });
    expect(plainSignals(readStored(apart, all))).toEqual(about(DYNAMO_BY_HAND));
  });

  it("add the ends and the growth at frontends that do not count starts", () => {
    const { signals } = readStored(fleet, [...all, ...pods("old-0")]);
    expect(plain(signals.arrivals)).toBeCloseTo(5 + 2 + 6 / 30, 9);
  });

  it("take the stages where the older gauge is gone, and never both", () => {
    const { signals } = readStored(fleet, pods("newer-0"));
    expect(plain(signals.waitingTurns)).toBe(4 + 8 + 30);
    expect(plain(signals.runningTurns)).toBe(58 - 42);
  });

  it("take the router's reckoning of the cache where workers are not scraped", () => {
    const { signals } = readStored(fleet, pods("frontend-0"));
    expect(plain(signals.kvUsage)).toBeCloseTo((4_000 + 2_000) / 2 / 10_000, 9);
    expect(plain(signals.kvCapacity)).toBe(2 * 10_000 * 32);
  });

  it("are covered less when a worker dies, though frontends stay up", () => {
    const dead = all.map((pod) => (pod.pod.endsWith("worker-1") ? { ...pod, up: false } : pod));
    expect(readStored(fleet, dead).signals.promptTokens).toMatchObject({
      value: expect.closeTo(24_000, 6),
      coverage: expect.closeTo(2 / 3, 9),
    });
  });

  it("are absent where a release does not export them, and name what it lacks", () => {
    const { signals } = readStored(fleet, pods("old-0"));
    expect([signals.computedPromptTokens, signals.kvUsage, signals.preemptions]).toMatchObject([
      { problem: "empty", detail: expect.stringContaining("dynamo_frontend_cached_tokens_sum") },
      { problem: "empty", detail: expect.stringContaining("gpu_cache_usage_percent") },
      { problem: "not-exported", detail: expect.stringContaining("override") },
    ]);
  });

  it("take shares at the frontend's log-spaced bounds", () => {
    const objectives = [
      anObjective({ thresholdMs: millis(2_200) }),
      anObjective({ thresholdMs: millis(1_000) }),
      anObjective({ thresholdMs: millis(2_500) }),
      anObjective({ metric: "ITL", thresholdMs: millis(13) }),
    ];
    const read = readStored(aFleet({ profile: "dynamo" }, { objectives }), all);
    expect(read.objectives.map(({ share }) => plain(share))).toEqual([
      expect.closeTo(1, 9),
      expect.closeTo(3 / 4, 9),
      "empty",
      expect.closeTo(0.5, 9),
    ]);
  });
});
