import { describe, expect, it } from "vitest";
import { Histogram, histogramQuantile, increase, shareWithin } from "../../src/sim/histogram.ts";

const BOUNDS = [1, 2, 4];

function counted(...values: readonly number[]): readonly number[] {
  const histogram = new Histogram(BOUNDS);
  for (const value of values) histogram.observe(value);
  return histogram.cumulative();
}

describe("a histogram", () => {
  it("counts cumulatively, bounds included, and beyond the last in +Inf", () => {
    expect(counted(0.5, 1, 1.5, 4, 9)).toEqual([2, 3, 4, 5]);
  });

  it("counts by weight", () => {
    const histogram = new Histogram(BOUNDS);
    histogram.observe(1.5, 200);
    expect(histogram.cumulative()).toEqual([0, 200, 200, 200]);
  });

  it("tells what was counted between two readings", () => {
    expect(increase([1, 2, 3, 4], [1, 3, 5, 7])).toEqual([0, 1, 2, 3]);
  });
});

describe("histogram_quantile", () => {
  it.each([
    ["inside a bucket, linearly", 0.5, [0, 10, 10, 10], 1.5],
    ["in the lowest bucket, from 0", 0.5, [10, 10, 10, 10], 0.5],
    ["beyond the last bound, that bound", 0.99, [0, 0, 0, 10], 4],
    ["of nothing, no answer", 0.5, [0, 0, 0, 0], null],
  ])("is %s", (_what, q, counts, expected) => {
    expect(histogramQuantile(q, BOUNDS, counts)).toBe(expected);
  });
});

describe("the share within a threshold", () => {
  it.each([
    ["at a bound", 2, [1, 3, 4, 4], 0.75],
    ["between bounds, no answer", 3, [1, 3, 4, 4], null],
    ["of nothing, no answer", 2, [0, 0, 0, 0], null],
  ])("is known %s", (_what, threshold, counts, expected) => {
    expect(shareWithin(threshold, BOUNDS, counts)).toBe(expected);
  });
});
