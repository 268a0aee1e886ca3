import { describe, expect, it } from "vitest";
import { estimate, geometricMean, studentT } from "../../../src/studies/compare/interval.ts";

describe("an estimate", () => {
  it("is the mean and Student's interval, worked out by hand", () => {
    // 1, 2, 3, 4: s² = 5/3, s/√4 = 0.645497, t(3) = 3.182446.
    const { mean, low, high } = estimate([1, 2, 3, 4]);
    expect(mean).toBe(2.5);
    expect(low).toBeCloseTo(2.5 - 2.054261, 5);
    expect(high).toBeCloseTo(2.5 + 2.054261, 5);
  });

  it("of one value has no width", () => {
    expect(estimate([7])).toEqual({ mean: 7, low: 7, high: 7 });
  });

  it("of no value is an error", () => {
    expect(() => estimate([])).toThrow(RangeError);
  });

  it.each([
    [1, 12.706205],
    [30, 2.042272],
    [31, 2.039513],
    [120, 1.97993],
  ])("uses t with %i degrees of freedom: %d", (degrees, quantile) => {
    expect(Math.abs(studentT(degrees) - quantile)).toBeLessThan(0.001);
  });

  it("of ratios is their geometric mean", () => {
    const { mean, low, high } = geometricMean([Math.log(2), Math.log(8)]);
    expect(mean).toBeCloseTo(4, 12);
    expect(low * high).toBeCloseTo(16, 9);
  });
});
