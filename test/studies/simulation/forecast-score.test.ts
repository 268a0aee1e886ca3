import { describe, expect, it } from "vitest";
import type { ForecastBand } from "../../../src/core/decision.ts";
import { turnsPerSecond } from "../../../src/core/units.ts";
import { ForecastScore, forecastResult } from "../../../src/studies/simulation/forecast-score.ts";

const band = (p10: number, p50: number, p90: number): ForecastBand => ({
  horizonMs: 60_000,
  observed: turnsPerSecond(p50),
  p10: turnsPerSecond(p10),
  p50: turnsPerSecond(p50),
  p90: turnsPerSecond(p90),
  p99: turnsPerSecond(2 * p90),
  sizing: turnsPerSecond(p90),
});

/** 10 turns/s for two minutes, then 20. */
const ARRIVED = [...Array<number>(8).fill(150), ...Array<number>(8).fill(300)];

describe("forecasts are held against what came", () => {
  it.each([
    ["inside", band(5, 10, 12), { coverage80: 1, coverage95: 1 }],
    ["outside p10..p90, inside 95 %", band(5, 7, 9), { coverage80: 0, coverage95: 1 }],
    ["outside both", band(1, 2, 3), { coverage80: 0, coverage95: 0 }],
  ])("%s", (_where, forecast, expected) => {
    const score = new ForecastScore();
    score.add(60_000, forecast);
    expect(forecastResult(score.judged(ARRIVED, 60_000))).toMatchObject(expected);
  });

  it("at the end of their horizon, over the window of the rates", () => {
    const score = new ForecastScore();
    score.add(120_000, band(20, 20, 20));
    expect(forecastResult(score.judged(ARRIVED, 60_000)).pinballLoss).toBe(0);
  });

  it("with the pinball loss as a share of demand", () => {
    const score = new ForecastScore();
    score.add(60_000, band(8, 10, 20));
    // (0.1 x 2 + 0 + 0.1 x 10) / 3 of 10 turns/s.
    expect(forecastResult(score.judged(ARRIVED, 60_000)).pinballLoss).toBeCloseTo(0.04, 12);
  });

  it("unless they fall due after the end", () => {
    const score = new ForecastScore();
    score.add(240_000, band(1, 2, 3));
    const none = { coverage80: null, coverage95: null, pinballLoss: null };
    expect(forecastResult(score.judged(ARRIVED, 60_000))).toEqual(none);
  });
});
