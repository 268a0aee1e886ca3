/** Schedule entries to instants: calendars and time zones end here, core sees instants. */
import type { Occasion, ScheduledWindow } from "../core/compiled.ts";
import { after, DAY_MS, type EpochMs, epochMs, millis, rackCount } from "../core/units.ts";
import { durationMs } from "./go-duration.ts";
import type { ScheduleEntry } from "./fleet-conduct.ts";
import { instantOf, wallTime } from "./local-time.ts";

/** Repeated occasions are expanded this far ahead: a week, and a day more than any lead time. */
const AHEAD_MS = millis(8 * DAY_MS);

const STEP_DAYS = { Never: 0, Daily: 1, Weekly: 7 } as const;

/** What says when an occasion is: of a schedule, or of a rule that holds at certain times. */
export type Calendar = Pick<ScheduleEntry, "start" | "timeZone" | "repeat" | "for">;

/** @returns the occurrences of the entry, as `occasions` gives them, with what it asks for */
export function expandSchedule(entry: ScheduleEntry, now: EpochMs): readonly ScheduledWindow[] {
  const readyBeforeMs = durationMs(entry.readyBefore);
  return occasions(entry, now, readyBeforeMs).map(({ from, until }) => ({
    name: entry.name,
    readyFrom: epochMs(from - readyBeforeMs),
    from,
    until,
    floorRacks: entry.floorRacks === undefined ? null : rackCount(entry.floorRacks),
    factor: entry.factor === undefined ? null : Number(entry.factor),
  }));
}

/**
 * @param earlyMs for how long before its start an occurrence matters
 * @returns the occurrences that have not ended at `now`, earliest first: the single one however
 *   far away, repeated ones for the next eight days. A repeated occasion keeps its wall-clock time
 *   when clocks change; its length is elapsed time.
 * @throws RangeError when `start` names no day of the calendar: the schema should have refused it
 */
export function occasions(entry: Calendar, now: EpochMs, earlyMs: number = 0): readonly Occasion[] {
  const first = wallTime(entry.start);
  if (first === null) throw new RangeError(`${entry.start} is not a time of the calendar`);
  const stepMs = STEP_DAYS[entry.repeat] * DAY_MS;
  if (stepMs === 0) return [occasionAt(entry, first)].filter(({ until }) => until > now);
  // From the first that may still last, a step early since zones differ from Greenwich.
  const skipped = Math.max(0, Math.floor((now - durationMs(entry.for) - first) / stepMs) - 1);
  const many = Math.ceil((AHEAD_MS + durationMs(entry.for)) / stepMs) + 3;
  return Array.from({ length: many }, (_, index) => first + (skipped + index) * stepMs)
    .map((wall) => occasionAt(entry, wall))
    .filter(({ from, until }) => until > now && from - earlyMs <= after(now, AHEAD_MS));
}

function occasionAt(entry: Calendar, wall: number): Occasion {
  const from = instantOf(wall, entry.timeZone);
  return { from, until: after(from, durationMs(entry.for)) };
}
