import { describe, expect, it } from "vitest";
import { RoundRobin } from "../../../src/sim/kernel/round-robin.ts";

const given = (turns: RoundRobin, count: number): readonly number[] =>
  Array.from({ length: count }, () => turns.next());

function of(...replicas: readonly number[]): RoundRobin {
  const turns = new RoundRobin();
  for (const replica of replicas) turns.add(replica);
  return turns;
}

describe("round robin", () => {
  it("goes through replicas in order of their ids, again and again", () => {
    expect(given(of(5, 1, 3), 7)).toEqual([1, 3, 5, 1, 3, 5, 1]);
  });

  it("goes on behind the last one when replicas come and go", () => {
    const turns = of(0, 2, 4);
    expect(given(turns, 2)).toEqual([0, 2]);
    turns.remove(2);
    turns.add(3);
    expect(given(turns, 3)).toEqual([3, 4, 0]);
    turns.add(1);
    expect(given(turns, 2)).toEqual([1, 3]);
    turns.remove(4);
    expect(given(turns, 1)).toEqual([0]);
  });

  it("has none to give without replicas", () => {
    const turns = of(2);
    turns.next();
    turns.remove(2);
    expect(turns.next()).toBe(-1);
  });
});
