import { describe, expect, it } from "vitest";
import { SGLANG_SIGNALS } from "../../../src/core/profiles/sglang.ts";
import { millis } from "../../../src/core/units.ts";
import { aFleet, anObjective, aWorkload } from "../../adapters/prometheus/a-fleet.ts";
import { SGLANG_BY_HAND } from "./by-hand.ts";
import { about, plain, plainSignals, readStored } from "./read-stored.ts";

const fleet = aFleet({ profile: SGLANG_SIGNALS.engine });
const serving = [
  { pod: "sglang/serve-0", namespace: "agents" },
  { pod: "sglang/serve-1", namespace: "agents" },
];
const split = [
  { pod: "sglang/prefill-0", namespace: "split" },
  { pod: "sglang/decode-0", namespace: "split" },
];

describe("SGLang's signals", () => {
  it("are as computed by hand, a current and an older release together", () => {
    expect(plainSignals(readStored(fleet, serving))).toEqual(about(SGLANG_BY_HAND));
  });

  it("take shares of streamed turns, and of tokens, at bounds of SGLang's own", () => {
    const objectives = [
      anObjective({ name: "fraction", thresholdMs: millis(400) }),
      anObjective({ name: "whole", thresholdMs: millis(1_000) }),
      anObjective({ name: "vLLM's bound", thresholdMs: millis(2_500) }),
      anObjective({ name: "itl", metric: "ITL", thresholdMs: millis(20) }),
    ];
    const read = readStored(aFleet({ profile: "sglang" }, { objectives }), serving);
    expect(read.objectives.map(({ name, share }) => [name, plain(share)])).toEqual([
      ["fraction", expect.closeTo(2 / 4, 9)],
      ["whole", expect.closeTo(3 / 4, 9)],
      ["vLLM's bound", "empty"],
      ["itl", expect.closeTo(0.5, 9)],
    ]);
  });

  const workloads = [aWorkload("prefill", "Prefill"), aWorkload("decode", "Decode")];
  it.each([
    ["by the names of its pods", workloads],
    ["by what the engine says of itself", [aWorkload("all", "Aggregated")]],
  ])("leave the decode side out of prompts, hits and arrivals, told %s", (_, split_) => {
    const read = readStored(
      aFleet({ profile: "sglang", matchers: { namespace: "split" } }, { workloads: split_ }),
      split,
    );
    expect(plainSignals(read)).toMatchObject(
      about({
        arrivals: 2 + 3 / 30,
        servedTurns: 2,
        promptTokens: 10_000,
        computedPromptTokens: 3_000,
        generatedTokens: 700,
        runningTurns: 22,
        kvUsage: 0.3,
        kvCapacity: 800_000,
      }),
    );
  });

  it("count a turn once that waits at the prefill and is held ready at the decode side", () => {
    const read = readStored(
      aFleet({ profile: "sglang", matchers: { namespace: "split" } }, { workloads }),
      split,
    );
    // Both queues, the prefill's bootstrap queue; not the 11 and 2 that decode holds for them.
    expect(plain(read.signals.waitingTurns)).toBe(5 + 1 + 6);
  });

  it("find the queue of the prefill side under its older name too", () => {
    const all = [...split, { pod: "sglang/prefill-1", namespace: "split" }];
    const { signals } = readStored(
      aFleet({ profile: "sglang", matchers: { namespace: "split" } }, { workloads }),
      all,
    );
    expect(plain(signals.waitingTurns)).toBe(5 + 1 + 6 + 1 + 4);
  });

  it("say of a counter that is not there yet that it is not there, and not 0", () => {
    const { signals } = readStored(fleet, [{ pod: "sglang/serve-1", namespace: "agents" }]);
    expect(signals.preemptions).toMatchObject({
      kind: "absent",
      problem: "empty",
      detail: expect.stringContaining("sglang:num_retracted_requests_total"),
    });
  });

  it("are half covered with one of two pods dead", () => {
    const [first, second] = serving;
    if (first === undefined || second === undefined) throw new Error("two pods");
    const { signals } = readStored(fleet, [first, { ...second, up: false }]);
    expect(signals.runningTurns).toMatchObject({ value: 12, coverage: 0.5 });
  });
});
