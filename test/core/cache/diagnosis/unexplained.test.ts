import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noSums } from "../../../../src/core/cache/diagnosis/sums.ts";
import type { CacheSums } from "../../../../src/core/cache/diagnosis/sums.ts";
import {
  isBeyondWandering,
  isUnexplained,
  unexplainedAfter,
} from "../../../../src/core/cache/diagnosis/unexplained.ts";
import type { Unexplained } from "../../../../src/core/cache/diagnosis/unexplained.ts";
import { MINUTE_MS, epochMs } from "../../../../src/core/units.ts";

/** A minute of ten turns/s of 100,000 tokens. */
const minuteOf = (at: number, hitRate: number, bestShare: number | null): CacheSums => {
  const [turns, prompt] = [600, 60_000_000];
  return {
    ...noSums(epochMs(at * MINUTE_MS)),
    seconds: 60,
    turns,
    prompt,
    computed: (1 - hitRate) * prompt,
    lookups: bestShare === null ? 0 : turns,
    best: bestShare === null ? 0 : bestShare * prompt,
  };
};

const usualOf = (bestShare: number | null) => ({
  sums: minuteOf(0, 0.9, bestShare),
  hitRate: 0.9,
  missRatio: 0.1,
  lumpTokens: 350_000,
});

/** @returns minutes until a fall to `hitRate` is beyond doubt; Infinity if it never is */
function minutesUntilSure(hitRate: number, bestShare: number | null, share = 0): number {
  const explained = { all: share, elsewhere: share, nowhere: share };
  const usual = usualOf(bestShare === null ? null : 0.95);
  let now: Unexplained | undefined;
  for (let minute = 1; minute <= 30; minute += 1) {
    now = unexplainedAfter(now, minuteOf(minute, hitRate, bestShare), { usual, explained });
    if (isUnexplained(now)) return minute;
  }
  return Number.POSITIVE_INFINITY;
}

describe("more misses than are explained", () => {
  it.each([
    ["20 points are at once", minutesUntilSure(0.7, null), 1],
    ["five points take minutes", minutesUntilSure(0.85, null), 9],
    ["five that another engine had take fewer", minutesUntilSure(0.85, 0.95), 5],
    ["and five that none had", minutesUntilSure(0.85, 0.9), 5],
  ])("%s", (_, minutes, atMost) => {
    expect(minutes).toBeLessThanOrEqual(atMost);
  });

  it("are not those that load, size or new engines explain", () => {
    expect(minutesUntilSure(0.85, null, 0.05)).toBe(Number.POSITIVE_INFINITY);
    expect(minutesUntilSure(0.85, 0.95, 0.05)).toBe(Number.POSITIVE_INFINITY);
  });

  it("never are where no more is missed than usual", () => {
    const share = fc.double({ min: 0.9, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, (hitRate) => {
        expect(minutesUntilSure(hitRate, null)).toBe(Number.POSITIVE_INFINITY);
      }),
      { numRuns: 30 },
    );
  });
});

describe("a fall that is like nothing", () => {
  const tens = (rates: readonly number[]) => rates.map((rate, at) => minuteOf(10 * at, rate, null));

  it("has to be larger than what comes by itself", () => {
    const wandering = tens([0.9, 0.88, 0.91, 0.89, 0.92, 0.87]);
    expect(isBeyondWandering(wandering, 0.04)).toBe(false);
    expect(isBeyondWandering(wandering, 0.08)).toBe(true);
    expect(isBeyondWandering(tens([0.9, 0.901, 0.899, 0.9]), 0.04)).toBe(true);
  });

  it("never is where less of it is not", () => {
    const rate = fc.double({ min: 0.5, max: 1, noNaN: true });
    const gap = fc.double({ min: 0, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(fc.array(rate, { minLength: 4, maxLength: 12 }), gap, gap, (rates, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        const usual = tens(rates);
        if (isBeyondWandering(usual, less)) expect(isBeyondWandering(usual, more)).toBe(true);
      }),
    );
  });
});
