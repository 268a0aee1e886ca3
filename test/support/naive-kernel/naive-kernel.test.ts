import { describe, expect, it } from "vitest";
import type { KernelOptions, TurnRecord } from "../../../src/sim/kernel/contract.ts";
import { SUBS_PER_NS } from "../../../src/sim/kernel/contract.ts";
import { optionsWith } from "../kernel-cases/options.ts";
import {
  type RowSketch,
  sourceOf,
  type TemplatesSketch,
  templatesOf,
} from "../kernel-cases/sketch.ts";
import { createNaiveKernel } from "./naive-kernel.ts";

const ROOT = [{ parent: null, from: 0 }];

/** A template of one row for each of the given prompts and answers, on a chain of its own. */
const single = (...rows: (readonly [input: number, output: number])[]): TemplatesSketch => ({
  blockTokens: 10,
  shared: [],
  sessions: rows.map(([input, output], index) => ({
    chains: ROOT,
    rows: [{ input, output, chain: index, delayNs: 0 }],
  })),
});

const session = (...rows: RowSketch[]): TemplatesSketch => ({
  blockTokens: 10,
  shared: [],
  sessions: [{ chains: ROOT, rows }],
});

type Edits = Parameters<typeof optionsWith>[1];

interface Played {
  readonly turns: readonly TurnRecord[];
  readonly kernel: ReturnType<typeof createNaiveKernel>;
}

/** Session i of the sketch starts at the i-th instant. */
function play(sketch: TemplatesSketch, startsNs: readonly number[], edits: Edits = {}): Played {
  const turns: TurnRecord[] = [];
  const starts = startsNs.map((atNs, template) => ({ atNs, template }));
  const options: KernelOptions = {
    ...optionsWith([sourceOf(templatesOf(sketch), starts)], edits),
    onTurn: (turn) => turns.push(turn),
  };
  const kernel = createNaiveKernel(options);
  kernel.addReplica(0, "Aggregated");
  kernel.runUntil(1e12);
  kernel.checkConserved();
  return { turns, kernel };
}

const times = (turns: readonly TurnRecord[]): readonly (readonly [number, number])[] =>
  turns.map(({ firstTokenNs, endNs }) => [firstTokenNs, endNs]);

describe("an iteration", () => {
  it("lasts what its prefill, its pairs, its sequences and their context cost", () => {
    const engine = {
      budgetTokens: 6,
      iterationSubs: 100 * SUBS_PER_NS,
      prefillTokenSubs: 10 * SUBS_PER_NS,
      prefillPairSubs: SUBS_PER_NS,
      decodeSequenceSubs: 5 * SUBS_PER_NS,
      decodeContextSubs: 2 * SUBS_PER_NS,
    };
    const { turns } = play(single([9, 3]), [0], { engine });
    const first = 100 + 60 + 6 * 6;
    const second = 100 + 30 + 3 * (2 * 6 + 3);
    const third = 100 + 5 + 2 * 10;
    expect(times(turns)).toEqual([[first + second, first + second + third + third + 2]]);
  });

  it("carries fractions of a nanosecond to the next one", () => {
    const { turns } = play(single([5, 3]), [0], { engine: { iterationSubs: 1_536 } });
    expect(times(turns)).toEqual([[1, 4]]);
  });

  it("takes in what arrives at the instant at which the one before ends", () => {
    const { turns } = play(single([5, 2], [5, 1], [5, 1]), [0, 1_000, 1_001]);
    expect(times(turns)).toEqual([
      [1_000, 2_000],
      [2_000, 2_000],
      [3_000, 3_000],
    ]);
  });

  it("shares its budget between decoding, one unfinished prefill, and the queue in order", () => {
    const engine = { budgetTokens: 10 };
    const { turns } = play(single([5, 4], [22, 1], [3, 1]), [0, 1, 1], { engine });
    expect(turns.map(({ session, firstTokenNs }) => [session, firstTokenNs])).toEqual([
      [0, 1_000],
      [1, 4_000],
      [2, 4_000],
    ]);
  });

  it("admits no more than run at once", () => {
    const { turns } = play(single([5, 2], [5, 1], [5, 1]), [0, 0, 0], {
      engine: { maxSequences: 2 },
    });
    expect(times(turns)).toEqual([
      [1_000, 1_000],
      [1_000, 2_000],
      [2_000, 2_000],
    ]);
  });
});

describe("a session", () => {
  const row = (input: number, output: number, more: Partial<RowSketch> = {}): RowSketch => ({
    input,
    output,
    chain: 0,
    delayNs: 0,
    ...more,
  });

  it("finds its blocks again, outputs included, but for the token not fed back", () => {
    const { turns } = play(
      session(row(25, 16), row(55, 5, { after: [0], delayNs: 500 }), row(60, 1, { after: [1] })),
      [0],
    );
    expect(turns.map(({ cachedTokens }) => cachedTokens)).toEqual([0, 40, 50]);
    expect(turns.map(({ arrivalNs }) => arrivalNs)).toEqual([0, 16_500, 21_500]);
  });

  it("waits for the last of several predecessors", () => {
    const { turns } = play(
      session(
        row(5, 1),
        row(5, 3, { after: [0] }),
        row(5, 1, { after: [0] }),
        row(5, 1, { after: [1, 2], delayNs: 7 }),
      ),
      [0],
    );
    expect(turns.at(-1)).toMatchObject({ row: 3, arrivalNs: 4_007 });
  });

  it("is over when a turn is larger than the cache", () => {
    const { turns, kernel } = play(session(row(5, 1), row(95, 6, { after: [0] })), [0], {
      engine: { kvTokens: 100 },
    });
    expect(turns.map(({ end }) => end)).toEqual(["completed", "rejected"]);
    expect(kernel.results(1e12).counts).toEqual({
      arrived: 2,
      completed: 1,
      rejected: 1,
      abandoned: 0,
      inFlight: 0,
    });
  });
});

