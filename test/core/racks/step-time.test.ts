import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Spread } from "../../../src/core/compiled.ts";
import { blended, chanceWithin, p99Ms } from "../../../src/core/racks/step-time.ts";
import { MINUTE_MS, millis } from "../../../src/core/units.ts";

const minutes = (value: number) => millis(Math.round(value * MINUTE_MS));
const spread = (p50: number, p95: number): Spread => ({ p50Ms: minutes(p50), p95Ms: minutes(p95) });
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const BOOT = spread(27, 45);

describe("what is believed of a step", () => {
  it("is the prior while nothing was measured", () => {
    expect(blended(BOOT, [])).toEqual(BOOT);
  });

  it("is half way, in logarithms, after as many racks as the prior counts", () => {
    const { p50Ms } = blended(BOOT, times(15, minutes(12)));
    expect(p50Ms / MINUTE_MS).toBeCloseTo(Math.sqrt(27 * 12), 3);
  });

  it("is the pooled mean and variance of ln durations", () => {
    // Prior: 15 racks of ln 20 ± 0; measured: 10 and 40, ln 20 ± ln 2. σ² = 2 ln²2 / 17.
    const { p50Ms, p95Ms } = blended(spread(20, 20), [minutes(10), minutes(40)]);
    expect(p50Ms / MINUTE_MS).toBeCloseTo(20, 3);
    const sigma = Math.log(2) * Math.sqrt(2 / 17);
    expect(p95Ms / MINUTE_MS).toBeCloseTo(20 * Math.exp(1.6448536 * sigma), 2);
  });

  it("is wider where measurements contradict the prior than where they repeat it", () => {
    const width = ({ p50Ms, p95Ms }: Spread) => p95Ms / p50Ms;
    expect(width(blended(BOOT, times(5, minutes(90))))).toBeGreaterThan(width(BOOT));
    expect(width(blended(BOOT, times(5, minutes(27))))).toBeLessThan(width(BOOT));
  });

  it("takes what began and ended within one tick for a tick", () => {
    const grant = { p50Ms: millis(30_000), p95Ms: millis(300_000) };
    const seen = blended(grant, times(7, millis(1)));
    expect(seen).toEqual(blended(grant, times(7, millis(15_000))));
    expect(seen.p95Ms).toBeLessThan(grant.p95Ms);
    const quick = { p50Ms: millis(1_000), p95Ms: millis(2_000) };
    expect(blended(quick, times(7, millis(1))).p50Ms).toBe(1_000);
  });

  it("comes close to what is measured, with enough of it", () => {
    const { p50Ms, p95Ms } = blended(BOOT, times(64, minutes(60)));
    expect(p50Ms / MINUTE_MS).toBeGreaterThan(50);
    expect(p95Ms).toBeGreaterThan(p50Ms);
  });

  it("always lies between prior and measured medians, p95 above p50", () => {
    const aDuration = fc.integer({ min: 1, max: 100 * MINUTE_MS }).map(millis);
    fc.assert(
      fc.property(aDuration, fc.integer({ min: 1, max: 20 }), aDuration, (p50, n, measured) => {
        const prior = { p50Ms: p50, p95Ms: millis(2 * p50) };
        const { p50Ms, p95Ms } = blended(prior, times(n, measured));
        expect(p50Ms).toBeGreaterThanOrEqual(Math.min(p50, measured) - 1);
        expect(p50Ms).toBeLessThanOrEqual(Math.max(p50, measured) + 1);
        expect(p95Ms).toBeGreaterThanOrEqual(p50Ms);
      }),
    );
  });
});

describe("99 of 100 racks", () => {
  it("are through within p50 (p95 / p50) to the power z99 / z95", () => {
    // 27 x (45 / 27) ^ (2.3263 / 1.6449) = 55.6 min.
    expect(p99Ms(BOOT) / MINUTE_MS).toBeCloseTo(55.6, 1);
    expect(p99Ms(spread(3, 3))).toBe(minutes(3));
  });
});

describe("the chance that a step ends in time", () => {
  it.each([
    ["half, by the median", 0, 27, 0.5],
    ["95 %, by p95", 0, 45, 0.95],
    ["half of what is left, when it has lasted to the median", 27, 18, 0.9],
    ["nothing, in no time", 10, 0, 0],
    ["nothing, when the distribution knows of none so late", 100_000, 60, 0],
  ])("is %s", (_, waited, within, chance) => {
    expect(chanceWithin(BOOT, minutes(waited), minutes(within))).toBeCloseTo(chance, 3);
  });

  it("of a step without spread is all or nothing", () => {
    const fixed = spread(5, 5);
    expect([3, 4].map((within) => chanceWithin(fixed, minutes(1.5), minutes(within)))).toEqual([
      0, 1,
    ]);
    expect(chanceWithin(fixed, minutes(6), minutes(60))).toBe(0);
  });

  it("is always a chance, and never falls with more time", () => {
    const ms = fc.integer({ min: 0, max: 1_000 * MINUTE_MS });
    fc.assert(
      fc.property(ms, ms, ms, (waited, within, more) => {
        const sooner = chanceWithin(BOOT, waited, within);
        const later = chanceWithin(BOOT, waited, within + more);
        expect(sooner).toBeGreaterThanOrEqual(0);
        expect(later).toBeLessThanOrEqual(1);
        expect(later).toBeGreaterThanOrEqual(sooner - 1e-6);
      }),
    );
  });
});
