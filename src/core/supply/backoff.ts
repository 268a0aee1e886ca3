/** That a provider had no rack to give is remembered: it is asked for more ever less often. */
import type { OutOfStock, ShortageKind } from "../memory.ts";
import { HOUR_MS, MINUTE_MS, after, elapsed, millis } from "../units.ts";
import type { EpochMs, Millis } from "../units.ts";

/** Cluster autoscaler: initial-node-group-backoff-duration, 5 min. */
const FIRST_WAIT_MS = millis(5 * MINUTE_MS);
/** Cluster autoscaler: max-node-group-backoff-duration, 30 min. */
const LONGEST_WAIT_MS = millis(30 * MINUTE_MS);
/** Cluster autoscaler: node-group-backoff-reset-timeout, 3 h without a failure. */
const RESET_MS = millis(3 * HOUR_MS);

/** Kinds that a person has to cure: waiting does not, so they wait the longest from the start. */
const FOR_A_PERSON: readonly ShortageKind[] = ["quota", "reservation", "permission"];

export const needsPerson = (kind: ShortageKind): boolean => FOR_A_PERSON.includes(kind);

export interface StockSight {
  /** What is wrong now; null while nothing is known to be. */
  readonly problem: ShortageKind | null;
  /** Something that was asked for came just now, and nothing is left waiting. */
  readonly delivered: boolean;
  readonly now: EpochMs;
}

/** @returns what to remember of the pool's stock; undefined once nothing is */
export function noticeStock(
  before: OutOfStock | undefined,
  { problem, delivered, now }: StockSight,
): OutOfStock | undefined {
  const known = before === undefined || forgotten(before, now) ? undefined : before;
  if (problem !== null) return failed(known, problem, now);
  if (known === undefined || delivered) return undefined;
  return known.current ? { ...known, current: false } : known;
}

const forgotten = ({ failedAt, until }: OutOfStock, now: EpochMs): boolean =>
  now >= until && elapsed(failedAt, now) >= RESET_MS;

/** A spell that lasts is one failure per wait, not one per tick: the value stays the same. */
function failed(before: OutOfStock | undefined, kind: ShortageKind, now: EpochMs): OutOfStock {
  if (before !== undefined && before.kind === kind && before.current && now < before.until) {
    return before;
  }
  const since = before?.current === true ? before.since : now;
  const waiting = before !== undefined && now < before.until;
  const tries = waiting ? before.tries : (before?.tries ?? 0) + 1;
  const until = waiting && before.kind === kind ? before.until : after(now, waitMs(kind, tries));
  return { kind, since, tries, failedAt: now, until, current: true };
}

function waitMs(kind: ShortageKind, tries: number): Millis {
  if (needsPerson(kind)) return LONGEST_WAIT_MS;
  let waitedMs: number = FIRST_WAIT_MS;
  for (let doubled = 1; doubled < tries && waitedMs < LONGEST_WAIT_MS; doubled += 1) waitedMs *= 2;
  return millis(Math.min(LONGEST_WAIT_MS, waitedMs));
}

/** @returns the memory with one more failure: of a rack that is given back for arriving in part */
export const notePartial = (before: OutOfStock | undefined, now: EpochMs): OutOfStock => ({
  ...failed(before === undefined ? undefined : { ...before, until: now }, "partial", now),
  current: false,
});

/** @returns whether the pool may not be asked for more now */
export const backsOff = (stock: OutOfStock | undefined, now: EpochMs): boolean =>
  stock !== undefined && now < stock.until;

/** Half of all stock-outs are taken to last longer. Judgement: nobody publishes it. */
const MEDIAN_SPELL_MS = 3 * HOUR_MS;

/**
 * How long stock-outs last is known to nobody, least of all how the tail ends, so that the longer
 * one has lasted the longer it is expected to: a Lomax distribution of shape 1 and scale T,
 *
 *   P(over within h | lasted t) = h / (T + t + h).
 *
 * @returns the chance that racks asked for come within `withinMs`; 0 where only a person helps
 */
export function chanceOfStock(stock: OutOfStock, now: EpochMs, withinMs: Millis): number {
  if (needsPerson(stock.kind)) return 0;
  const lastedMs = Math.max(0, elapsed(stock.since, now));
  return withinMs / (MEDIAN_SPELL_MS + lastedMs + withinMs);
}
