import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { erlangC } from "../../../src/core/capacity/erlang.ts";

/** The definition as a sum (Erlang 1917), to hold the recursion against. */
function bySum(servers: number, offered: number): number {
  let term = 1;
  let below = 0;
  for (let k = 0; k < servers; k += 1) {
    below += term;
    term = (term * offered) / (k + 1);
  }
  const waiting = (term * servers) / (servers - offered);
  return waiting / (below + waiting);
}

describe("Erlang C", () => {
  // One server waits as often as it is busy; C(2, a) = a² / (2 + a); C(3, 2) = 4/9 by hand: the
  // terms are 1, 2, 2 below and 4/3 x 3 waiting, 4 / (5 + 4). C(10, 8) = 0.409 is the textbooks';
  // the last two were summed from the definition in another language.
  it.each([
    [1, 0.5, 0.5],
    [1, 0.9, 0.9],
    [2, 1, 1 / 3],
    [2, 1.5, 9 / 14],
    [3, 2, 4 / 9],
    [10, 8, 0.40918],
    [20, 18, 0.550769],
    [100, 90, 0.21694],
  ])("with %d servers and %d offered is %d", (servers, offered, expected) => {
    expect(erlangC(servers, offered)).toBeCloseTo(expected, 5);
  });

  it.each([
    ["nobody waits without load", 4, 0, 0],
    ["everyone waits at full load", 4, 4, 1],
    ["everyone waits beyond it", 4, 9, 1],
  ])("%s", (_, servers, offered, expected) => {
    expect(erlangC(servers, offered)).toBe(expected);
  });

  const load = fc.double({ min: 0.001, max: 0.999, noNaN: true });

  it("is the sum of its definition", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), load, (servers, busy) => {
        expect(erlangC(servers, busy * servers)).toBeCloseTo(bySum(servers, busy * servers), 9);
      }),
    );
  });

  it("rises with load and falls with servers", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), load, load, (servers, a, b) => {
        const [less, more] = [Math.min(a, b) * servers, Math.max(a, b) * servers];
        expect(erlangC(servers, less)).toBeLessThanOrEqual(erlangC(servers, more));
        expect(erlangC(servers + 1, more)).toBeLessThanOrEqual(erlangC(servers, more));
      }),
    );
  });
});
