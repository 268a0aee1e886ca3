import { describe, expect, it } from "vitest";
import type { TurnRecord } from "../../../src/sim/kernel/contract.ts";
import { SUBS_PER_NS } from "../../../src/sim/kernel/contract.ts";
import { createFleetKernel } from "../../../src/sim/kernel/fleet-kernel.ts";
import { IterationEnd } from "../../../src/sim/kernel/iteration-end.ts";
import { optionsWith } from "../../support/kernel-cases/options.ts";
import { type LoneTurn, loneTurns, smallFleet, smallParts } from "../../support/small-fleet.ts";

/** A prefill unit and a decode unit; KV of 10 tokens travels 500 + 10 x 2 ns. */
function divided(lone: readonly LoneTurn[]) {
  const turns: TurnRecord[] = [];
  const engine = { transferNs: 500, transferTokenSubs: 2 * SUBS_PER_NS };
  const kernel = createFleetKernel({
    ...optionsWith([loneTurns(lone)], { engine }),
    onTurn: (turn) => void turns.push(turn),
  });
  const prefill = kernel.addReplica(0, "Prefill");
  const decode = kernel.addReplica(0, "Decode");
  return { kernel, turns, prefill, decode };
}

describe("an iteration that ends", () => {
  it("ends turns with all their tokens in order of admission", () => {
    const lone: LoneTurn[] = [
      [0, 10, 4],
      [0, 10, 1],
      [1_500, 10, 2],
    ];
    const { kernel, turns } = smallFleet(loneTurns(lone));
    kernel.runUntil(1e6);
    expect(turns.map(({ session, endNs }) => [session, endNs])).toEqual([
      [1, 1_000],
      [0, 4_000],
      [2, 4_000],
    ]);
  });

  it("gives a preempted sequence its next token, not another first one", () => {
    const lone: LoneTurn[] = [
      [0, 40, 21],
      [0, 40, 21],
    ];
    const { kernel } = smallFleet(loneTurns(lone), { engine: { kvTokens: 100 } });
    kernel.runUntil(1e6);
    expect(kernel.metrics(0, 1e6)).toMatchObject({
      preemptions: 1,
      firstTokens: 2,
      generatedTokens: 42,
    });
  });

  it("hands KV over to a decode unit, where the rest is made", () => {
    const { kernel, turns, prefill, decode } = divided([[0, 10, 3]]);
    kernel.runUntil(1_519);
    expect([kernel.turnsOn(prefill), kernel.turnsOn(decode)]).toEqual([0, 0]);
    kernel.runUntil(1_520);
    expect(kernel.turnsOn(decode)).toBe(1);
    kernel.runUntil(1e6);
    expect(turns).toMatchObject([{ firstTokenNs: 1_000, endNs: 3_520, replica: prefill }]);
    expect(kernel.metrics(prefill, 1e6)).toMatchObject({ generatedTokens: 1, finishedTurns: 1 });
    expect(kernel.metrics(decode, 1e6)).toMatchObject({ generatedTokens: 2, finishedTurns: 1 });
  });

  it("ends a turn of one token where its prefill ended", () => {
    const { kernel, turns, decode } = divided([[0, 10, 1]]);
    kernel.runUntil(1e6);
    expect(turns).toMatchObject([{ end: "completed", endNs: 1_000 }]);
    expect(kernel.metrics(decode, 1e6).finishedTurns).toBe(0);
  });

  it("leaves the timer to who begins the next one", () => {
    const { state, clock, sequences, turnEnds } = smallParts(loneTurns([]));
    const replica = state.replicas.add("Aggregated");
    state.timers.add(replica);
    state.timers.set(replica, 5);
    new IterationEnd(state, { clock, sequences, ends: turnEnds }).end(replica);
    expect(state.timers.nextNs()).toBe(5);
  });
});
