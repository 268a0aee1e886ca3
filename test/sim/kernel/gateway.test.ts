import { describe, expect, it } from "vitest";
import { Gateway } from "../../../src/sim/kernel/gateway.ts";
import { loneTurns, smallFleet, smallParts } from "../../support/small-fleet.ts";

describe("the gateway", () => {
  it("keeps tries while no replica takes any, and routes them in order when one comes", () => {
    const source = loneTurns([
      [0, 10, 1],
      [5, 10, 2],
    ]);
    const { kernel, turns } = smallFleet(source, {}, 0);
    kernel.runUntil(100);
    expect(kernel.gateway()).toEqual({ tries: 2, waiting: 2 });
    kernel.addReplica(100, "Aggregated");
    expect(kernel.gateway()).toEqual({ tries: 2, waiting: 0 });
    expect(kernel.turnsOn(0)).toBe(2);
    kernel.runUntil(1e6);
    expect(turns.map(({ firstTokenNs, endNs }) => [firstTokenNs, endNs])).toEqual([
      [1_100, 1_100],
      [1_100, 2_100],
    ]);
  });

  it("sends nothing to an ejected replica until it is readmitted", () => {
    const { kernel, turns } = smallFleet(loneTurns([[10, 10, 1]]));
    kernel.eject(0, 0);
    kernel.runUntil(50);
    expect(kernel.gateway().waiting).toBe(1);
    kernel.readmit(0, 50);
    kernel.runUntil(1e6);
    expect(turns).toMatchObject([{ replica: 0, endNs: 1_050 }]);
  });

  it("takes the overhead from the routing of a try to its engine's queue", () => {
    const { kernel, turns } = smallFleet(loneTurns([[0, 10, 1]]), { engine: { overheadNs: 40 } });
    kernel.runUntil(39);
    expect([kernel.turnsOn(0), kernel.metrics(0, 39).running]).toEqual([1, 0]);
    kernel.runUntil(1e6);
    expect(turns).toMatchObject([{ firstTokenNs: 1_040 }]);
  });

  it("sends a share of tries where a draw says", () => {
    const draws = [0.6, 0.2, 0.7];
    const random = (): number => draws.shift() ?? NaN;
    const source = loneTurns([
      [10, 10, 1],
      [20, 10, 1],
    ]);
    const { kernel, turns } = smallFleet(source, { random }, 4);
    kernel.setMisroutedShare(0, 0.5);
    kernel.runUntil(1e6);
    expect(turns.map(({ replica }) => replica)).toEqual([0, 2]);
    expect(draws).toEqual([]);
  });

  it("has nothing underway at first", () => {
    const { state, sequences, clock, turnEnds } = smallParts(loneTurns([]));
    const gateway = new Gateway(state, { sequences, clock, ends: turnEnds });
    expect([gateway.nextJoinNs(), gateway.counts()]).toEqual([Infinity, { tries: 0, waiting: 0 }]);
  });
});
