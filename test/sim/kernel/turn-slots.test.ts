import { describe, expect, it } from "vitest";
import {
  GENERATION,
  INPUT,
  QUEUED,
  STATE,
  TRIES,
  TurnSlots,
} from "../../../src/sim/kernel/turn-slots.ts";

function queued(slots: TurnSlots): number {
  const turn = slots.take();
  slots.words[turn + STATE] = QUEUED;
  slots.words[turn + TRIES] = 1;
  return turn;
}

describe("slots of turns", () => {
  it("are used again, empty but for a new generation", () => {
    const slots = new TurnSlots();
    const turn = queued(slots);
    slots.words[turn + INPUT] = 100;
    const generation = slots.words[turn + GENERATION] ?? NaN;
    slots.give(turn);
    expect(slots.take()).toBe(turn);
    expect(slots.words[turn + INPUT]).toBe(0);
    expect(slots.words[turn + GENERATION]).toBe(generation + 1);
  });

  it("know a try from those before it, and from other turns of the same slot", () => {
    const slots = new TurnSlots();
    const turn = queued(slots);
    expect(slots.isTry(turn, 1, 1)).toBe(true);
    slots.words[turn + TRIES] = 2;
    expect(slots.isTry(turn, 1, 1)).toBe(false);
    expect(slots.isTry(turn, 1, 2)).toBe(true);
    slots.give(turn);
    expect(slots.isTry(turn, 1, 2)).toBe(false);
    expect([queued(slots), slots.isTry(turn, 1, 1), slots.isTry(turn, 2, 1)]).toEqual([
      turn,
      false,
      true,
    ]);
  });

  it("that are in use are all visited, however many", () => {
    const slots = new TurnSlots();
    const taken = Array.from({ length: 1_000 }, () => queued(slots));
    const given = taken.filter((_, at) => at % 2 === 0);
    for (const turn of given) slots.give(turn);
    const seen: number[] = [];
    slots.forEach((turn) => seen.push(turn));
    expect(seen).toEqual(taken.filter((_, at) => at % 2 === 1));
  });
});
