/** What the forecast learns beside level and trend: averages, seasons, changes and widths. */
import type { DemandLearning, DemandMemory, PendingForecast } from "../memory.ts";
import { MINUTE_MS, after, elapsed, millis } from "../units.ts";
import type { EpochMs, Millis } from "../units.ts";
import { MEDIAN, average, firstAverages, lifted, riseOf, riseOver } from "./averages.ts";
import { FIRST_WIDTHS, widened } from "./calibration.ts";
import { FIRST_CHANGE, learnChange } from "./change.ts";
import { firstSeason, observeSeason, seasonalChange } from "./season.ts";

/** A forecast that fell due while nobody watched is dropped: what came then is not known. */
const JUDGED_WITHIN_MS = 2 * MINUTE_MS;
/** The place of the rise among the features. */
export const RISE_AT = 4;
/** So many wait at one time: more would see the same, and weigh on the memory. */
const WAITING_AT_A_TIME = 20;

export const firstLearning = (now: EpochMs, y: number): DemandLearning => ({
  averages: firstAverages(y),
  season: firstSeason(now),
  change: FIRST_CHANGE,
  widths: FIRST_WIDTHS,
  pending: [],
});

export interface LevelSeen {
  readonly now: EpochMs;
  /** ln(turns/s). */
  readonly y: number;
  /** Since the last sight, and since the first. */
  readonly minutes: number;
  readonly age: number;
  /** By how much a burst put the level up; 0 without one. */
  readonly burst: number;
}

/** @returns what is known after one more sight */
export function learn(before: DemandLearning, seen: LevelSeen): DemandLearning {
  const { now, y, minutes, age, burst } = seen;
  const settled = settle(before, now, y);
  const raised = burst > 0 ? lifted(settled.averages, burst) : settled.averages;
  const averages = average(raised, y, { minutes, age });
  const away = y - averages.day;
  return { ...settled, averages, season: observeSeason(settled.season, { now, away, minutes }) };
}

/** Holds the forecasts that fell due against what came. */
function settle(before: DemandLearning, now: EpochMs, y: number): DemandLearning {
  const due = before.pending.filter((forecast) => forecast.due <= now);
  if (due.length === 0) return before;
  const waiting = before.pending.length;
  const judged = due.filter((forecast) => elapsed(forecast.due, now) <= JUDGED_WITHIN_MS);
  const learned = judged.reduce(
    ({ change, widths }, forecast) => ({
      change: learnChange(change, changeSeen(forecast, y, waiting)),
      widths: widened(widths, forecast, { y, waiting }),
    }),
    { change: before.change, widths: before.widths },
  );
  return { ...before, ...learned, pending: before.pending.filter(({ due: at }) => at > now) };
}

const changeSeen = (
  { from, features, madeAt, due }: PendingForecast,
  y: number,
  waiting: number,
) => ({
  features,
  change: y - from,
  share: 1 / waiting,
  minutes: elapsed(madeAt, due) / MINUTE_MS / waiting,
});

/**
 * @param growth what the damped trend adds
 * @returns what speaks for a change of ln(turns/s) over the horizon, in the order of the weights
 */
export function featuresOf(
  { averages, season }: DemandLearning,
  { lastAt, level }: Pick<DemandMemory, "lastAt" | "level">,
  { horizonMs, growth }: { readonly horizonMs: Millis; readonly growth: number },
): readonly number[] {
  const { daily, weekly } = seasonalChange(season, lastAt, horizonMs);
  return [
    growth,
    averages.tenMinutes - level,
    averages.hour - level,
    averages.day - level,
    riseOver(riseOf(averages), horizonMs / MINUTE_MS, MEDIAN),
    daily,
    weekly,
  ];
}

export interface Forecast extends Omit<PendingForecast, "due"> {
  readonly horizonMs: Millis;
}

/** @returns the same, with a forecast that waits; without it where the last one is too recent */
export function remembered(
  before: DemandLearning,
  { horizonMs, ...forecast }: Forecast,
): DemandLearning {
  const due = after(forecast.madeAt, horizonMs);
  const last = before.pending.at(-1);
  const spacing = millis(horizonMs / WAITING_AT_A_TIME);
  if (last !== undefined && elapsed(last.madeAt, forecast.madeAt) < spacing) return before;
  return { ...before, pending: [...before.pending, { ...forecast, due }] };
}

/**
 * @returns ln(turns/s) that is asked for now in any case: the least of the level and the averages
 *   up to an hour, so that noise is not taken for demand, nor what has already fallen
 */
export const askedForNow = (
  { averages: { fewMinutes, tenMinutes, hour } }: DemandLearning,
  level: number,
): number => Math.min(level, fewMinutes, tenMinutes, hour);
