import { describe, expect, it } from "vitest";
import {
  SCHEDULE_RETRY,
  SCHEDULE_TRANSFER,
  scheduledGeneration,
  scheduledKind,
  scheduleTurn,
} from "../../../src/sim/kernel/schedule.ts";
import { GENERATION } from "../../../src/sim/kernel/turn-slots.ts";
import { loneTurns, smallParts } from "../../support/small-fleet.ts";

describe("a turn that arrives again", () => {
  it.each([
    [SCHEDULE_RETRY, 1],
    [SCHEDULE_TRANSFER, 5],
  ] as const)("is known by its kind (%d) and generation (%d)", (kind, generation) => {
    const { state } = smallParts(loneTurns([]));
    const turn = state.turns.take();
    state.turns.words[turn + GENERATION] = generation;
    state.nowNs = 100;
    scheduleTurn(state, 50, turn, kind);
    const { arrivals } = state;
    expect([arrivals.nextNs(), arrivals.subject()]).toEqual([150, turn]);
    expect(arrivals.kind()).toBeLessThan(0);
    expect(scheduledKind(arrivals.kind())).toBe(kind);
    expect(scheduledGeneration(arrivals.kind())).toBe(generation);
  });
});
