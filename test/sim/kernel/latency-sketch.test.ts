import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LatencySketch } from "../../../src/sim/kernel/latency-sketch.ts";

const QUANTILES = [
  ["p50", 0.5],
  ["p90", 0.9],
  ["p95", 0.95],
  ["p99", 0.99],
] as const;

/** From a nanosecond to a year. */
const durations = fc.array(fc.oneof(fc.integer({ min: 1, max: 8e15 }), fc.nat(1e9)), {
  minLength: 1,
  maxLength: 400,
});

describe("a sketch of durations", () => {
  it("knows quantiles within 0.5 %, and the largest exactly", () => {
    fc.assert(
      fc.property(durations, (list) => {
        const sketch = new LatencySketch();
        const sorted = list.map((ns) => ns + 1).sort((a, b) => a - b);
        for (const ns of sorted) sketch.add(ns);
        const summary = sketch.summary();
        for (const [name, q] of QUANTILES) {
          const exact = (sorted[Math.ceil(q * sorted.length) - 1] ?? NaN) / 1e9;
          expect(Math.abs(summary[name] / exact - 1)).toBeLessThanOrEqual(0.005);
        }
        expect(summary.max).toBe((sorted.at(-1) ?? NaN) / 1e9);
        expect(summary.count).toBe(sorted.length);
      }),
    );
  });

  it("has an exact mean", () => {
    const sketch = new LatencySketch();
    for (const ns of [1e9, 2e9, 6e9]) sketch.add(ns);
    expect(sketch.summary()).toMatchObject({ count: 3, mean: 3, max: 6 });
  });

  it("is all 0 as long as nothing was added", () => {
    expect(new LatencySketch().summary()).toEqual({
      count: 0,
      mean: 0,
      p50: 0,
      p90: 0,
      p95: 0,
      p99: 0,
      max: 0,
    });
  });
});
