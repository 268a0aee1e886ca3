import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CachePoint } from "../../../src/core/cache/cache-history.ts";
import { fitLaw, fitLawFreely, meanPoint } from "../../../src/core/cache/fit-law.ts";
import { RESPONSE_LAW_PRIORS, hitRateAt } from "../../../src/core/cache/response-law.ts";
import type { ResponseLaw } from "../../../src/core/cache/response-law.ts";
import { epochMs } from "../../../src/core/units.ts";

const STICKY = RESPONSE_LAW_PRIORS["session-sticky"];

const point = (freeSeconds: number, hitRate: number, seconds = 3_600): CachePoint => ({
  at: epochMs(0),
  freeSeconds,
  hitRate,
  seconds,
});
const on = (law: ResponseLaw, ...freeSeconds: readonly number[]): readonly CachePoint[] =>
  freeSeconds.map((x) => point(x, hitRateAt(law, x)));

/** A fleet whose prefixes are kept longer and shared more than the prior's. */
const OTHER: ResponseLaw = { ceiling: 0.94, halfSeconds: 12, steepness: 1.9 };
const HOURS = [6, 8, 10, 12, 15, 18, 22, 27, 33, 40];

describe("the fitted law", () => {
  it("is the prior without points", () => {
    expect(fitLaw(STICKY, [])).toEqual(STICKY);
    expect(fitLaw(STICKY, [point(-2, 0), point(Number.POSITIVE_INFINITY, 0.96)])).toEqual(STICKY);
  });

  it("is the prior where the prior is right", () => {
    const { ceiling, halfSeconds, steepness } = fitLaw(STICKY, on(STICKY, ...HOURS));
    expect(ceiling).toBeCloseTo(STICKY.ceiling, 6);
    expect(halfSeconds).toBeCloseTo(STICKY.halfSeconds, 5);
    expect(steepness).toBeCloseTo(STICKY.steepness, 5);
  });

  it("predicts another fleet within 1.2 points, from hours at several sizes", () => {
    const law = fitLaw(STICKY, on(OTHER, ...HOURS));
    for (const x of [5, 10, 20, 40, 80]) {
      expect(Math.abs(hitRateAt(law, x) - hitRateAt(OTHER, x))).toBeLessThan(0.012);
    }
  });

  it("from one point comes closer to another fleet than the prior does", () => {
    const law = fitLaw(STICKY, on(OTHER, 15));
    for (const x of [10, 13, 15, 17, 20]) {
      const miss = (of: ResponseLaw): number => Math.abs(hitRateAt(of, x) - hitRateAt(OTHER, x));
      expect(miss(law)).toBeLessThan(miss(STICKY) / 2);
    }
  });

  it("believes a long window more than a short one", () => {
    const seen = hitRateAt(OTHER, 15);
    const gap = (seconds: number): number =>
      Math.abs(hitRateAt(fitLaw(STICKY, [point(15, seen, seconds)]), 15) - seen);
    expect(gap(3_600)).toBeLessThan(gap(600));
    expect(gap(600)).toBeLessThan(gap(60));
  });

  it("lies between the prior and one point, and is a law, whatever was seen", () => {
    const some = fc.record({
      freeSeconds: fc.double({ min: 0.1, max: 500, noNaN: true }),
      hitRate: fc.double({ min: 0, max: 1, noNaN: true }),
      seconds: fc.integer({ min: 60, max: 3_600 }),
    });
    fc.assert(
      fc.property(some, ({ freeSeconds, hitRate, seconds }) => {
        const law = fitLaw(STICKY, [point(freeSeconds, hitRate, seconds)]);
        const found = hitRateAt(law, freeSeconds);
        const prior = hitRateAt(STICKY, freeSeconds);
        expect(found).toBeGreaterThanOrEqual(Math.min(hitRate, prior) - 1e-3);
        expect(found).toBeLessThanOrEqual(Math.max(hitRate, prior) + 1e-3);
        expect(law.ceiling).toBeLessThan(1);
        expect(law.halfSeconds).toBeGreaterThan(0);
        expect(law.steepness).toBeGreaterThan(0);
      }),
    );
  });

  it("without the prior follows a workload of its own", () => {
    // facts: the Mooncake conversation.
    const chat: ResponseLaw = { ceiling: 0.42, halfSeconds: 110, steepness: 1.23 };
    const points = on(chat, 30, 60, 110, 200, 400);
    const law = fitLawFreely(STICKY, points);
    for (const { freeSeconds, hitRate } of points) {
      expect(Math.abs(hitRateAt(law, freeSeconds) - hitRate)).toBeLessThan(0.007);
    }
  });
});

describe("the mean of points", () => {
  it("weighs them by their time", () => {
    expect(meanPoint([])).toBeNull();
    expect(meanPoint([point(10, 0.8, 600), point(20, 0.9, 1_800)])).toEqual({
      freeSeconds: 17.5,
      hitRate: 0.875,
    });
  });
});
