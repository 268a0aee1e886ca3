import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FIRST_WIDTHS, stretched, widened } from "../../../src/core/demand/calibration.ts";
import {
  demandQuantile,
  firstSighting,
  observeDemand,
  rememberForecast,
} from "../../../src/core/demand/forecast.ts";
import { NORMAL_QUANTILES } from "../../../src/core/numeric.ts";
import { MINUTE_MS, millis } from "../../../src/core/units.ts";
import { sighting, tickAt } from "../../support/demand-series.ts";
import { draws } from "../../support/draws.ts";
import type { Draws } from "../../support/draws.ts";

const NONE: readonly number[] = [1, 2, 8, 9];
const at = (y: number, waiting = 1) => widened(FIRST_WIDTHS, { quantiles: NONE }, { y, waiting });

describe("a forecast that falls due", () => {
  // Of a side: 0.08 x (missed − share aimed at); of the other side half of what it has.
  const inner = (missed: number) => 0.08 * (missed - 0.1);
  const outer = (missed: number) => 0.08 * (missed - 0.025);

  it.each([
    ["inside: all narrow", 5, [0, 0, 0, 0]],
    ["on a quantile: inside it", 8, [0, 0, 0, 0]],
    ["above p90: that side widens, and the other by half", 8.5, [0, 0, 1, 0]],
    ["above p97.5", 10, [0, 0, 1, 1]],
    ["below p10", 1.5, [0, 1, 0, 0]],
    ["below p2.5", 0, [1, 1, 0, 0]],
  ])("%s", (_, y, [farLow = 0, low = 0, high = 0, farHigh = 0]) => {
    const { p2_5, p10, p90, p97_5 } = at(y);
    expect(Math.log(p90)).toBeCloseTo(inner(high) + inner(low) / 2, 12);
    expect(Math.log(p10)).toBeCloseTo(inner(low) + inner(high) / 2, 12);
    expect(Math.log(p97_5)).toBeCloseTo(outer(farHigh) + outer(farLow) / 2, 12);
    expect(Math.log(p2_5)).toBeCloseTo(outer(farLow) + outer(farHigh) / 2, 12);
  });

  it("counts for less where many wait, for they see the same", () => {
    expect(Math.log(at(5, 110).p90)).toBeCloseTo(-1.5 * 0.1 * 0.01, 12);
  });

  it("keeps widths between a tenth and eight, whatever comes", () => {
    const came = fc.array(fc.double({ min: -5, max: 15, noNaN: true }), { maxLength: 200 });
    fc.assert(
      fc.property(came, (ys) => {
        const widths = ys.reduce(
          (before, y) => widened(before, { quantiles: NONE }, { y, waiting: 1 }),
          FIRST_WIDTHS,
        );
        for (const width of Object.values(widths)) {
          expect(width).toBeGreaterThanOrEqual(0.1);
          expect(width).toBeLessThanOrEqual(8);
        }
      }),
    );
  });
});

describe("the distance of a quantile from the median", () => {
  const widths = { p2_5: 3, p10: 2, p90: 0.5, p97_5: 1 };

  it.each([
    ["none at the median", 0, 0],
    ["p90, by its width", NORMAL_QUANTILES.p90, 0.5 * NORMAL_QUANTILES.p90],
    ["p97.5, by its own", NORMAL_QUANTILES.p97_5, NORMAL_QUANTILES.p97_5],
    ["p10, the other side's", NORMAL_QUANTILES.p10, 2 * NORMAL_QUANTILES.p10],
    ["p2.5", NORMAL_QUANTILES.p2_5, 3 * NORMAL_QUANTILES.p2_5],
    ["nearer than p90, in proportion", 0.6, 0.3],
    ["farther than p97.5, in proportion", 4, 4],
  ])("%s", (_, z, distance) => {
    expect(stretched(widths, z)).toBeCloseTo(distance, 9);
  });

  it("never falls as the quantile rises, whatever the widths", () => {
    const width = fc.double({ min: 0.1, max: 8, noNaN: true });
    const some = fc.record({ p2_5: width, p10: width, p90: width, p97_5: width });
    const z = fc.double({ min: -12, max: 12, noNaN: true });
    fc.assert(
      fc.property(some, z, z, (any, a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(stretched(any, low)).toBeLessThanOrEqual(stretched(any, high) + 1e-12);
      }),
    );
  });
});

/** ln(turns/s) of one tick after another. */
type Series = (random: Draws) => () => number;

/** A walk whose minute has this standard deviation, pulled back over weeks so that it stays. */
const randomWalk =
  (sigma: number): Series =>
  ({ normal }) => {
    let away = 0;
    return () => {
      away += 0.5 * sigma * normal() - 0.0002 * away;
      return 3 + away;
    };
  };

const levelWithNoise =
  (sigma: number): Series =>
  ({ normal }) =>
  () =>
    3 + sigma * normal();

const walkWithNoise: Series = (random) => {
  const walk = randomWalk(0.02)(random);
  return () => walk() + 0.05 * random.normal();
};

/** A day's swing of x 1.8 up and down, with noise. */
const dailySwing: Series = ({ normal }) => {
  let tick = 0;
  return () => {
    tick += 1;
    return 3 + 0.6 * Math.sin((2 * Math.PI * tick) / 5_760) + 0.05 * normal();
  };
};

const DAYS = 7;
const TICKS = DAYS * 24 * 60 * 4;

/** @returns the share of p90 forecasts, one a minute, that demand did not exceed when due */
function coverage(series: Series, horizonMinutes: number, seed: number): number {
  const next = series(draws(seed));
  const horizonMs = millis(horizonMinutes * MINUTE_MS);
  const p90s: number[] = [];
  let memory = firstSighting(sighting(20, tickAt(0)));
  let covered = 0;
  for (let tick = 1; tick <= TICKS; tick += 1) {
    const rate = Math.exp(next());
    memory = observeDemand(memory, sighting(rate, tickAt(tick)));
    if (tick % 4 !== 0) continue;
    const due = p90s[tick / 4 - 1 - horizonMinutes];
    covered += due !== undefined && rate <= due ? 1 : 0;
    p90s.push(demandQuantile(memory, horizonMs, NORMAL_QUANTILES.p90));
    memory = rememberForecast(memory, tickAt(tick), horizonMs);
  }
  return covered / (p90s.length - horizonMinutes);
}

describe("over a week the p90 covers nine in ten, within 3 points", () => {
  const horizons = [10, 60];
  const cases = [
    ["a quiet random walk", randomWalk(0.01)],
    ["a random walk", randomWalk(0.02)],
    ["a wild random walk", randomWalk(0.05)],
    ["a level with little noise", levelWithNoise(0.03)],
    ["a level with much noise", levelWithNoise(0.2)],
    ["a random walk with noise", walkWithNoise],
    ["a daily swing", dailySwing],
  ] as const;

  it.each(
    cases.flatMap(([name, series]) => horizons.map((minutes) => [name, minutes, series] as const)),
  )("%s, %d minutes ahead", (_, minutes, series) => {
    expect(Math.abs(coverage(series, minutes, 11) - 0.9)).toBeLessThan(0.03);
  });
});
