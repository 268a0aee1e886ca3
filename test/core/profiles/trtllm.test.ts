import { describe, expect, it } from "vitest";
import { TRTLLM_SIGNALS } from "../../../src/core/profiles/trtllm.ts";
import { millis } from "../../../src/core/units.ts";
import { aFleet, anObjective, aWorkload } from "../../adapters/prometheus/a-fleet.ts";
import { TRTLLM_BY_HAND } from "./by-hand.ts";
import { about, plain, plainSignals, readStored } from "./read-stored.ts";

const fleet = aFleet({ profile: TRTLLM_SIGNALS.engine });
const pods = (...names: readonly string[]) =>
  names.map((name) => ({ pod: `trtllm/${name}`, namespace: "agents" }));

describe("TensorRT-LLM's signals", () => {
  it("are as computed by hand", () => {
    expect(plainSignals(readStored(fleet, pods("serve-0", "serve-1")))).toEqual(
      about(TRTLLM_BY_HAND),
    );
  });

  it("have no preemptions, and say what there is instead", () => {
    const { signals } = readStored(fleet, pods("serve-0"));
    expect(signals.preemptions).toEqual({
      kind: "absent",
      problem: "not-exported",
      detail: expect.stringContaining("trtllm_num_paused_requests is a gauge"),
    });
  });

  it("take an override in place of what is not exported", () => {
    const overrides = [
      { signal: "preemptions", query: "sum(trtllm_num_paused_requests) / 10", unit: "1/s" },
    ] as const;
    const { signals } = readStored(aFleet({ profile: "trtllm", overrides }), pods("serve-0"));
    expect(plain(signals.preemptions)).toBeCloseTo(0.2, 9);
  });

  it("take no release without the counter of cached tokens for one without a miss", () => {
    const alone = readStored(fleet, pods("old-0")).signals;
    expect(alone.computedPromptTokens).toMatchObject({
      problem: "empty",
      detail: expect.stringContaining("trtllm_prompt_cached_tokens_total"),
    });
    const mixed = readStored(fleet, pods("old-0", "serve-0")).signals;
    expect(plain(mixed.computedPromptTokens)).toBeCloseTo(8_000 + 20_000 - 15_000, 6);
  });

  it("are absent where neither statistics option is set", () => {
    const found = Object.values(plainSignals(readStored(fleet, pods("plain-0"))));
    expect(new Set(found)).toEqual(new Set(["empty", "not-exported"]));
  });

  it("leave the decode side out of prompts, hits and arrivals", () => {
    const workloads = [aWorkload("prefill", "Prefill"), aWorkload("decode", "Decode")];
    const read = readStored(
      aFleet({ profile: "trtllm" }, { workloads }),
      pods("prefill-0", "decode-0"),
    );
    expect(plainSignals(read)).toMatchObject(
      about({
        arrivals: 2,
        servedTurns: 2,
        promptTokens: 20_000,
        computedPromptTokens: 5_000,
        generatedTokens: 602,
        runningTurns: 49,
        waitingTurns: 3,
        kvUsage: 0.3,
        kvCapacity: 640_000,
      }),
    );
  });

  it("take shares at TensorRT-LLM's bounds", () => {
    const objectives = [
      anObjective({ thresholdMs: millis(2_500) }),
      anObjective({ metric: "ITL", thresholdMs: millis(25) }),
      anObjective({ metric: "ITL", thresholdMs: millis(20) }),
    ];
    const read = readStored(
      aFleet({ profile: "trtllm" }, { objectives }),
      pods("serve-0", "serve-1"),
    );
    expect(read.objectives.map(({ share }) => plain(share))).toEqual([
      expect.closeTo(2 / 3, 9),
      expect.closeTo(2 / 3, 9),
      "empty",
    ]);
  });
});
