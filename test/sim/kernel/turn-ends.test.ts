import { describe, expect, it } from "vitest";
import { TurnEnds } from "../../../src/sim/kernel/turn-ends.ts";
import type { RowSketch } from "../../support/kernel-cases/sketch.ts";
import { loneTurns, oneSession, smallFleet, smallParts } from "../../support/small-fleet.ts";

const row = (delayNs: number, output: number, ...after: number[]): RowSketch => ({
  input: 10,
  output,
  chain: 0,
  delayNs,
  after,
});

describe("the end of a turn", () => {
  it("lets its successors arrive after their delay; who waits for several, after the last", () => {
    const rows = [row(0, 1), row(100, 5, 0), row(200, 1, 0), row(50, 1, 1, 2)];
    const { kernel, turns } = smallFleet(oneSession(rows));
    kernel.runUntil(1e6);
    const byRow = turns.toSorted((a, b) => a.row - b.row);
    expect(byRow.map(({ arrivalNs, endNs }) => [arrivalNs, endNs])).toEqual([
      [0, 1_000],
      [1_100, 6_100],
      [1_200, 3_100],
      [6_150, 7_150],
    ]);
  });

  it("records how the turn went", () => {
    const { kernel, turns } = smallFleet(oneSession([row(3, 2)]));
    kernel.runUntil(1e6);
    expect(turns).toEqual([
      {
        session: 0,
        row: 0,
        arrivalNs: 3,
        firstTokenNs: 1_003,
        endNs: 2_003,
        end: "completed",
        replica: 0,
        cachedTokens: 0,
        hostCachedTokens: 0,
        tries: 1,
      },
    ]);
  });

  it("frees the session with its last turn, slot and chains", () => {
    const { state, turnEnds, feed, arrivals } = smallParts(loneTurns([[0, 10, 1]]));
    expect(turnEnds).toBeInstanceOf(TurnEnds);
    feed.startDue();
    expect(state.registry.ownedIds()).toBe(2);
    arrivals.arriveFirst();
    const turns: number[] = [];
    state.turns.forEach((turn) => turns.push(turn));
    for (const turn of turns) turnEnds.abandon(turn);
    const sessions: number[] = [];
    state.sessions.forEach((session) => sessions.push(session));
    expect([turns.length, sessions.length, state.registry.ownedIds()]).toEqual([1, 0, 0]);
  });
});
