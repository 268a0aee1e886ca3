import { describe, expect, it } from "vitest";
import { TRTLLM_SIGNALS } from "../../../src/core/profiles/trtllm.ts";
import { millis } from "../../../src/core/units.ts";
import type { Sample } from "../../support/expositions/exposition.ts";
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

  const bare = (sample: Sample): Sample => ({
    ...sample,
    name: sample.name.replace(/^trtllm_/, ""),
  });
  const nameless = (sample: Sample): Sample => ({
    ...sample,
    labels: { ...sample.labels, model_name: "undefined", engine_type: "undefined" },
  });
  const unlabelled = (sample: Sample): Sample => {
    const { engine_type: _left, ...labels } = sample.labels;
    return { ...sample, labels };
  };
  const spelledBy = (spelled: (sample: Sample) => Sample) =>
    pods("serve-0", "serve-1").map((pod) => ({ ...pod, spelled }));
  const inNamespace = aFleet({
    profile: "trtllm",
    matchers: { namespace: "agents", model_name: "dsr1-fp4" },
  });
  const ofModelOnly = aFleet({ profile: "trtllm", matchers: { model_name: "dsr1-fp4" } });

  it.each([
    ["without the prefix", bare],
    ["without the model", nameless],
    ["without either", (sample: Sample) => nameless(bare(sample))],
  ])("are the same of releases %s", (_, spelled) => {
    const read = readStored(inNamespace, spelledBy(spelled));
    expect(plainSignals(read)).toEqual(about(TRTLLM_BY_HAND));
  });

  it("are latencies and served turns of a release that shows no more", () => {
    const only = /^trtllm_time_(to_first|per_output)_token_seconds_/;
    const first = (sample: Sample): Sample =>
      only.test(sample.name) ? nameless(bare(sample)) : { ...sample, name: "python_info" };
    const read = readStored(inNamespace, spelledBy(first));
    const { signals } = read;
    const { servedTurns, ttftP50, itlP99 } = TRTLLM_BY_HAND;
    expect(plainSignals(read)).toMatchObject(
      about({ servedTurns: servedTurns ?? 0, ttftP50: ttftP50 ?? 0, itlP99: itlP99 ?? 0 }),
    );
    expect(signals.servedTurns).toMatchObject({ coverage: 1 });
    expect(plain(signals.runningTurns)).toBe("empty");
  });

  it.each([
    ["an exporter of another kind", inNamespace, (sample: Sample) => unlabelled(bare(sample))],
    ["pods that may be any fleet's", ofModelOnly, (sample: Sample) => nameless(bare(sample))],
    [
      "another model",
      inNamespace,
      (sample: Sample) => bare({ ...sample, labels: { ...sample.labels, model_name: "other" } }),
    ],
  ])("are not read of %s", (_, reader, spelled) => {
    const found = Object.values(plainSignals(readStored(reader, spelledBy(spelled))));
    expect(new Set(found)).toEqual(new Set(["empty", "not-exported"]));
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
