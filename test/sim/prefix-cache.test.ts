import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PrefixCache, responseLaw, warmth } from "../../src/sim/prefix-cache.ts";

const HEALTHY = { warmTokens: 6.4e6, pinnedTokens: 0, promptTokens: 100_000, queueAgeMs: 0 };

/** The rate after ten minutes of one load, a second a step. */
function settled(load: typeof HEALTHY, cache = new PrefixCache()): number {
  for (let second = 0; second < 600; second += 1) cache.step(load, 1_000);
  return cache.hitRate();
}

describe("the response law", () => {
  it.each([
    [-1, 0],
    [0, 0],
    [9, 0.963 / 2],
    // By hand: (64/9)^-1.73 = 0.03356.
    [64, 0.963 / 1.03356],
    [Number.POSITIVE_INFINITY, 0.963],
  ])("at %f s of free cache gives %f", (x, hitRate) => {
    expect(responseLaw(x)).toBeCloseTo(hitRate, 4);
  });

  it("never falls as the free cache grows", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e4, noNaN: true }), (x) => {
        expect(responseLaw(x + 1)).toBeGreaterThanOrEqual(responseLaw(x));
      }),
    );
  });
});

describe("the hit rate of a fleet", () => {
  it("settles where the law says: x = (N·K − A)/P − W", () => {
    expect(settled(HEALTHY)).toBeCloseTo(responseLaw(64), 3);
    expect(settled({ ...HEALTHY, pinnedTokens: 1.4e6 })).toBeCloseTo(responseLaw(50), 3);
    expect(settled({ ...HEALTHY, queueAgeMs: 30_000 })).toBeCloseTo(responseLaw(34), 3);
  });

  it("is nothing without a warm cache, and its best without load", () => {
    expect(settled({ ...HEALTHY, warmTokens: 0 })).toBeLessThan(0.001);
    expect(settled({ ...HEALTHY, warmTokens: 0, promptTokens: 0 })).toBeLessThan(0.001);
    expect(settled({ ...HEALTHY, promptTokens: 0 })).toBeCloseTo(0.963, 3);
  });

  it("dips when a part of the engines leaves, and comes back within a minute", () => {
    const cache = new PrefixCache();
    const before = settled(HEALTHY, cache);
    cache.loseShare(0.25);
    expect(cache.hitRate()).toBeCloseTo(0.75 * before, 6);
    for (let second = 0; second < 60; second += 1) cache.step(HEALTHY, 1_000);
    expect(cache.hitRate()).toBeGreaterThan(0.95 * before);
  });

  it("counts a new engine's cache little by little", () => {
    expect(warmth(-1)).toBe(0);
    expect(warmth(0)).toBe(0);
    expect(warmth(180_000)).toBeCloseTo(0.632, 3);
    expect(warmth(3_600_000)).toBeCloseTo(1, 6);
  });
});
