/** When evictions that a budget refuses are tried again: often at first, then once a minute. */
import type { Intent, PodObservation } from "../observation.ts";
import { MINUTE_MS, SECOND_MS, elapsed } from "../units.ts";
import type { EpochMs } from "../units.ts";

/** A tick, the least time between two tries. */
const TICK_MS = 15 * SECOND_MS;
/** The pause grows with the time spent so far, by this share of it, up to a minute. */
const PAUSE_SHARE = 1 / 8;
const LONGEST_PAUSE_MS = MINUTE_MS;

/**
 * Nothing remembers the last try: of every n stretches of a tick's length since the drain began one
 * is due, n growing with the time that has passed; each time the next of the n, so that slower
 * ticks do not miss them all. A pod that is ending shows that the budget gives way: then every tick
 * tries.
 */
export function evictionDue(
  { createdAt }: Pick<Intent, "createdAt">,
  pods: readonly PodObservation[],
  now: EpochMs,
): boolean {
  if (pods.some(({ terminating }) => terminating)) return true;
  const ejected = pods.flatMap(({ route }) => route?.ejectedAt ?? []);
  const spentMs = Math.max(0, elapsed(latest(ejected) ?? createdAt, now));
  const pauseMs = Math.min(LONGEST_PAUSE_MS, spentMs * PAUSE_SHARE);
  const every = Math.max(1, Math.floor(pauseMs / TICK_MS));
  const stretch = Math.floor(spentMs / TICK_MS);
  return stretch % every === Math.floor(stretch / every) % every;
}

const latest = (instants: readonly EpochMs[]): EpochMs | undefined =>
  instants.toSorted((a, b) => b - a)[0];
