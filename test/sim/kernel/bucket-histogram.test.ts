import { describe, expect, it } from "vitest";
import { BucketHistogram, boundsNs } from "../../../src/sim/kernel/bucket-histogram.ts";

describe("a histogram of a metrics endpoint", () => {
  it("counts a value in the first bucket whose bound is not smaller, and in all above", () => {
    const histogram = new BucketHistogram(boundsNs([0.001, 0.01, 0.1]));
    for (const ns of [1, 1_000_000, 1_000_001, 10_000_000, 99_999_999, 100_000_001]) {
      histogram.add(ns, 1, ns);
    }
    expect([...histogram.cumulative()]).toEqual([2, 4, 5, 6]);
    expect([...histogram.cumulative()]).toEqual([2, 4, 5, 6]);
  });

  it("adds a mean as often as it was observed", () => {
    const histogram = new BucketHistogram(boundsNs([0.05]));
    histogram.add(20_000_000, 7, 140_000_000);
    expect([...histogram.cumulative()]).toEqual([7, 7]);
    expect(histogram.sumSeconds()).toBe(0.14);
  });

  it("has one bucket without bounds", () => {
    const histogram = new BucketHistogram(boundsNs([]));
    histogram.add(5, 2, 10);
    expect([...histogram.cumulative()]).toEqual([2]);
  });

  it.each([[[0.1, 0.1]], [[0.2, 0.1]], [[NaN, 1]]])(
    "refuses bounds %j, which do not rise",
    (bounds) => {
      expect(() => boundsNs(bounds)).toThrow("histogram bounds do not rise");
    },
  );
});
