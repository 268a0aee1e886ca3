/** From a path of racks in service to the counts that an actuator is asked for, and when. */
import { HOUR_MS } from "../core/units.ts";
import type { PathStep } from "./cheapest-path.ts";

/** From so many milliseconds after the start on, this many racks are asked for. */
export interface CountChange {
  readonly atMs: number;
  readonly racks: number;
}

export interface OrderTerms {
  readonly stepMs: number;
  readonly startRacks: number;
  /** From order to service of each rack that is ordered, in the order of the orders. */
  readonly leadsMs: readonly number[];
  /** From the decision to the order: ticks of the controller. */
  readonly actuationMs: number;
  /** Raises of the count that the provider takes in an hour; at least 1. */
  readonly requestsPerHour: number;
}

/**
 * Racks are ordered so that the n-th arrives when the path has the n-th in service, whichever of
 * them arrives first; where the provider would be asked too often, earlier.
 * @returns changes of the count, earliest first, one an instant
 */
export function countChanges(path: readonly PathStep[], terms: OrderTerms): readonly CountChange[] {
  const orders = spaced(orderTimes(path, terms), terms.requestsPerHour);
  const releases = path.flatMap(({ released }, step) =>
    Array.from({ length: released }, () => step * terms.stepMs),
  );
  const changes = [
    ...orders.map((atMs) => ({ atMs, by: 1 })),
    ...releases.map((atMs) => ({ atMs, by: -1 })),
  ].toSorted((a, b) => a.atMs - b.atMs);
  const counts = new Map<number, number>();
  let racks = terms.startRacks;
  for (const { atMs, by } of changes) {
    racks += by;
    counts.set(atMs, racks);
  }
  return [...counts].map(([atMs, count]) => ({ atMs, racks: count }));
}

/** The n-th arrival is no earlier than that of the rack ordered last of those before it. */
function orderTimes(
  path: readonly PathStep[],
  { stepMs, startRacks, leadsMs, actuationMs }: OrderTerms,
): readonly number[] {
  const neededMs = arrivals(path, startRacks).flatMap((racks, step) =>
    Array.from({ length: racks }, () => step * stepMs),
  );
  const latest: number[] = [];
  let bound = Number.POSITIVE_INFINITY;
  for (let rack = neededMs.length - 1; rack >= 0; rack -= 1) {
    const lead = leadsMs[rack] ?? leadsMs.at(-1) ?? 0;
    bound = Math.min(bound, (neededMs[rack] ?? 0) - lead - actuationMs);
    latest[rack] = Math.max(0, bound);
  }
  return latest;
}

/** @returns racks that go into service at the beginning of each step */
const arrivals = (path: readonly PathStep[], startRacks: number): readonly number[] =>
  path.map(({ inService, released }, step) => {
    const before = path[step - 1]?.inService ?? startRacks;
    return Math.max(0, inService + released - before);
  });

/** What would be one request too many in an hour joins the request before it. */
function spaced(timesMs: readonly number[], requestsPerHour: number): readonly number[] {
  const requests: number[] = [];
  return timesMs.map((atMs) => {
    const last = requests.at(-1);
    const recent = requests.filter((request) => request > atMs - HOUR_MS).length;
    if (last !== undefined && (atMs <= last || recent >= requestsPerHour)) return last;
    requests.push(atMs);
    return atMs;
  });
}