describe("a full cache", () => {
  it("preempts the sequence admitted last, which computes its prompt and answer anew", () => {
    const { turns, kernel } = play(single([18, 5], [17, 4]), [0, 0], { engine: { kvTokens: 39 } });
    expect(turns.map(({ session, firstTokenNs, endNs }) => [session, firstTokenNs, endNs])).toEqual(
      [
        [0, 1_000, 5_000],
        [1, 1_000, 6_000],
      ],
    );
    expect(kernel.metrics(0, 1e12)).toMatchObject({ preemptions: 1, promptTokens: 52 });
  });

  it("evicts what was released longest ago, of one turn its deepest blocks first", () => {
    const sketch = single([20, 1], [20, 1], [30, 1]);
    const { turns, kernel } = play(sketch, [0, 5_000, 10_000], { engine: { kvTokens: 40 } });
    expect(turns).toHaveLength(3);
    expect(kernel.metrics(0, 1e12)).toMatchObject({ evictedTokens: 30, pinnedTokens: 0 });
  });
});

describe("a client", () => {
  const slow = { iterationSubs: 10_000 * SUBS_PER_NS };

  it("tries again after a pause that doubles, and gives up when its tries are used up", () => {
    const clients = {
      timeoutNs: 1_000,
      retries: 2,
      retryBackoffNs: 100,
      abandonAfterNs: Infinity,
    };
    const { turns } = play(single([5, 1]), [0], { engine: slow, clients });
    expect(turns).toMatchObject([
      { end: "abandoned", tries: 3, endNs: 1_000 + 100 + 1_000 + 200 + 1_000, firstTokenNs: NaN },
    ]);
  });

  it("gives up in a pause too", () => {
    const clients = { timeoutNs: 1_000, retries: 5, retryBackoffNs: 500, abandonAfterNs: 1_200 };
    const { turns } = play(single([5, 1]), [0], { engine: slow, clients });
    expect(turns).toMatchObject([{ end: "abandoned", tries: 1, endNs: 1_200 }]);
  });
});

describe("replicas that come and go", () => {
  it("leave tries at the gateway while there is none, and lose answers", () => {
    const turns: TurnRecord[] = [];
    const source = sourceOf(templatesOf(single([5, 4])), [{ atNs: 0, template: 0 }]);
    const clients = {
      timeoutNs: Infinity,
      retries: 1,
      retryBackoffNs: 100,
      abandonAfterNs: Infinity,
    };
    const kernel = createNaiveKernel({
      ...optionsWith([source], { clients }),
      onTurn: (turn) => turns.push(turn),
    });
    kernel.runUntil(50);
    expect(kernel.gateway()).toEqual({ tries: 1, waiting: 1 });
    const first = kernel.addReplica(50, "Aggregated");
    kernel.runUntil(2_500);
    kernel.remove(first, 2_500);
    kernel.runUntil(2_700);
    kernel.addReplica(2_700, "Aggregated");
    kernel.runUntil(10_000);
    expect(turns).toMatchObject([{ firstTokenNs: 1_050, endNs: 6_700, tries: 2, replica: 1 }]);
  });

  it("stop the world once an ejected one has run empty", () => {
    const source = sourceOf(templatesOf(single([5, 4])), [{ atNs: 0, template: 0 }]);
    const kernel = createNaiveKernel(optionsWith([source]));
    kernel.addReplica(0, "Aggregated");
    kernel.runUntil(100);
    kernel.eject(0, 100);
    expect([kernel.turnsOn(0), kernel.runUntil(9_000), kernel.turnsOn(0)]).toEqual([1, 4_000, 0]);
    expect(kernel.runUntil(9_000)).toBe(9_000);
  });
});

describe("prefill and decode units", () => {
  it("hand a turn over after its first token and the transfer", () => {
    const turns: TurnRecord[] = [];
    const source = sourceOf(templatesOf(single([20, 3])), [{ atNs: 0, template: 0 }]);
    const kernel = createNaiveKernel({
      ...optionsWith([source], { engine: { transferNs: 300, transferTokenSubs: 1_000 } }),
      onTurn: (turn) => turns.push(turn),
    });
    kernel.addReplica(0, "Prefill");
    kernel.addReplica(0, "Decode");
    kernel.runUntil(10_000);
    const transferred = 1_000 + 300 + Math.floor(20_000 / 1_024);
    expect(turns).toMatchObject([{ firstTokenNs: 1_000, endNs: transferred + 2_000, replica: 0 }]);
    expect(kernel.metrics(1, 10_000)).toMatchObject({ generatedTokens: 2, promptTokens: 0 });
  });
});
