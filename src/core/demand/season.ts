/** The profile of a day and of a week: how far demand usually is from the day's average. */
import type { SeasonMemory } from "../memory.ts";
import { lerp } from "../numeric.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, millis } from "../units.ts";
import type { EpochMs, Millis } from "../units.ts";

const QUARTER_MS = millis(15 * MINUTE_MS);
const QUARTERS_A_DAY = DAY_MS / QUARTER_MS;
const HOURS_A_WEEK = (7 * DAY_MS) / HOUR_MS;
const QUARTERS_AN_HOUR = HOUR_MS / QUARTER_MS;
/** Days weigh .7^k and weeks .8^k, k back: what the measured recipe used. */
const DAY_SHARE = 0.3;
const WEEK_SHARE = 0.2;
/** A profile is known to a hundredth of a percent: memory is written often. */
const DIGITS = 10_000;

const unknown = (bins: number): readonly null[] => Array.from({ length: bins }, () => null);

export const firstSeason = (now: EpochMs): SeasonMemory => ({
  daily: unknown(QUARTERS_A_DAY),
  weekly: unknown(HOURS_A_WEEK),
  quarter: Math.floor(now / QUARTER_MS),
  sum: 0,
  minutes: 0,
});

/** @param away ln(turns/s) above the day's average, over the last `minutes` */
export function observeSeason(
  before: SeasonMemory,
  {
    now,
    away,
    minutes,
  }: { readonly now: EpochMs; readonly away: number; readonly minutes: number },
): SeasonMemory {
  const quarter = Math.floor(now / QUARTER_MS);
  const open = quarter === before.quarter ? before : closed(before, quarter);
  return { ...open, sum: open.sum + away * minutes, minutes: open.minutes + minutes };
}

function closed(before: SeasonMemory, quarter: number): SeasonMemory {
  const empty = { ...before, quarter, sum: 0, minutes: 0 };
  if (before.minutes <= 0) return empty;
  const mean = before.sum / before.minutes;
  const hour = Math.floor(before.quarter / QUARTERS_AN_HOUR);
  // An hour is told of four times: by a quarter of its share each.
  const weekShare = 1 - Math.sqrt(Math.sqrt(1 - WEEK_SHARE));
  return {
    ...empty,
    daily: learned(before.daily, before.quarter, { mean, share: DAY_SHARE }),
    weekly: learned(before.weekly, hour, { mean, share: weekShare }),
  };
}

function learned(
  bins: SeasonMemory["daily"],
  index: number,
  { mean, share }: { readonly mean: number; readonly share: number },
): SeasonMemory["daily"] {
  const at = index % bins.length;
  const old = bins[at] ?? null;
  const value = Math.round((old === null ? mean : lerp(old, mean, share)) * DIGITS) / DIGITS;
  return bins.with(at, value);
}

export interface SeasonalChange {
  /** Of ln(turns/s), by the profile of the day; 0 while it is not known. */
  readonly daily: number;
  /** What the week's profile adds to that. */
  readonly weekly: number;
}

/** @returns what the time of day and of week usually changes between two instants */
export function seasonalChange(
  { daily, weekly }: SeasonMemory,
  now: EpochMs,
  horizonMs: Millis,
): SeasonalChange {
  const dayChange = changeIn(daily, { now, horizonMs, binMs: QUARTER_MS });
  const weekChange = changeIn(weekly, { now, horizonMs, binMs: HOUR_MS });
  return {
    daily: dayChange ?? 0,
    weekly: weekChange === null ? 0 : weekChange - (dayChange ?? 0),
  };
}

interface Stretch {
  readonly now: EpochMs;
  readonly horizonMs: Millis;
  readonly binMs: Millis;
}

function changeIn(bins: SeasonMemory["daily"], { now, horizonMs, binMs }: Stretch): number | null {
  const here = between(bins, now / binMs);
  const there = between(bins, (now + horizonMs) / binMs);
  return here === null || there === null ? null : there - here;
}

/** Bins stand for their middle; between two of them the profile is a line. */
function between(bins: SeasonMemory["daily"], position: number): number | null {
  const from = Math.floor(position - 0.5);
  const left = bins[from % bins.length] ?? null;
  const right = bins[(from + 1) % bins.length] ?? null;
  return left === null || right === null ? null : lerp(left, right, position - 0.5 - from);
}
