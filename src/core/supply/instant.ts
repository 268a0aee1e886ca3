/** An instant in words, without `Date`: core has no clock. */
import { DAY_MS, MINUTE_MS } from "../units.ts";
import type { EpochMs } from "../units.ts";

const DAYS_PER_ERA = 146_097;
/** From 0000-03-01, where the reckoning begins, to 1970-01-01. */
const DAYS_TO_EPOCH = 719_468;
const MINUTES_PER_HOUR = 60;
const HOURS_PER_DAY = 24;

const padded = (value: number): string => String(value).padStart(2, "0");

/**
 * Years begin in March, so that the leap day is their last (H. Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms", civil_from_days).
 *
 * @returns the instant to the minute, as `2026-11-30T04:00Z`
 */
export function instantText(at: EpochMs): string {
  const days = Math.floor(at / DAY_MS) + DAYS_TO_EPOCH;
  const era = Math.floor(days / DAYS_PER_ERA);
  const dayOfEra = days - era * DAYS_PER_ERA;
  const leaps = Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524);
  const yearOfEra = Math.floor((dayOfEra - leaps + Math.floor(dayOfEra / 146_096)) / 365);
  const yearDays = 365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  const dayOfYear = dayOfEra - yearDays;
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const minutes = Math.floor(at / MINUTE_MS);
  const hour = Math.floor(minutes / MINUTES_PER_HOUR) % HOURS_PER_DAY;
  const time = `${padded(hour)}:${padded(minutes % MINUTES_PER_HOUR)}`;
  return `${year}-${padded(month)}-${padded(day)}T${time}Z`;
}
