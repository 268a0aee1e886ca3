import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  COLLAPSE_LOAD_LIMIT,
  RESPONSE_LAW_PRIORS,
  freeCacheSeconds,
  hitRateAt,
  lawThrough,
} from "../../../src/core/cache/response-law.ts";
import type { ResponseLaw } from "../../../src/core/cache/response-law.ts";
import { ratio } from "../../../src/core/units.ts";

const STICKY = RESPONSE_LAW_PRIORS["session-sticky"];
const AFFINITY = RESPONSE_LAW_PRIORS["prefix-affinity"];
const prior = fc.constantFrom(STICKY, AFFINITY);
const seconds = fc.double({ min: 0.01, max: 5_000, noNaN: true });

/** Figures of one fleet; the measurement behind the priors had 2 M KV tokens a replica. */
const freeSeconds = (replicas: number, sessionsPerHour: number, waitSeconds = 0): number =>
  freeCacheSeconds({
    kvTokens: replicas * 2_000_000,
    pinnedTokens: sessionsPerHour * 8_000,
    promptTokensPerSecond: sessionsPerHour * 3_350,
    waitSeconds,
  });

describe("seconds of free cache", () => {
  it.each([
    // (32 M − 3.84 M) / 1.608 M = 17.51 s.
    ["16 replicas, 480 sessions/h", freeSeconds(16, 480), 17.5124],
    ["8 replicas, 240 sessions/h: the same", freeSeconds(8, 240), 17.5124],
    ["4 replicas, 120 sessions/h: the same", freeSeconds(4, 120), 17.5124],
    ["what waits before prefill is not there to be found", freeSeconds(16, 480, 2.5), 15.0124],
    ["more pinned than there is", freeSeconds(1, 480), -1.1443],
    ["no traffic: whatever is kept stays", freeSeconds(4, 0), Infinity],
  ])("%s", (_, found, expected) => {
    expect(found).toBeCloseTo(expected, 4);
  });

  it("are the same at every size when load and cache grow together", () => {
    const count = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(count, fc.integer({ min: 1, max: 500 }), count, (replicas, load, times) => {
        expect(freeSeconds(replicas * times, load * times)).toBeCloseTo(
          freeSeconds(replicas, load),
          6,
        );
      }),
    );
  });
});

describe("the response law", () => {
  it.each([
    ["session-sticky", STICKY, { ceiling: 0.963, halfSeconds: 9, steepness: 1.73 }],
    ["prefix-affinity", AFFINITY, { ceiling: 0.878, halfSeconds: 7.4, steepness: 2.08 }],
  ])("of a %s router has the measured figures", (_, law, measured) => {
    expect(law).toEqual(measured);
  });

  it.each([
    // Half the ceiling at a, and by the odds law h = h∞ q / (1 + q) with q = (x/a)^b elsewhere:
    // 2^1.73 = 3.3173, 4^1.73 = 11.0045, 2^2.08 = 4.2281, 0.5^2.08 = 0.23651.
    ["sticky, 9 s", STICKY, 9, 0.4815],
    ["sticky, 18 s", STICKY, 18, 0.73995],
    ["sticky, 36 s", STICKY, 36, 0.88278],
    ["affinity, 7.4 s", AFFINITY, 7.4, 0.439],
    ["affinity, 14.8 s", AFFINITY, 14.8, 0.71006],
    ["affinity, 3.7 s", AFFINITY, 3.7, 0.16794],
    ["nothing free", STICKY, 0, 0],
    ["less than nothing free", STICKY, -3, 0],
    ["endless", AFFINITY, Infinity, 0.878],
  ])("%s", (_, law, x, expected) => {
    expect(hitRateAt(law, x)).toBeCloseTo(expected, 4);
  });

  it("gives the measured runs (480/h, 16), (240/h, 8) and (120/h, 4) within 2.5 points", () => {
    // They measured .736, .734 and .713; any fleet whose x is theirs has one hit rate by the law.
    const predicted = hitRateAt(STICKY, freeSeconds(16, 480));
    for (const measured of [0.736, 0.734, 0.713]) {
      expect(Math.abs(predicted - measured)).toBeLessThan(0.025);
    }
  });

  it("has odds that go with the power b of x", () => {
    fc.assert(
      fc.property(
        prior,
        seconds,
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        (law, x, times) => {
          const odds = (at: number): number => {
            const h = hitRateAt(law, at);
            return h / (law.ceiling - h);
          };
          const expected = odds(x) * Math.exp(law.steepness * Math.log(times));
          expect(odds(x * times) / expected).toBeCloseTo(1, 5);
        },
      ),
    );
  });

  it("rises with free cache, from 0 to the ceiling", () => {
    const any = fc.double({ min: -100, max: Infinity, noNaN: true });
    fc.assert(
      fc.property(prior, any, any, (law, a, b) => {
        const [less, more] = [hitRateAt(law, Math.min(a, b)), hitRateAt(law, Math.max(a, b))];
        expect(less).toBeLessThanOrEqual(more);
        expect(less).toBeGreaterThanOrEqual(0);
        expect(more).toBeLessThanOrEqual(law.ceiling);
      }),
    );
  });
});

