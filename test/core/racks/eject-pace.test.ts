import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ejectPace, rehomedShare } from "../../../src/core/racks/eject-pace.ts";
import type { EjectTraffic } from "../../../src/core/racks/eject-pace.ts";
import { after, millis } from "../../../src/core/units.ts";
import { NOW } from "../../support/builders/observed.ts";

const ago = (seconds: number) => after(NOW, millis(-1000 * seconds));

/** 100 units share 1 M prompt tokens a second, nine in ten of them cached: 9,000 a unit. */
const traffic = (changes: Partial<EjectTraffic> = {}): EjectTraffic => ({
  promptTokensPerSecond: 1e6,
  hitRate: 0.9,
  units: 100,
  ejectedAt: [],
  maxColdTokensPerSecond: 20_000,
  ...changes,
});

describe("the share of moved traffic that is cached at its new home", () => {
  it.each([
    [-5, 0],
    [0, 0],
    [5, 0.18],
    [10, 0.49],
    [15, 0.6],
    [60, 0.83],
    [180, 0.875],
    [300, 1],
    [3600, 1],
  ])("after %i s is %f", (seconds, share) => {
    expect(rehomedShare(seconds)).toBeCloseTo(share, 10);
  });

  it("never falls", () => {
    const seconds = fc.double({ min: 0, max: 1000, noNaN: true });
    fc.assert(
      fc.property(seconds, seconds, (a, b) => {
        expect(rehomedShare(Math.min(a, b))).toBeLessThanOrEqual(rehomedShare(Math.max(a, b)));
      }),
    );
  });
});

describe("the pace of taking units out of routing", () => {
  it.each([
    ["the first", {}, true, 0],
    ["another one at once", { ejectedAt: [ago(0)] }, true, 9_000],
    ["a third at once: 27,000", { ejectedAt: [ago(0), ago(0)] }, false, 18_000],
    ["a third when two are half way", { ejectedAt: [ago(10), ago(10)] }, true, 8_200],
    ["any number that are long home", { ejectedAt: Array(9).fill(ago(300)) }, true, 0],
    ["one that brings too much alone, when nothing is expected", { units: 40 }, true, 0],
    ["such a one after another", { units: 40, ejectedAt: [ago(0)] }, false, 22_500],
    [
      "such a one while the other is not all home",
      { units: 40, ejectedAt: [ago(60)] },
      false,
      1_750,
    ],
    ["such a one once the other is home", { units: 40, ejectedAt: [ago(300)] }, true, 0],
    ["one of a fleet without traffic", { promptTokensPerSecond: 0 }, true, 0],
    ["one whose prompts no cache served", { hitRate: 0 }, true, 0],
    ["one of none", { units: 0 }, true, 0],
  ] as const)("%s", (_, changes, mayEject, expected) => {
    const pace = ejectPace(traffic(changes), NOW);
    expect(pace.mayEject).toBe(mayEject);
    expect(pace.expectedTokensPerSecond).toBeCloseTo(expected, 6);
  });

  it("says what the next one brings", () => {
    expect(ejectPace(traffic(), NOW).unitTokensPerSecond).toBe(9_000);
  });

  it("lets units that are too large for it all go, one in five minutes at most", () => {
    const rate = fc.double({ min: 0.1, max: 1, noNaN: true });
    const most = fc.integer({ min: 1, max: 20_000 });
    fc.assert(
      fc.property(rate, most, (hitRate, maxColdTokensPerSecond) => {
        const given = traffic({ units: 4, hitRate, maxColdTokensPerSecond });
        const ejectedAt = [];
        for (let second = 0; second <= 3 * 300; second += 15) {
          const now = after(NOW, millis(1000 * second));
          if (ejectPace({ ...given, ejectedAt }, now).mayEject) ejectedAt.push(now);
        }
        expect(ejectedAt.length).toBeGreaterThanOrEqual(4);
      }),
    );
  });

  it("never lets the expected cold work exceed the pace, or a unit that is more than it", () => {
    const units = fc.integer({ min: 1, max: 500 });
    const tokens = fc.integer({ min: 0, max: 5_000_000 });
    const hitRate = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(units, tokens, hitRate, (count, promptTokensPerSecond, rate) => {
        const given = traffic({ units: count, promptTokensPerSecond, hitRate: rate });
        const ejectedAt = [];
        for (let second = 0; second < 300; second += 15) {
          const now = after(NOW, millis(1000 * second));
          const found = ejectPace({ ...given, ejectedAt }, now);
          if (!found.mayEject) continue;
          const { unitTokensPerSecond: unit, expectedTokensPerSecond: expected } = found;
          const most = Math.max(unit, given.maxColdTokensPerSecond);
          expect(expected + unit).toBeLessThanOrEqual(most);
          ejectedAt.push(now);
        }
      }),
    );
  });
});
