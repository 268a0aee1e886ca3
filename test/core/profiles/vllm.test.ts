import { describe, expect, it } from "vitest";
import { VLLM_BUCKETS_SECONDS, VLLM_SIGNALS } from "../../../src/core/profiles/vllm.ts";
import { millis } from "../../../src/core/units.ts";
import { aFleet, anObjective, aWorkload } from "../../adapters/prometheus/a-fleet.ts";
import { VLLM_BY_HAND } from "./by-hand.ts";
import { about, plain, plainSignals, readStored } from "./read-stored.ts";

const pods = [{ pod: "vllm/serve-0", namespace: "agents" }];

describe("vLLM's signals", () => {
  it("are as computed by hand", () => {
    expect(plainSignals(readStored(aFleet(), pods))).toEqual(about(VLLM_BY_HAND));
  });

  it("take no decode pod's transferred prompts for hits", () => {
    const workloads = [aWorkload("serve", "Prefill"), aWorkload("decode", "Decode")];
    const both = [...pods, { pod: "vllm/decode-0", namespace: "agents" }];
    expect(plainSignals(readStored(aFleet({}, { workloads }), both))).toMatchObject(
      about({ promptTokens: 1_000, computedPromptTokens: 400, kvUsage: 0.25, runningTurns: 16 }),
    );
    expect(plain(readStored(aFleet(), both).signals.promptTokens)).toBeCloseTo(2_000, 6);
  });

  it("take shares at vLLM's bounds only", () => {
    const objectives = [
      anObjective({ thresholdMs: millis(2_500) }),
      anObjective({ thresholdMs: millis(2_000) }),
    ];
    const read = readStored(aFleet({}, { objectives }), pods);
    expect(read.objectives.map(({ share }) => plain(share))).toEqual([
      expect.closeTo(1.5 / 2, 9),
      "empty",
    ]);
  });

  it("read prompts, hits and cache from the pods that prefill", () => {
    const scopes = ["prompt", "computed", "cached", "kvUsage", "cacheConfig", "ttft"].map(
      (name) => VLLM_SIGNALS.series[name]?.pods,
    );
    expect(new Set(scopes)).toEqual(new Set(["prefilling"]));
  });

  it("have the bounds that simulated engines have too", () => {
    expect(VLLM_SIGNALS.bucketsSeconds).toBe(VLLM_BUCKETS_SECONDS);
  });
});
