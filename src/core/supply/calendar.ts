/**
 * Capacity blocks: racks that come and go on a date. They are empty `evacuateBefore` their end, and
 * since drains follow one another each has its place before that.
 */
import type { CalendarWindow } from "../compiled.ts";
import { elapsed, epochMs } from "../units.ts";
import type { EpochMs, Millis } from "../units.ts";

type Windows = readonly CalendarWindow[];

const emptyAt = ({ until, evacuateBeforeMs }: CalendarWindow): EpochMs =>
  epochMs(until - evacuateBeforeMs);

/** @returns the racks of the windows that are open at an instant and need not be empty by then */
export const racksOnCalendar = (windows: Windows, at: EpochMs): number =>
  windows
    .filter((window) => window.from <= at && at < emptyAt(window))
    .reduce((total, { racks }) => total + racks, 0);

export interface DrainTime {
  /** What emptying one rack may take: racks are drained one after the other. */
  readonly deadlineMs: Millis;
  /** How much earlier what replaces them has to be asked for; 0 for the drains themselves. */
  readonly aheadMs: Millis;
}

/**
 * What a drain takes as a share of what it may take. Judgement: the deadline is there for the drain
 * that hangs; a row of drains is reckoned with one of those.
 */
const USUAL_SHARE = 1 / 3;

/** @returns how many racks can be drained one after the other, one of them taking its full time */
function drainsWithin(leftMs: number, deadlineMs: Millis): number {
  if (leftMs < deadlineMs || leftMs <= 0) return 0;
  if (deadlineMs <= 0) return Number.POSITIVE_INFINITY;
  return 1 + Math.floor((leftMs - deadlineMs) / (USUAL_SHARE * deadlineMs));
}

/**
 * With C(E) the racks that stay beyond an end E, s racks can be drained in time only if
 * s − C(E) drains fit between now and E, for every E to come.
 *
 * @returns the most racks that may stand now so that each that ends can still be drained in time;
 *   ahead: those of them whose drain begins later than `aheadMs` from now
 */
export function racksToKeep(windows: Windows, now: EpochMs, time: DrainTime): number {
  const open = windows.filter((window) => window.from <= now && now < emptyAt(window));
  const allowed = open.map((window) => {
    const leftMs = elapsed(now, emptyAt(window)) - time.aheadMs;
    return stayingBeyond(open, emptyAt(window)) + drainsWithin(leftMs, time.deadlineMs);
  });
  return Math.min(racksOnCalendar(open, now), ...allowed);
}

/** Racks of a block that opens later are other racks: they save none from being drained. */
const stayingBeyond = (open: Windows, at: EpochMs): number =>
  open.filter((window) => emptyAt(window) > at).reduce((total, { racks }) => total + racks, 0);

/** @returns when the provider takes the next racks; null while no window is open */
export function nextEnd(windows: Windows, now: EpochMs): EpochMs | null {
  const ends = windows.filter(({ from, until }) => from <= now && now < until);
  return ends.toSorted((a, b) => a.until - b.until)[0]?.until ?? null;
}
