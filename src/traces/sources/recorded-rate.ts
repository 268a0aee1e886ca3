/** A recorded rate as a curve around its own mean. */
import type { RateRecord } from "../records.ts";
import type { RateCurve } from "./rate-curve.ts";

const NS_PER_SECOND = 1e9;

/**
 * Each rate holds until the next record, the last one as long as the one before. Behind its end the
 * recording begins anew.
 * @param offsetNs where in the recording the traffic begins
 * @throws RangeError when there are fewer than two records, or nothing but zeros
 */
export function recordedRate(records: Iterable<RateRecord>, offsetNs: number): RateCurve {
  const { fromNs, rates } = columnsOf(records);
  const last = fromNs.length - 1;
  const spanNs = 2 * (fromNs[last] ?? 0) - (fromNs[last - 1] ?? 0);
  const area = rates.reduce((sum, rate, i) => {
    return sum + rate * ((fromNs[i + 1] ?? spanNs) - (fromNs[i] ?? 0));
  }, 0);
  if (last < 1 || area <= 0) {
    throw new RangeError(last < 1 ? "fewer than two rates" : "no rate above 0");
  }
  const mean = area / spanNs;
  const within = (ns: number): number => (ns + offsetNs) % spanNs;
  const factor = (index: number): number => (rates[index] ?? 0) / mean;
  return {
    at: (ns) => factor(indexAt(fromNs, within(ns))),
    most: (from, to) => {
      const first = indexAt(fromNs, within(from));
      const steps = stepsUntil(fromNs, { first, spanNs, lengthNs: to - from + within(from) });
      let most = 0;
      for (let step = 0; step <= steps; step += 1) {
        most = Math.max(most, factor((first + step) % rates.length));
      }
      return most;
    },
  };
}

interface Columns {
  readonly fromNs: readonly number[];
  readonly rates: readonly number[];
}

function columnsOf(records: Iterable<RateRecord>): Columns {
  const fromNs: number[] = [];
  const rates: number[] = [];
  let zero: number | null = null;
  for (const { atSeconds, perSecond } of records) {
    zero ??= atSeconds;
    fromNs.push((atSeconds - zero) * NS_PER_SECOND);
    rates.push(perSecond);
  }
  return { fromNs, rates };
}

/** @returns the last entry at or before an instant */
function indexAt(fromNs: readonly number[], ns: number): number {
  let low = 0;
  let high = fromNs.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((fromNs[middle] ?? 0) <= ns) low = middle;
    else high = middle - 1;
  }
  return low;
}

interface Stretch {
  readonly first: number;
  readonly spanNs: number;
  /** Where the stretch ends, from the beginning of the round in which it starts. */
  readonly lengthNs: number;
}

/** @returns how many entries after the first one begin before the stretch ends; all, at most */
function stepsUntil(fromNs: readonly number[], { first, spanNs, lengthNs }: Stretch): number {
  let steps = 0;
  for (let index = first + 1; steps < fromNs.length; index += 1, steps += 1) {
    const round = index >= fromNs.length ? spanNs : 0;
    if ((fromNs[index % fromNs.length] ?? 0) + round > lengthNs) return steps;
  }
  return steps;
}
