/**
 * What a fleet wanted over the last day, and how long it did with fewer racks before it wanted more
 * again: giving back a rack that is asked for again within hours saves nothing. It costs a lead
 * time in which the rack does not serve, and its cache.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS, after, elapsed, epochMs, millis } from "../units.ts";
import type { EpochMs, Millis, RackCount } from "../units.ts";

/** The most that was wanted in each quarter of an hour, oldest first. */
export type WantedByQuarter = readonly { readonly at: EpochMs; readonly racks: RackCount }[];

const QUARTER_MS = millis(15 * MINUTE_MS);
/** What happened at this time yesterday is seen. */
const KEPT_MS = DAY_MS;
/** Fewer racks for so long were worth it, whatever came then: a night is longer. Judgement. */
const WORTH_IT_MS = millis(6 * HOUR_MS);
/** As many stabilisation windows are long enough too, where these are short. */
const WORTH_IT_WINDOWS = 6;

/** @returns the day's quarters with what is wanted now among them */
export function rememberQuarters(
  before: WantedByQuarter,
  now: EpochMs,
  racks: RackCount,
): WantedByQuarter {
  const quarter = epochMs(Math.floor(now / QUARTER_MS) * QUARTER_MS);
  const last = before.at(-1);
  if (last !== undefined && last.at === quarter) {
    return last.racks >= racks ? before : [...before.slice(0, -1), { at: quarter, racks }];
  }
  return [...before.filter(({ at }) => after(at, KEPT_MS) > now), { at: quarter, racks }];
}

/**
 * @param windowMs fewer racks for less are never acted upon
 * @returns how long fewer than `target + 1` racks were enough, at the longest, before more were
 *   wanted again, of those times in the last day that were too short to be worth it; 0: of none
 */
export function longestReturn(wanted: WantedByQuarter, target: number, windowMs: Millis): Millis {
  const worthMs = Math.min(WORTH_IT_MS, WORTH_IT_WINDOWS * windowMs);
  let [longest, since]: [number, EpochMs | null] = [0, null];
  let above = false;
  for (const { at, racks } of wanted) {
    if (racks <= target) {
      // What came before the day is not known: it may have lasted longer.
      if (above && since === null) since = at;
      continue;
    }
    const lasted = since === null ? 0 : elapsed(since, at);
    if (lasted >= windowMs && lasted < worthMs) longest = Math.max(longest, lasted);
    [above, since] = [true, null];
  }
  return millis(longest);
}

/** @returns since when no more than `target` racks were wanted; null: more are */
export function enoughSince(wanted: WantedByQuarter, target: number): EpochMs | null {
  const first = wanted.findLastIndex(({ racks }) => racks > target) + 1;
  return wanted[first]?.at ?? null;
}
