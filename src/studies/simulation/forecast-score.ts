/** Forecasts held against what came: coverage of the intervals, and the pinball loss. */
import type { SimulationResult } from "../../api/results.ts";
import type { ForecastBand } from "../../core/decision.ts";
import { NORMAL_QUANTILES } from "../../core/numeric.ts";
import { SLICE_MS } from "./fleet-slices.ts";
import { mean } from "../../core/numeric.ts";

/** The standard normal quantile of 97.5 %. */
const Z_97_5 = 1.959964;

export type ForecastResult = SimulationResult["forecast"];

interface Forecast {
  /** Since the start of the run, when its horizon ends. */
  readonly dueMs: number;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

interface Judged extends Forecast {
  /** Turns/s that came. */
  readonly came: number;
}

export class ForecastScore {
  private readonly forecasts: Forecast[] = [];

  add(atMs: number, { horizonMs, p10, p50, p90 }: ForecastBand): void {
    this.forecasts.push({ dueMs: atMs + horizonMs, p10, p50, p90 });
  }

  /**
   * @param arrived turns that arrived, per slice of the run
   * @param windowMs over which the rates are taken that the forecast is of
   */
  judged(arrived: readonly number[], windowMs: number): readonly Judged[] {
    const sums = [0];
    for (const turns of arrived) sums.push((sums.at(-1) ?? 0) + turns);
    const many = Math.round(windowMs / SLICE_MS);
    return this.forecasts.flatMap((forecast) => {
      const until = Math.round(forecast.dueMs / SLICE_MS);
      const [before, after] = [sums[until - many], sums[until]];
      if (before === undefined || after === undefined) return [];
      return [{ ...forecast, came: (after - before) / (windowMs / 1_000) }];
    });
  }
}

/** @param forecasts of all fleets, each judged by its own demand */
export function forecastResult(forecasts: readonly Judged[]): ForecastResult {
  if (forecasts.length === 0) return { coverage80: null, coverage95: null, pinballLoss: null };
  const share = (holds: (forecast: Judged) => boolean): number =>
    forecasts.filter(holds).length / forecasts.length;
  const demand = mean(forecasts.map(({ came }) => came));
  const loss = mean(forecasts.map(pinball));
  return {
    coverage80: share(({ came, p10, p90 }) => p10 <= came && came <= p90),
    coverage95: share(inside95),
    pinballLoss: demand > 0 ? loss / demand : null,
  };
}

/** The band is log-normal, each half as wide as its decile says. */
function inside95({ came, p10, p50, p90 }: Judged): boolean {
  const widen = Z_97_5 / NORMAL_QUANTILES.p90;
  const high = p50 * Math.exp(Math.log(p90 / p50) * widen);
  const low = p50 * Math.exp(Math.log(p10 / p50) * widen);
  return low <= came && came <= high;
}

function pinball({ came, p10, p50, p90 }: Judged): number {
  const loss = (quantile: number, value: number): number =>
    came >= value ? quantile * (came - value) : (1 - quantile) * (value - came);
  return (loss(0.1, p10) + loss(0.5, p50) + loss(0.9, p90)) / 3;
}
