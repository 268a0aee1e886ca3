import { describe, expect, it } from "vitest";
import { LeafNode, LOOKBACK_MS, SlidingWindow } from "../../../../src/sim/metrics/promql/leaves.ts";
import { newestValue } from "../../../../src/sim/metrics/promql/range-functions.ts";
import { Selection } from "../../../../src/sim/metrics/promql/selection.ts";
import {
  anIndex,
  evaluated,
  type LiteralSamples,
} from "../../../support/scrapes/literal-series.ts";

describe("an instant selector", () => {
  const index = anIndex({ x: { 60: 1, 75: 2 } });

  it("looks back five minutes, its edge open in Prometheus 3 and closed in 2", () => {
    expect(evaluated("x", index, 374)).toEqual({ "x{}": 2 });
    expect(evaluated("x", index, 375)).toEqual({});
    expect(evaluated("x", index, 375, { rule: "closed" })).toEqual({ "x{}": 2 });
    expect(evaluated("x", index, 376, { rule: "closed" })).toEqual({});
  });

  it("sees nothing newer than its instant, nor what has not arrived", () => {
    expect(evaluated("x", index, 59)).toEqual({});
    expect(evaluated("x", index, 74)).toEqual({ "x{}": 1 });
    expect(evaluated("x", index, 76, { visibleUntilSeconds: 74 })).toEqual({ "x{}": 1 });
  });
});

describe("a range", () => {
  it("is extrapolated to the instant even when the newest samples have not arrived", () => {
    const index = anIndex({ x: { 0: 1_000, 15: 1_015, 30: 1_030, 45: 1_045, 60: 1_060 } });
    // 30 s to 45 s have arrived; 15 s to the end are within 1.1 intervals.
    const late = { visibleUntilSeconds: 58 };
    expect(evaluated("increase(x[40s])", index, 60, late)["{}"]).toBeCloseTo(40, 9);
  });
});

describe("the shape", () => {
  it("is the same object as long as the same series have a result", () => {
    const samples: Record<string, LiteralSamples> = {
      'x{a="1"}': { 0: 1, 15: 1, 30: 1 },
      'x{a="2"}': { 0: 2, 15: "stale", 30: 2 },
    };
    const selection = new Selection(anIndex(samples), {
      kind: "selector",
      name: "x",
      matchers: [],
      rangeMs: null,
    });
    const leaf = new LeafNode({
      selection,
      window: new SlidingWindow(LOOKBACK_MS, "closed"),
      read: newestValue,
      keepsName: true,
    });
    const shapeAt = (seconds: number) =>
      leaf.evaluate({ at: seconds * 1_000, visibleUntil: seconds * 1_000 }).shape;
    const [all, still, gap, gapStill, back] = [0, 1, 15, 16, 30].map(shapeAt);
    expect(still).toBe(all);
    expect(gap).toEqual([{ __name__: "x", a: "1" }]);
    expect(gapStill).toBe(gap);
    expect(back).toBe(all);
  });
});
