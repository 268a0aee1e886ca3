/** Wall clocks to instants, by the time zone tables that come with the runtime. */
import { DAY_MS, type EpochMs, epochMs } from "../core/units.ts";

/** A wall clock's reading, as milliseconds since the epoch if it hung in Greenwich. */
export type WallMs = number;

/** @returns whether the runtime knows the IANA zone. */
export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: zone }).format(0) !== "";
  } catch (error) {
    // The constructor's only way to say that it does not know a zone.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** @returns the reading of `2026-12-01T18:00:00`, or null when the calendar has no such day. */
export function wallTime(written: string): WallMs | null {
  const at = Date.parse(`${written}Z`);
  // Date.parse rolls over what no calendar has: the 30th of February becomes the 2nd of March.
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(written) ? at : null;
}

/**
 * @returns the instant at which a clock in `zone` shows `wall`. Shown twice (clocks set back): the
 *   first time. Never shown (set forward): as long after the jump as it would have been, which is
 *   how RFC 5545 section 3.3.5 and Temporal's "compatible" read it.
 */
export function instantOf(wall: WallMs, zone: string): EpochMs {
  const clock = clockIn(zone);
  const before = clock.offsetAt(wall - DAY_MS);
  const offsets = [before, clock.offsetAt(wall + DAY_MS)];
  const shown = offsets.map((offset) => wall - offset).filter((at) => clock.wallAt(at) === wall);
  return epochMs(shown.length > 0 ? Math.min(...shown) : wall - before);
}

interface ZoneClock {
  readonly wallAt: (at: number) => WallMs;
  readonly offsetAt: (at: number) => number;
}

function clockIn(timeZone: string): ZoneClock {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const wallAt = (at: number): WallMs => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
    const time = [part("hour"), part("minute"), part("second")] as const;
    return Date.UTC(part("year"), part("month") - 1, part("day"), ...time);
  };
  return { wallAt, offsetAt: (at) => wallAt(at) - at };
}
