import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { settle } from "../../../src/core/demand/calibration.ts";
import {
  demandQuantile,
  firstSighting,
  observeDemand,
  rememberForecast,
} from "../../../src/core/demand/forecast.ts";
import type { DemandMemory } from "../../../src/core/memory.ts";
import { NORMAL_QUANTILES } from "../../../src/core/numeric.ts";
import { MINUTE_MS, after, millis } from "../../../src/core/units.ts";
import { NOW } from "../../support/builders/observed.ts";
import { sighting, tickAt } from "../../support/demand-series.ts";
import { draws } from "../../support/draws.ts";
import type { Draws } from "../../support/draws.ts";

const inMinutes = (minutes: number) => after(NOW, millis(minutes * MINUTE_MS));
const waiting = (pending: DemandMemory["pending"], widthFactor = 1): DemandMemory => ({
  ...firstSighting(sighting(10, NOW)),
  pending,
  widthFactor,
});

describe("a p90 that falls due", () => {
  const two = [
    { due: inMinutes(0), p90: 2 },
    { due: inMinutes(1), p90: 2 },
  ];

  it.each([
    // 0.08 x (1 − 0.1) and 0.08 x (0 − 0.1).
    ["widens by 7 % when demand was above it", 2.5, Math.exp(0.072)],
    ["narrows by 0.8 % when it was not", 1.5, Math.exp(-0.008)],
    ["counts demand that equals it as covered", 2, Math.exp(-0.008)],
  ])("%s", (_, y, width) => {
    const settled = settle(waiting(two), NOW, y);
    expect(settled.widthFactor).toBeCloseTo(width, 12);
    expect(settled.pending).toEqual([two[1]]);
  });

  it("waits until then", () => {
    const memory = waiting(two);
    expect(settle(memory, inMinutes(-1), 9)).toEqual({ pending: two, widthFactor: 1 });
  });

  it("is dropped unjudged when nobody was watching then", () => {
    const blind = waiting(Array.from({ length: 60 }, (_, n) => ({ due: inMinutes(n), p90: 2 })));
    // An outage of an hour: of the forecasts of minutes 0 … 59 those of 58 and 59 are judged.
    const { widthFactor, pending } = settle(blind, inMinutes(60), 9);
    expect(pending).toEqual([]);
    // 1.1 / 60 is the rate while 60 wait.
    expect(widthFactor).toBeCloseTo(Math.exp((2 * 0.9 * 1.1) / 60), 12);
  });

  it("keeps the width between a quarter and six, whatever comes", () => {
    const pending = fc.array(fc.double({ min: -5, max: 9, noNaN: true }), { maxLength: 200 });
    const width = fc.double({ min: 0.25, max: 6, noNaN: true });
    fc.assert(
      fc.property(
        pending,
        width,
        fc.double({ min: -5, max: 9, noNaN: true }),
        (p90s, before, y) => {
          const memory = waiting(
            p90s.map((p90) => ({ due: NOW, p90 })),
            before,
          );
          const { widthFactor } = settle(memory, NOW, y);
          expect(widthFactor).toBeGreaterThanOrEqual(0.25);
          expect(widthFactor).toBeLessThanOrEqual(6);
        },
      ),
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
