import { describe, expect, it } from "vitest";
import { createFleetKernel } from "../../../src/sim/kernel/fleet-kernel.ts";
import { SessionFeed } from "../../../src/sim/kernel/session-feed.ts";
import { RUNNING, STATUS, UNSTABLE } from "../../../src/sim/kernel/session-slots.ts";
import { optionsWith } from "../../support/kernel-cases/options.ts";
import {
  type LoneTurn,
  loneTurns,
  oneSession,
  smallFleet,
  smallParts,
} from "../../support/small-fleet.ts";

const at = (...times: number[]): LoneTurn[] => times.map((atNs) => [atNs, 10, 1]);

describe("a feed of sessions", () => {
  it("starts all sessions of an instant, by source, then in the source's order", () => {
    const seen: (readonly [session: number, row: number])[] = [];
    const kernel = createFleetKernel({
      ...optionsWith([loneTurns(at(7, 7, 9)), loneTurns(at(7))]),
      onTurn: ({ session, row }) => void seen.push([session, row]),
    });
    kernel.addReplica(0, "Aggregated");
    kernel.runUntil(1e5);
    expect(seen).toEqual([
      [0, 0],
      [1, 1],
      [2, 0],
      [3, 2],
    ]);
  });

  it("lets rows without predecessors arrive one after the other, each after its delay", () => {
    const delays = [0, 10, 10, 3_000];
    const rows = delays.map((delayNs) => ({ input: 10, output: 1, chain: 0, delayNs }));
    const { kernel, turns } = smallFleet(oneSession(rows));
    kernel.runUntil(1e6);
    const byRow = turns.toSorted((a, b) => a.row - b.row);
    expect(byRow.map(({ arrivalNs }) => arrivalNs)).toEqual(delays);
  });

  it("refuses a source that goes back in time", () => {
    const { kernel } = smallFleet(loneTurns(at(9, 8)));
    expect(() => kernel.runUntil(10)).toThrow("source 0: a session at 8 ns comes after 9 ns");
  });

  it("has nothing ahead without sources", () => {
    expect(new SessionFeed(smallParts(loneTurns([])).state).nextNs).toBe(Infinity);
  });

  it.each([
    [0, [false, false, false]],
    [0.5, [true, false, true]],
    [1, [true, true, true]],
  ])("draws who is unstable, session by session, for a share of %d", (share, expected) => {
    const draws = [0.2, 0.7, 0.4, 0.9];
    const random = (): number => draws.shift() ?? NaN;
    const { state, feed } = smallParts(loneTurns(at(1, 1, 1)), { random });
    const unstable: boolean[] = [];
    feed.startDue();
    feed.setUnstable(share, 2);
    state.sessions.forEach((session) => {
      const status = state.sessions.words[session + STATUS] ?? 0;
      expect(status & RUNNING).toBe(RUNNING);
      unstable.push((status & UNSTABLE) !== 0);
    });
    expect(unstable).toEqual(expected);
    expect(draws).toHaveLength(share > 0 ? 1 : 4);
  });
});
