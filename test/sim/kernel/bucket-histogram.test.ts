import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BucketHistogram, boundsNs } from "../../../src/sim/kernel/bucket-histogram.ts";

describe("a histogram of a metrics endpoint", () => {
  it("counts a value in the first bucket whose bound is not smaller, and in all above", () => {
    const histogram = new BucketHistogram(boundsNs([0.001, 0.01, 0.1]));
    for (const ns of [1, 1_000_000, 1_000_001, 10_000_000, 99_999_999, 100_000_001]) {
      histogram.add(0, ns, 1, ns);
    }
    expect([...histogram.cumulative(0)]).toEqual([2, 4, 5, 6]);
    expect([...histogram.cumulative(0)]).toEqual([2, 4, 5, 6]);
  });

  it("puts every value where a search through the bounds would", () => {
    const values = fc.double({ min: 0, max: 1e12, noNaN: true });
    const bounds = fc.uniqueArray(fc.integer({ min: 1, max: 1e9 }), { maxLength: 40 });
    fc.assert(
      fc.property(bounds, fc.array(values), fc.nat(39), (some, any, at) => {
        const inOrder = some.toSorted((a, b) => a - b);
        const histogram = new BucketHistogram(Float64Array.from(inOrder));
        const edge = inOrder[at] ?? 0;
        const added = [...any, ...inOrder, edge + 0.5, Math.max(0, edge - 0.5)];
        for (const value of added) histogram.add(0, value, 1, value);
        const expected = [...inOrder, Infinity].map(
          (bound) => added.filter((value) => value <= bound).length,
        );
        expect([...histogram.cumulative(0)]).toEqual(expected);
      }),
    );
  });

  it("adds a mean as often as it was observed", () => {
    const histogram = new BucketHistogram(boundsNs([0.05]));
    histogram.add(0, 20_000_000, 7, 140_000_000);
    expect([...histogram.cumulative(0)]).toEqual([7, 7]);
    expect(histogram.sumSeconds(0)).toBe(0.14);
  });

  it("is one of each replica", () => {
    const histogram = new BucketHistogram(boundsNs([0.05]));
    histogram.add(0, 20_000_000, 1, 20_000_000);
    histogram.fit(3);
    histogram.add(3, 60_000_000, 2, 120_000_000);
    const read = (replica: number) => [
      ...histogram.cumulative(replica),
      histogram.sumSeconds(replica),
    ];
    expect([0, 2, 3].map(read)).toEqual([
      [1, 1, 0.02],
      [0, 0, 0],
      [0, 2, 0.12],
    ]);
  });

  it("has one bucket without bounds", () => {
    const histogram = new BucketHistogram(boundsNs([]));
    histogram.add(0, 5, 2, 10);
    expect([...histogram.cumulative(0)]).toEqual([2]);
  });

  it.each([[[0.1, 0.1]], [[0.2, 0.1]], [[NaN, 1]]])(
    "refuses bounds %j, which do not rise",
    (bounds) => {
      expect(() => boundsNs(bounds)).toThrow("histogram bounds do not rise");
    },
  );
});
