import { describe, expect, it } from "vitest";
import {
  CARRY_SUBS,
  FIRST_SUBS,
  ITERATIONS,
  REPLICA_SHIFT,
  STARTED_NS,
  STEP_SUBS,
} from "../../../src/sim/kernel/replicas.ts";
import { endNs } from "../../../src/sim/kernel/iteration-stretch.ts";
import { StretchClock } from "../../../src/sim/kernel/stretch-clock.ts";
import { loneTurns, smallFleet, smallParts } from "../../support/small-fleet.ts";

/** A replica in a stretch of ten iterations of 100, 110, 120, ... ns, from 1,000 on. */
function inStretch() {
  const { state } = smallParts(loneTurns([]));
  const replica = state.replicas.add("Aggregated");
  const at = replica << REPLICA_SHIFT;
  const { words } = state.replicas;
  state.timers.add(replica);
  words[at + STARTED_NS] = 1_000;
  words[at + ITERATIONS] = 10;
  words[at + FIRST_SUBS] = 102_400;
  words[at + STEP_SUBS] = 10_240;
  state.timers.set(replica, endNs(words, at, 10));
  return {
    state,
    replica,
    clock: new StretchClock(state),
    read: (word: number) => words[at + word],
  };
}

describe("a stretch in time", () => {
  it("ends when the sum of its iterations has passed", () => {
    expect(inStretch().state.timers.nextNs()).toBe(1_000 + 10 * 100 + 45 * 10);
  });

  it.each([
    ["within its first iteration", 1_050, -1, 1],
    ["when its first iteration ends, before the next begins", 1_100, -1, 1],
    ["when its first iteration ends, after the next began", 1_100, 1_100, 2],
    ["within its third", 1_211, -1, 3],
    ["within its last", 2_449, -1, 10],
  ])("that is cut %s ends with the iteration that runs", (_, nowNs, begunNs, left) => {
    const { state, replica, clock, read } = inStretch();
    state.nowNs = nowNs;
    state.begunNs = begunNs;
    clock.cut(replica);
    expect(read(ITERATIONS)).toBe(left);
    const passedNs = left * 100 + (10 * left * (left - 1)) / 2;
    expect(state.timers.nextNs()).toBe(1_000 + passedNs);
  });

  it("caught up with, is the same stretch from a later iteration on", () => {
    const { state, replica, clock, read } = inStretch();
    const end = state.timers.nextNs();
    state.nowNs = 1_210;
    clock.catchUp(replica);
    expect([read(STARTED_NS), read(ITERATIONS), read(CARRY_SUBS)]).toEqual([1_210, 8, 0]);
    expect(read(FIRST_SUBS)).toBe(102_400 + 2 * 10_240);
    expect(endNs(state.replicas.words, replica << REPLICA_SHIFT, 8)).toBe(end);
  });

  it("shows a scrape what one iteration after the other would show", () => {
    const { kernel } = smallFleet(loneTurns([[0, 40, 20]]));
    const seen = [999, 1_000, 2_999, 3_000, 19_999, 20_000].map((nowNs) => {
      kernel.runUntil(nowNs);
      const { running, pinnedTokens, generatedTokens } = kernel.metrics(0, nowNs);
      return [running, pinnedTokens, generatedTokens];
    });
    expect(seen).toEqual([
      [1, 40, 0],
      [1, 41, 1],
      [1, 42, 2],
      [1, 43, 3],
      [1, 59, 19],
      [0, 0, 20],
    ]);
  });
});
