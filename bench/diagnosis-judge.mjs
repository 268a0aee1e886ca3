/** What truly was the case, and whether what was said is so. */

/** A smaller fall is no incident. */
export const LEAST_SEVERITY = 0.03;
const JUDGED_MINUTES = 15;

const mean = (all) => all.reduce((sum, value) => sum + value, 0) / all.length;
export const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN;

const ratesOf = (ticks, from, to) =>
  ticks.flatMap(({ minute, hitRate }) =>
    hitRate !== null && minute >= from && minute < to ? [hitRate] : [],
  );

/**
 * What strikes at once begins when it strikes, a rollout with the first engine that has the new
 * setting (before it, it is a restart), and what grows once three minutes are 3 points below.
 */
function onsetOf(ticks, { cause, onsetMinutes }) {
  if (cause === "configuration-change") {
    return ticks.find(({ isSetUpAnew, minute }) => isSetUpAnew && minute > 1)?.minute ?? null;
  }
  if (cause !== "capacity-bound" && cause !== "workload-shift") return onsetMinutes;
  const before = mean(ratesOf(ticks, onsetMinutes - 45, onsetMinutes));
  const fallen = ticks.find(
    ({ minute }) =>
      minute >= onsetMinutes + 3 &&
      mean(ratesOf(ticks, minute - 3, minute)) < before - LEAST_SEVERITY,
  );
  return fallen === undefined ? null : Math.max(onsetMinutes, fallen.minute - 3);
}

/** @returns null where nothing fell by enough; the verdict is what was said most */
export function judged(ticks, incident, profile) {
  const onset = onsetOf(ticks, incident);
  if (onset === null) return null;
  const before = mean(ratesOf(ticks, incident.onsetMinutes - 45, incident.onsetMinutes));
  const fallen = ratesOf(ticks, onset + 1, onset + JUDGED_MINUTES);
  const severity = fallen.length === 0 ? 1 : before - mean(fallen);
  if (incident.cause !== "broken-signal" && !(severity >= LEAST_SEVERITY)) return null;
  const within = ticks
    .filter(({ minute }) => minute > onset && minute <= onset + JUDGED_MINUTES)
    .map(({ minute, said }) => ({ minute, ...said[profile] }))
    .filter(({ cause }) => cause !== "none");
  const counts = new Map();
  for (const { cause } of within) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  const [most] = [...counts].toSorted((a, b) => b[1] - a[1]);
  const found = most?.[0] ?? "none";
  const first = within.find(({ cause }) => cause === found);
  const order = within.findLast(({ causes }) => causes !== undefined)?.causes ?? [];
  const early = ticks.some(
    ({ minute, said }) =>
      minute > 55 && minute <= incident.onsetMinutes && said[profile].cause !== "none",
  );
  const last = within.findLast(({ cause }) => cause === found);
  return { severity, found, early, order, last, delay: (first?.minute ?? NaN) - onset };
}

/** Load or size took this much of the free cache: a lack of it is so. */
const LESS_FREE = 0.9;
/** A verdict compares with two hours before the fall began. */
const USUAL_MS = 2 * 3_600_000;
/** An engine answers for less: its cache may be cold. */
const YOUNG_MINUTES = 60;

/**
 * Verdicts of a day on which nothing was injected, each from its first tick: its own scaling
 * makes engines cold, and daily waves fill caches; whatever else is named did not happen.
 */
export function alarmsOf(ticks, profile) {
  const alarms = [];
  let before = "none";
  for (const [index, { minute, said, freeSeconds, sinceChangeMinutes }] of ticks.entries()) {
    const { cause, evidence = [], text, since } = said[profile];
    if (cause !== "none" && cause !== before) {
      const past = ticks.filter(
        ({ at }) => at < (since ?? ticks[index].at) && at >= (since ?? ticks[index].at) - USUAL_MS,
      );
      const was = median(past.flatMap((tick) => tick.freeSeconds ?? []));
      const isNow = median(
        ticks.slice(Math.max(0, index - 40), index + 1).flatMap((tick) => tick.freeSeconds ?? []),
      );
      const isSo =
        (cause === "capacity-bound" && isNow <= LESS_FREE * was) ||
        (cause === "cold-replicas" && sinceChangeMinutes <= YOUNG_MINUTES);
      const sinceMinute = minute - (ticks[index].at - (since ?? ticks[index].at)) / 60_000;
      alarms.push({
        minute,
        sinceMinute,
        cause,
        isSo,
        was,
        isNow,
        freeSeconds,
        text,
        why: evidence.join("; "),
      });
    }
    before = cause;
  }
  return alarms;
}

const USUAL_MINUTES = USUAL_MS / 60_000;

/** @returns by how much the hit rate fell, in the quarter of an hour from a verdict's onset on */
const fallOf = (ticks, { sinceMinute }) =>
  mean(ratesOf(ticks, sinceMinute - USUAL_MINUTES, sinceMinute)) -
  mean(ratesOf(ticks, sinceMinute, sinceMinute + JUDGED_MINUTES));

/**
 * @param roomy the same day on three times the racks
 * @returns whether more room cures at least half of it, as is asked of a rise in load
 */
export const isCuredByRoom = (alarm, ticks, roomy) =>
  fallOf(roomy, alarm) <= fallOf(ticks, alarm) / 2;
