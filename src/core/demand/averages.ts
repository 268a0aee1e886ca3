/** Demand averaged over minutes, an hour and a day, and a rise that stands out from them. */
import type { DemandAverages } from "../memory.ts";
import { NORMAL_QUANTILES, lerp } from "../numeric.ts";

/** Time constants, minutes. */
const FEW_MINUTES = 4;
const TEN_MINUTES = 10;
const HOUR_MINUTES = 60;
/** The base level of a recipe measured on a fluid model has a half-life of a day (24 h / ln 2). */
const DAY_MINUTES = 2_077;
/** How long the size of usual rises is averaged over, minutes: a day. */
const RISE_MINUTES = 1_440;
/** Before anything is known few minutes are within 15 % of the hour: the prior of one minute. */
const PRIOR_RISE_SQUARED = 0.0225;
/** Minutes that the prior stands for. */
const PRIOR_RISE_MINUTES = 60;
/** A rise counts toward what is usual up to this many squares of it: it is not a habit yet. */
const RISE_OUTLIER = 4;
/** A rise is over when it is within half of the usual distance. */
const OVER = 0.5;
/** The share below a median. */
export const MEDIAN = 0.5;

/** Share that an exponential average takes over after `minutes` of its constant. */
export const gain = (minutes: number, constant: number): number =>
  1 - Math.exp(-minutes / constant);

export const firstAverages = (y: number): DemandAverages => ({
  fewMinutes: y,
  tenMinutes: y,
  hour: y,
  day: y,
  riseSquared: PRIOR_RISE_SQUARED,
  riseMinutes: 0,
});

/**
 * @param y ln(turns/s) @param age minutes since the first sight: until an average's constant has
 *   passed it is the plain mean of all that was seen
 */
export function average(
  before: DemandAverages,
  y: number,
  { minutes, age }: { readonly minutes: number; readonly age: number },
): DemandAverages {
  const toward = (old: number, constant: number): number =>
    lerp(old, y, gain(minutes, Math.min(constant, Math.max(minutes, age))));
  const fewMinutes = toward(before.fewMinutes, FEW_MINUTES);
  const hour = toward(before.hour, HOUR_MINUTES);
  const day = toward(before.day, DAY_MINUTES);
  const rise = fewMinutes - usualOf({ hour, day });
  const known = Math.min(RISE_MINUTES, age + PRIOR_RISE_MINUTES);
  const counted = Math.min(rise * rise, RISE_OUTLIER * before.riseSquared);
  const riseSquared = lerp(before.riseSquared, counted, gain(minutes, known));
  return {
    fewMinutes,
    tenMinutes: toward(before.tenMinutes, TEN_MINUTES),
    hour,
    day,
    riseSquared,
    riseMinutes: rise <= OVER * Math.sqrt(riseSquared) ? 0 : before.riseMinutes + minutes,
  };
}

/** After a dip, service or clients come back to what is usual: only more than that is a rise. */
const usualOf = ({ hour, day }: Pick<DemandAverages, "hour" | "day">): number =>
  Math.max(hour, day);

/**
 * A burst is a new level, and by itself not one that rises on: the averages of minutes move with
 * it. The hour's does not: what goes on rising from there is part of the same rise.
 */
export const lifted = (before: DemandAverages, by: number): DemandAverages => ({
  ...before,
  fewMinutes: before.fewMinutes + by,
  tenMinutes: before.tenMinutes + by,
});

/** A rise that stands out. */
export interface Rise {
  /** ln(turns/s) that it has added. */
  readonly height: number;
  /** Share of the level that it adds a minute. */
  readonly perMinute: number;
  /** How long it has lasted. */
  readonly minutes: number;
}

/**
 * @returns the rise there is; null where it is no larger than those of every day. As steep as it
 *   has been since it began, or as in the last ten minutes if that is less
 */
export function riseOf(averages: DemandAverages): Rise | null {
  const { fewMinutes, tenMinutes, riseSquared, riseMinutes } = averages;
  const rise = fewMinutes - usualOf(averages);
  if (rise <= NORMAL_QUANTILES.p99 * Math.sqrt(riseSquared)) return null;
  const whole = (1 - Math.exp(-rise)) / Math.max(FEW_MINUTES, riseMinutes);
  const latest = (1 - Math.exp(tenMinutes - fewMinutes)) / (TEN_MINUTES - FEW_MINUTES);
  const perMinute = Math.max(0, Math.min(whole, latest));
  return { height: rise, perMinute, minutes: riseMinutes };
}

/** Nobody knows of more than this factor of growth. */
const MAX_GROWTH = 4;

/**
 * @param share of the quantile
 * @returns what the rise adds to ln(turns/s). How long it will last is not known: for t more
 *   minutes with probability a / (a + t), having lasted a (Gott 1993), so that its quantile p is
 *   a p / (1 − p). Or it was a surge, and is over by then: below the median, toward the loss of all
 *   that it has added
 */
export function riseOver(rise: Rise | null, minutes: number, share: number): number {
  if (rise === null) return 0;
  const upper = Math.min(1, Math.max(MEDIAN, share));
  const lasts = upper === 1 ? minutes : Math.min(minutes, (rise.minutes * upper) / (1 - upper));
  const grown = Math.log(Math.min(MAX_GROWTH, 1 + rise.perMinute * lasts));
  return share >= MEDIAN ? grown : lerp(-rise.height, grown, share / MEDIAN);
}
