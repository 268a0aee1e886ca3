import { describe, expect, it } from "vitest";
import { TryRing } from "../../../src/sim/kernel/try-ring.ts";

describe("tries in order of time", () => {
  it("come out as they went in, however many there are", () => {
    const ring = new TryRing();
    const out: number[] = [];
    const take = (): void => {
      expect([ring.nextNs, ring.generation(), ring.tries()]).toEqual([
        10 * ring.turn(),
        ring.turn() + 1,
        ring.turn() + 2,
      ]);
      out.push(ring.turn());
      ring.shift();
    };
    for (let turn = 0; turn < 1_000; turn++) {
      ring.push(10 * turn, turn, turn + 1, turn + 2);
      if (turn % 3 === 0) take();
    }
    while (ring.nextNs < Infinity) take();
    expect(out).toEqual(Array.from({ length: 1_000 }, (_, turn) => turn));
  });

  it("are visited first to last", () => {
    const ring = new TryRing();
    for (const turn of [4, 2, 9]) ring.push(7, turn, 0, 1);
    ring.shift();
    const visited: number[] = [];
    ring.forEach((turn) => visited.push(turn));
    expect(visited).toEqual([2, 9]);
  });
});
