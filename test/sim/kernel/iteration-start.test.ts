import { describe, expect, it } from "vitest";
import type { EngineModel } from "../../../src/sim/kernel/contract.ts";
import { SUBS_PER_NS } from "../../../src/sim/kernel/contract.ts";
import { IterationStart } from "../../../src/sim/kernel/iteration-start.ts";
import { type LoneTurn, loneTurns, smallFleet, smallParts } from "../../support/small-fleet.ts";

/** First tokens and ends, by the order of the turns. */
function times(turns: readonly LoneTurn[], engine: Partial<EngineModel>, slowdown = 1) {
  const { kernel, turns: ended } = smallFleet(loneTurns(turns), { engine });
  kernel.setSlowdown(0, 0, slowdown);
  kernel.runUntil(1e9);
  kernel.checkConserved();
  return ended
    .toSorted((a, b) => a.session - b.session)
    .map(({ firstTokenNs, endNs }) => [firstTokenNs, endNs]);
}

describe("an iteration that begins", () => {
  it("splits a prompt by the budget, and gives what is left to the next in the queue", () => {
    const turns: LoneTurn[] = [
      [0, 250, 1],
      [0, 30, 1],
      [0, 30, 1],
    ];
    expect(times(turns, { budgetTokens: 100, maxSequences: 10 })).toEqual([
      [3_000, 3_000],
      [3_000, 3_000],
      [4_000, 4_000],
    ]);
  });

  it("lets decoding sequences take their tokens of the budget first", () => {
    const turns: LoneTurn[] = [
      [0, 10, 50],
      [1_000, 27, 1],
    ];
    expect(times(turns, { budgetTokens: 10, maxSequences: 10 })).toEqual([
      [1_000, 50_000],
      [4_000, 4_000],
    ]);
  });

  it("costs what the page says, with the fraction carried on", () => {
    const engine = {
      budgetTokens: 10,
      maxSequences: 10,
      iterationSubs: 100 * SUBS_PER_NS,
      prefillTokenSubs: 512,
      prefillPairSubs: SUBS_PER_NS,
      decodeSequenceSubs: 3 * SUBS_PER_NS,
      decodeContextSubs: 2 * SUBS_PER_NS,
    };
    const first = 100 + 10 / 2 + 10 * 10;
    const second = 100 + 1 / 2 + 1 * (2 * 10 + 1);
    const decode = 100 + 3 + 2 * 12;
    const firstToken = Math.floor(first + second);
    expect(times([[0, 11, 2]], engine)).toEqual([
      [firstToken, Math.floor(first + second + decode)],
    ]);
  });

  it("takes as many at once as may run", () => {
    const turns = Array.from({ length: 3 }, (): LoneTurn => [0, 10, 3]);
    expect(times(turns, { maxSequences: 2 })).toEqual([
      [1_000, 3_000],
      [1_000, 3_000],
      [4_000, 6_000],
    ]);
  });

  it("keeps the head of the queue, and all behind it, until its KV fits", () => {
    const turns: LoneTurn[] = [
      [0, 60, 5],
      [0, 50, 1],
      [0, 10, 1],
    ];
    expect(times(turns, { kvTokens: 100 }).map(([firstToken]) => firstToken)).toEqual([
      1_000, 6_000, 6_000,
    ]);
  });

  it("preempts who was admitted last when decoding sequences find no room", () => {
    const turns: LoneTurn[] = [
      [0, 40, 21],
      [0, 40, 21],
    ];
    expect(times(turns, { kvTokens: 100 })).toEqual([
      [1_000, 21_000],
      [1_000, 31_000],
    ]);
  });

  it.each([
    [3, 3_000],
    [0.5, 500],
    [1e-9, 1],
  ])("lasts %d times as long on a replica so much slower", (slowdown, iterationNs) => {
    expect(times([[0, 10, 4]], {}, slowdown)).toEqual([[iterationNs, 4 * iterationNs]]);
  });

  it("does not happen when there is nothing to do", () => {
    const { state, sequences, clock } = smallParts(loneTurns([]));
    const replica = state.replicas.add("Aggregated");
    state.timers.add(replica);
    expect(new IterationStart(state, sequences, clock).begin(replica)).toBe(false);
    expect(state.timers.runs(replica)).toBe(false);
  });
});
