import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  exactIterations,
  iterationsBelow,
  STRETCH_SUBS_MAX,
  stretchSubs,
} from "../../../src/sim/kernel/iteration-stretch.ts";

const cost = fc.record({
  first: fc.integer({ min: 1_024, max: 1e9 }),
  step: fc.integer({ min: 0, max: 1e6 }),
});

function summed(first: number, step: number, iterations: number): number {
  let sum = 0;
  for (let at = 0; at < iterations; at++) sum += first + step * at;
  return sum;
}

describe("a stretch of iterations", () => {
  it("costs what its iterations cost one by one", () => {
    fc.assert(
      fc.property(cost, fc.nat(300), ({ first, step }, iterations) => {
        expect(stretchSubs(first, step, iterations)).toBe(summed(first, step, iterations));
      }),
    );
  });

  it("has as many iterations below a sum as counting finds, at its ends and beside them", () => {
    const beside = fc.constantFrom(-1, 0, 1);
    fc.assert(
      fc.property(cost, fc.integer({ min: 1, max: 300 }), beside, ({ first, step }, at, by) => {
        const subs = summed(first, step, at) + by;
        expect(iterationsBelow(first, step, subs)).toBe(by > 0 ? at : at - 1);
      }),
    );
  });

  it("is exact where sums are near 2^52", () => {
    const [first, step, iterations] = [1e10 + 7, 3, 400_000];
    const subs = stretchSubs(first, step, iterations);
    expect(subs).toBeLessThan(STRETCH_SUBS_MAX);
    expect(iterationsBelow(first, step, subs)).toBe(iterations - 1);
    expect(iterationsBelow(first, step, subs + 1)).toBe(iterations);
  });

  it.each([
    [1_024, 0, 7, 7],
    [2 ** 51, 0, 8, 2],
    [2 ** 53, 0, 8, 1],
  ])("of %d + %d each is cut where its sum would not be exact", (first, step, asked, given) => {
    expect(exactIterations(first, step, asked)).toBe(given);
  });
});
