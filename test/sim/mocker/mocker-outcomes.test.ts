import { describe, expect, it } from "vitest";
import { EventQueue } from "../../../src/sim/event-queue.ts";
import { SLICE_NS } from "../../../src/sim/kernel/contract.ts";
import type { MockerTurn } from "../../../src/sim/mocker/mocker-clients.ts";
import { MockerClients } from "../../../src/sim/mocker/mocker-clients.ts";
import { MockerOutcomes } from "../../../src/sim/mocker/mocker-outcomes.ts";
import { chainTemplates } from "../../support/chain-templates.ts";

/** Turns of 8 prompt and 3 output tokens, one per delay. */
function turnsAt(...delaysNs: readonly number[]): readonly MockerTurn[] {
  const templates = chainTemplates({
    chains: [{ parent: -1, from: 0, to: 9, shared: false }],
    rows: delaysNs.map((delayNs) => ({ inputTokens: 8, outputTokens: 3, fullChain: 0, delayNs })),
  });
  const turns: MockerTurn[] = [];
  const timeline = new EventQueue(0);
  let started = false;
  const next = (): boolean => {
    const first = !started;
    started = true;
    return first;
  };
  new MockerClients(timeline, (turn) => turns.push(turn)).follow({ templates, next }, 0);
  timeline.runUntil(1e12);
  return turns;
}

const OBJECTIVES = [
  { metric: "TTFT", thresholdNs: 1e9 },
  { metric: "ITL", thresholdNs: 0.2e9 },
] as const;

describe("outcomes of the mocker", () => {
  it("judge each objective and all together, by the slice a turn came in", () => {
    const outcomes = new MockerOutcomes(OBJECTIVES);
    const [quick, slow] = turnsAt(0, SLICE_NS);
    if (quick === undefined || slow === undefined) throw new Error("two turns were expected");
    for (const turn of [quick, slow]) outcomes.arrived(turn.arrivalNs);
    outcomes.completed(quick, 1e9, 1.4e9);
    outcomes.completed(slow, SLICE_NS + 1e9 + 1, SLICE_NS + 1.4e9);
    const { met, metAll, slices, ttft, itl, e2e } = outcomes.results(0);
    expect([metAll, met]).toEqual([1, [1, 2]]);
    expect(slices).toEqual([
      { arrived: 1, metAll: 1, met: [1, 1] },
      { arrived: 1, metAll: 0, met: [0, 1] },
    ]);
    expect([ttft.count, itl.count]).toEqual([2, 2]);
    expect(e2e.mean).toBeCloseTo(1.4, 9);
    expect(itl.max).toBeCloseTo(0.2, 9);
  });

  it("count turns that are still there, and the time they have been", () => {
    const outcomes = new MockerOutcomes([]);
    for (const turn of turnsAt(0, 1, 2)) outcomes.arrived(turn.arrivalNs);
    outcomes.rejected();
    const { counts, turnSecondsInSystem } = outcomes.results(4);
    expect(counts).toEqual({ arrived: 3, completed: 0, rejected: 1, abandoned: 0, inFlight: 2 });
    expect(turnSecondsInSystem).toBe(4);
  });
});
