import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NORMAL_QUANTILES, clamp, lerp, normalCdf, power } from "../../src/core/numeric.ts";

describe("power", () => {
  it.each([
    [2, 10, 1_024],
    [9, 0.5, 3],
    [0.25, -1, 4],
    [8, 1 / 3, 2],
    [0, 3, 0],
    [0, 0, 1],
    [0, -1, Infinity],
    [Infinity, -1, 0],
  ])("%d to the %d is %d", (x, y, expected) => {
    expect(power(x, y)).toBeCloseTo(expected, 10);
  });

  it("adds exponents", () => {
    const exponent = fc.double({ min: -5, max: 5, noNaN: true });
    fc.assert(
      fc.property(
        fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
        exponent,
        exponent,
        (x, a, b) => {
          const whole = power(x, a + b);
          expect(Math.abs(power(x, a) * power(x, b) - whole)).toBeLessThan(1e-9 * whole);
        },
      ),
    );
  });
});

describe("normalCdf", () => {
  // Abramowitz & Stegun, table 26.1.
  it.each([
    [0, 0.5],
    [1, 0.841344746],
    [-1, 0.158655254],
    [1.96, 0.975002105],
    [2.5, 0.993790335],
    [-3, 0.001349898],
  ])("of %d is %d", (z, expected) => {
    expect(Math.abs(normalCdf(z) - expected)).toBeLessThan(1e-7);
  });

  it.each([
    ["p10", 0.1],
    ["p50", 0.5],
    ["p70", 0.7],
    ["p80", 0.8],
    ["p90", 0.9],
    ["p95", 0.95],
    ["p99", 0.99],
  ] as const)("of the %s quantile is %d", (name, probability) => {
    expect(Math.abs(normalCdf(NORMAL_QUANTILES[name]) - probability)).toBeLessThan(1e-7);
  });

  it("is symmetric, rises within its error and stays between 0 and 1", () => {
    const z = fc.double({ min: -40, max: 40, noNaN: true });
    fc.assert(
      fc.property(z, z, (a, b) => {
        expect(normalCdf(a) + normalCdf(-a)).toBeCloseTo(1, 7);
        expect(normalCdf(Math.max(a, b)) - normalCdf(Math.min(a, b))).toBeGreaterThan(-1e-7);
        expect(normalCdf(a)).toBeGreaterThanOrEqual(0);
        expect(normalCdf(a)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("clamp and lerp", () => {
  it.each([
    [-1, 0],
    [0.3, 0.3],
    [7, 1],
  ])("clamps %d between 0 and 1 to %d", (value, expected) => {
    expect(clamp(value, 0, 1)).toBe(expected);
  });

  it.each([
    [0, 10],
    [0.25, 12.5],
    [1, 20],
  ])("is %d of the way from 10 to 20 at %d", (t, expected) => {
    expect(lerp(10, 20, t)).toBe(expected);
  });
});
