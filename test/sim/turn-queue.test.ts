import { describe, expect, it } from "vitest";
import { TurnQueue, waitingTurn } from "../../src/sim/turn-queue.ts";
import { aTurn } from "../support/simulated-world.ts";

const turn = (at: number) => waitingTurn(aTurn(at));

function drained(queue: TurnQueue): readonly number[] {
  const seen: number[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    seen.push(next.arrivedAt);
  }
  return seen;
}

describe("the queue of turns", () => {
  it("gives turns back in order of arrival, over many compactions", () => {
    const queue = new TurnQueue();
    const instants = Array.from({ length: 5_000 }, (_, index) => index);
    for (const at of instants) queue.push(turn(at));
    expect(queue.length).toBe(5_000);
    expect(queue.peek()?.arrivedAt).toBe(0);
    expect(drained(queue)).toEqual(instants);
    expect(queue.length).toBe(0);
    expect(queue.peek()).toBeUndefined();
  });

  it("puts turns of a dead engine first again", () => {
    const queue = new TurnQueue();
    for (const at of [1, 2, 3, 4]) queue.push(turn(at));
    const taken = [queue.shift(), queue.shift()].flatMap((each) => each ?? []);
    queue.putBack(taken.toReversed());
    expect(drained(queue)).toEqual([1, 2, 3, 4]);
  });

  it("makes a turn that runs nowhere yet", () => {
    expect(turn(5)).toMatchObject({ arrivedAt: 5, attempt: 0, decoding: false, judged: false });
  });
});
