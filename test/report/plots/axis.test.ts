import { describe, expect, it } from "vitest";
import { linearAxis, logAxis, timeTicks } from "../../../src/report/plots/axis.ts";

describe("an axis", () => {
  it("has ticks at round values, and puts values between its ends", () => {
    const axis = linearAxis({ low: 0, high: 14, from: 100, to: 0 }, 3);
    expect(axis.ticks).toEqual([0, 5, 10]);
    expect([0, 7, 14].map(axis.at)).toEqual([100, 50, 0]);
  });

  it("of equal values has a width all the same", () => {
    const axis = linearAxis({ low: 3, high: 3, from: 0, to: 10 }, 3);
    expect(Number.isFinite(axis.at(3))).toBe(true);
  });

  it("in the logarithm puts a tenth as far from one as one from ten", () => {
    const axis = logAxis({ low: 1, high: 100, from: 0, to: 10 });
    expect(axis.at(10)).toBeCloseTo(5);
    expect(axis.at(0)).toBe(0);
    expect(axis.ticks).toEqual([1, 2, 5, 10, 20, 50, 100]);
  });

  it.each([
    [0, 3_600, [0, 900, 1_800, 2_700, 3_600]],
    [0, 14 * 86_400, [0, 2, 4, 6, 8, 10, 12, 14].map((day) => day * 86_400)],
  ])("of time from %d to %d s has whole minutes, hours or days", (from, to, ticks) => {
    expect(timeTicks(from, to, from + to === 3_600 ? 6 : 10)).toEqual(ticks);
  });
});
