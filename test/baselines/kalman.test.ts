/** Worked out by hand: x = [level, trend], P = 1000 I, Q = diag(1, 0.1), R = 10. */
import { describe, expect, it } from "vitest";
import { forecast, observed } from "../../src/baselines/kalman.ts";

describe("a local linear trend", () => {
  it("takes the first value for the level", () => {
    const first = observed(null, 100);
    expect(first).toMatchObject({ level: 100, trend: 0 });
    expect(first && forecast(first)).toBe(100);
  });

  it("skips the zeros before it", () => {
    expect(observed(null, 0)).toBeNull();
  });

  it("follows the second value at once: nothing is known of the trend", () => {
    const second = observed(observed(null, 100), 110);
    // Ahead: a = 1000 + 2 x 0 + 1000 + 1 = 2001, b = 0 + 1000, d = 1000 + 0.1; S = 2001 + 10.
    expect(second?.level).toBeCloseTo(100 + (2_001 / 2_011) * 10, 9);
    expect(second?.trend).toBeCloseTo((1_000 / 2_011) * 10, 9);
    expect(second?.levelVariance).toBeCloseTo((2_001 * 10) / 2_011, 9);
    expect(second?.covariance).toBeCloseTo((1_000 * 10) / 2_011, 9);
    expect(second?.trendVariance).toBeCloseTo(1_000.1 - 1_000 ** 2 / 2_011, 9);
    // 109.950 + 4.973.
    expect(second && forecast(second)).toBeCloseTo(114.923, 3);
  });

  it("settles on a level that stays, and on a slope that does", () => {
    const after = (values: readonly number[]) =>
      values.reduce<ReturnType<typeof observed>>((trend, value) => observed(trend, value), null);
    const flat = after(Array.from({ length: 60 }, () => 50));
    expect(flat && forecast(flat)).toBeCloseTo(50, 6);
    const rising = after(Array.from({ length: 60 }, (_, n) => 10 + 5 * n));
    expect(rising && forecast(rising)).toBeCloseTo(10 + 5 * 60, 1);
  });

  it("never forecasts less than nothing", () => {
    const falling = observed(observed(null, 100), 1);
    expect(falling?.trend).toBeLessThan(0);
    expect(falling && forecast(falling)).toBe(0);
  });
});
