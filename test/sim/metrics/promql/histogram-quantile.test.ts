import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bucketQuantile,
  HistogramQuantileNode,
} from "../../../../src/sim/metrics/promql/histogram-quantile.ts";
import type { VectorNode } from "../../../../src/sim/metrics/promql/vector.ts";

const BOUNDS = [1, 2, 5, Number.POSITIVE_INFINITY];
const quantile = (q: number, counts: readonly number[], bounds: readonly number[] = BOUNDS) =>
  bucketQuantile(q, bounds, Float64Array.from(counts));

describe("a quantile of a histogram", () => {
  it.each([
    [0.5, [0, 10, 10, 10], 1.5],
    [0.5, [10, 10, 10, 10], 0.5],
    [0.9, [0, 0, 10, 10], 4.7],
    [1, [0, 10, 10, 10], 2],
    [0.99, [0, 0, 0, 10], 5],
    [-1, [1, 1, 1, 1], Number.NEGATIVE_INFINITY],
    [2, [1, 1, 1, 1], Number.POSITIVE_INFINITY],
  ])("%d of %j is %d", (q, counts, expected) => {
    expect(quantile(q, counts)).toBeCloseTo(expected, 12);
  });

  it("needs observations, a bucket for all of them, and one below it", () => {
    expect(quantile(0.5, [0, 0, 0, 0])).toBeNaN();
    expect(quantile(0.5, [1, 2], [1, 2])).toBeNaN();
    expect(quantile(0.5, [2], [Number.POSITIVE_INFINITY])).toBeNaN();
  });

  it("is not known of no share of an empty lowest bucket: Prometheus divides by its count", () => {
    expect(quantile(0, [0, 0, 0, 1])).toBeNaN();
    expect(quantile(0, [1, 1, 1, 1])).toBe(0);
  });

  it("always lies within the bounds and never falls with q", () => {
    const counts = fc.array(fc.nat(1_000), { minLength: 4, maxLength: 4 });
    const share = fc.double({ min: Number.MIN_VALUE, max: 1, noNaN: true });
    const shares = fc.tuple(share, share);
    fc.assert(
      fc.property(counts, shares, (inBuckets, [a, b]) => {
        let total = 0;
        const cumulative = inBuckets.map((count) => (total += count));
        fc.pre(total > 0);
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((q) => quantile(q, cumulative));
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(5);
        expect((high ?? 0) - (low ?? 0)).toBeGreaterThanOrEqual(-1e-9);
      }),
    );
  });
});

describe("several histograms in one vector", () => {
  it("are told apart by all labels but le; buckets come in any order and never shrink", () => {
    const shape = [
      { pod: "a", le: "+Inf" },
      { pod: "b", le: "1" },
      { pod: "a", le: "2.0" },
      { pod: "b", le: "+Inf" },
      { pod: "a", le: "1.0" },
      { pod: "b", le: "nonsense" },
    ];
    const values = Float64Array.from([4, 8, 2, 6, 4, 100]);
    const child: VectorNode = { evaluate: () => ({ shape, values }) };
    const found = new HistogramQuantileNode(0.5, child).evaluate({ at: 0, visibleUntil: 0 });
    expect(found.shape).toEqual([{ pod: "a" }, { pod: "b" }]);
    expect([...found.values.subarray(0, 2)]).toEqual([0.5, 0.5]);
  });
});