const passes = (law: ResponseLaw, x: number): number => hitRateAt(law, x);

describe("the law through one measured point", () => {
  const share = fc.double({ min: 0.001, max: 0.994, noNaN: true });

  it("passes through it", () => {
    fc.assert(
      fc.property(prior, seconds, share, (before, x, hitRate) => {
        const law = lawThrough(before, { freeSeconds: x, hitRate: ratio(hitRate) });
        expect(passes(law, x)).toBeCloseTo(hitRate, 6);
        expect(law.steepness).toBe(before.steepness);
      }),
    );
  });

  it("is h∞ / (1 + (h∞/h − 1)(x'/x)^−b) everywhere else", () => {
    fc.assert(
      fc.property(prior, seconds, seconds, share, (before, x, other, hitRate) => {
        const law = lawThrough(before, { freeSeconds: x, hitRate: ratio(hitRate) });
        const moved = Math.exp(-law.steepness * Math.log(other / x));
        const expected = law.ceiling / (1 + (law.ceiling / hitRate - 1) * moved);
        expect(hitRateAt(law, other)).toBeCloseTo(expected, 6);
      }),
    );
  });

  it("keeps the prior's ceiling below it, and lifts it above a higher hit rate", () => {
    const ceilingOf = (hitRate: number) =>
      lawThrough(AFFINITY, { freeSeconds: 60, hitRate: ratio(hitRate) }).ceiling;
    expect(ceilingOf(0.5)).toBe(0.878);
    expect(ceilingOf(0.93)).toBeCloseTo(0.935, 12);
  });

  it("of the prior's own point is the prior", () => {
    const point = { freeSeconds: 18, hitRate: hitRateAt(STICKY, 18) };
    expect(lawThrough(STICKY, point).halfSeconds).toBeCloseTo(9, 9);
  });

  it.each([0.995, 0.999, 1])("comes within a point of a hit rate of %d, at any x", (hitRate) => {
    for (const x of [2, 20, 2_000]) {
      const law = lawThrough(AFFINITY, { freeSeconds: x, hitRate: ratio(hitRate) });
      expect(hitRate - passes(law, x)).toBeLessThan(0.01);
    }
  });

  it.each([
    ["no free cache", 0, 0.5],
    ["less than none", -4, 0.5],
    ["endless free cache", Infinity, 0.9],
    ["x that is no number", Number.NaN, 0.9],
    ["a hit rate of 0", 20, 0],
  ])("is the prior at %s, which says nothing", (_, freeSeconds, hitRate) => {
    expect(lawThrough(STICKY, { freeSeconds, hitRate: ratio(hitRate) })).toBe(STICKY);
  });

  it("promises nothing from racks to a fleet that hits nothing with plenty of cache", () => {
    const law = lawThrough(AFFINITY, { freeSeconds: 120, hitRate: ratio(0.02) });
    expect(hitRateAt(law, 240)).toBeLessThan(0.09);
  });
});

describe("the load above which a fleet may collapse", () => {
  it("is lower where the router never re-homes a session", () => {
    expect(COLLAPSE_LOAD_LIMIT).toEqual({ "session-sticky": 0.2, "prefix-affinity": 0.3 });
  });
});
