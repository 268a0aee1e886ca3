import { describe, expect, it } from "vitest";
import type { EngineModel } from "../../../src/sim/kernel/contract.ts";
import { OfferedTurns } from "../../../src/studies/simulation/offered-turns.ts";
import { walkTemplate } from "../../../src/studies/simulation/template-walk.ts";
import { unloadedTurnNs } from "../../../src/studies/simulation/unloaded-turn.ts";
import type { SessionStart } from "../../../src/traces/turn-templates.ts";
import { sourceOf, templatesOf } from "../../support/kernel-cases/sketch.ts";
import type { TemplatesSketch } from "../../support/kernel-cases/sketch.ts";

/** 1 ns an iteration, 2 ns a prompt token, no cost of decoding but the iteration. */
const ENGINE: EngineModel = {
  budgetTokens: 100,
  maxSequences: 8,
  kvTokens: 10_000,
  evictAtLeastTokens: 1,
  iterationSubs: 1_024,
  prefillTokenSubs: 2_048,
  prefillPairSubs: 0,
  decodeSequenceSubs: 0,
  decodeContextSubs: 0,
  overheadNs: 5,
  cacheOutputs: true,
  transferNs: 1_000,
  transferTokenSubs: 10_240,
  host: null,
};
const ENGINES = { engine: ENGINE, decodeEngine: ENGINE, split: false };

describe("a turn alone takes", () => {
  it.each([
    ["overhead, chunks and iterations", {}, { input: 150, output: 4, cachedTokens: 0 }, 310],
    ["nothing for what is cached", {}, { input: 150, output: 4, cachedTokens: 100 }, 109],
    [
      "the pairs of its chunks",
      { prefillPairSubs: 1_024 },
      { input: 3, output: 1, cachedTokens: 1 },
      18,
    ],
    [
      "its growing context",
      { decodeContextSubs: 1_024 },
      { input: 10, output: 3, cachedTokens: 0 },
      51,
    ],
  ])("%s", (_what, changes, turn, ns) => {
    const engine = { ...ENGINE, ...changes };
    expect(unloadedTurnNs({ engine, decodeEngine: engine, split: false }, turn)).toBe(ns);
  });

  it("a transfer between units of their own, unless it ends with its prefill", () => {
    const split = { ...ENGINES, split: true };
    const turn = { input: 10, cachedTokens: 0 };
    expect(unloadedTurnNs(split, { ...turn, output: 2 })).toBe(5 + 1 + 20 + 1 + 1_000 + 100);
    expect(unloadedTurnNs(split, { ...turn, output: 1 })).toBe(5 + 1 + 20);
  });
});

/** A turn, two sub-agents that fork from it, and one that waits for both; blocks of 10 tokens. */
const AGENT: TemplatesSketch = {
  blockTokens: 10,
  shared: [{ parent: null, from: 0, shared: true }],
  sessions: [
    {
      chains: [
        { parent: 0, from: 2 },
        { parent: 1, from: 3 },
        { parent: 1, from: 3 },
      ],
      rows: [
        { input: 35, output: 1, chain: 1, delayNs: 100 },
        { input: 45, output: 1, chain: 2, delayNs: 10, after: [0] },
        { input: 55, output: 1, chain: 3, delayNs: 20, after: [0] },
        { input: 60, output: 1, chain: 2, delayNs: 7, after: [1, 2] },
      ],
    },
  ],
};

describe("a session alone", () => {
  const walked = walkTemplate(templatesOf(AGENT), 0, ENGINES);

  it("sends each turn after the last that it waits for", () => {
    // Shared blocks are found: 35 − 20 tokens to compute, then 45 − 30, 55 − 30 and 60 − 40.
    const first = 5 + 1 + 30;
    const [left, right] = [5 + 1 + 30, 5 + 1 + 50];
    const join = Math.max(100 + first + 10 + left, 100 + first + 20 + right) + 7;
    expect(walked.arrivalNs).toEqual([100, 100 + first + 10, 100 + first + 20, join]);
    expect(walked.endNs.at(-1)).toBe(join + 5 + 1 + 40);
  });

  it("finds its own turns' blocks and those that all sessions share", () => {
    expect(walked.idealTokens).toEqual([20, 30, 30, 40]);
    expect(walked.sharedDepth).toEqual(new Map([[0, 2]]));
  });

  it("ends when a turn is larger than the engine, which is offered and has no end", () => {
    const small = { ...ENGINE, kvTokens: 46 };
    const ended = walkTemplate(templatesOf(AGENT), 0, { ...ENGINES, engine: small });
    expect(ended.arrivalNs).toHaveLength(3);
    expect(ended.endNs[2]).toBe(Number.POSITIVE_INFINITY);
  });
});

function drawn(
  starts: readonly SessionStart[],
  window: { readonly fromNs: number; readonly untilNs: number },
): ReturnType<OfferedTurns["counts"]> {
  const offered = new OfferedTurns({ engines: ENGINES, ...window });
  const source = offered.count(sourceOf(templatesOf(AGENT), starts));
  const start = { atNs: 0, template: 0 };
  while (source.next(start));
  return offered.counts();
}

describe("offered turns", () => {
  const whole = { fromNs: 0, untilNs: 1e6 };

  it("are those of all sessions, a shared block computed by the first alone", () => {
    const starts = [
      { atNs: 0, template: 0 },
      { atNs: 5, template: 0 },
    ];
    expect(drawn(starts, whole)).toEqual({
      offered: 8,
      judged: 8,
      promptTokens: 2 * 195,
      idealTokens: 2 * 120 - 20,
    });
  });

  it("are those that arrive within the run, judged if they could end within it", () => {
    const starts = [{ atNs: 0, template: 0 }];
    expect(drawn(starts, { fromNs: 0, untilNs: 150 })).toMatchObject({ offered: 2, judged: 1 });
    expect(drawn(starts, { fromNs: 120, untilNs: 1e6 })).toMatchObject({ offered: 3, judged: 3 });
    expect(drawn([{ atNs: 1e7, template: 0 }], whole)).toMatchObject({ offered: 0, judged: 0 });
  });

  it("of the warm-up stay turns of the warm-up when the world delays them out of it", () => {
    const offered = new OfferedTurns({ engines: ENGINES, fromNs: 1_120, untilNs: 1e6 });
    const sources = [0, 1].map(() =>
      offered.count(sourceOf(templatesOf(AGENT), [{ atNs: 1_000, template: 0 }])),
    );
    for (const source of sources) source.next({ atNs: 0, template: 0 });
    const delayed = (row: number, startNs = 1_000): boolean =>
      offered.isDelayed({ source: 1, template: 0, startNs, row });
    // At 1,100, and at 1,146, 1,156 and 1,219 after it.
    expect([0, 1, 2, 3].map((row) => delayed(row))).toEqual([true, false, false, false]);
    expect([0, 1, 2, 3].map((row) => delayed(row, 970))).toEqual([true, true, false, false]);
    expect(offered.counts().offered).toBe(6);
  });

  it("include those whose length only their start says", () => {
    const starts = [{ atNs: 3, template: 0, inputTokens: 50, outputTokens: 2 }];
    expect(drawn(starts, whole)).toEqual({
      offered: 1,
      judged: 1,
      promptTokens: 50,
      idealTokens: 0,
    });
  });
});
