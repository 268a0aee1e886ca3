/** Lead time: from accepted request to first served token. Kept per step, its sum is derived. */
import { drawsOn } from "../compiled.ts";
import type { CompiledFleet, CompiledPool, FleetKey, Spread } from "../compiled.ts";
import type { RackStep } from "../decision.ts";
import type { PoolMemory } from "../memory.ts";
import { millis } from "../units.ts";
import type { Millis } from "../units.ts";
import { blended } from "./step-time.ts";

export interface LeadTime extends Spread {
  readonly pool: string;
}

/** A pool, and what was measured of its racks. */
export interface KnownPool {
  readonly pool: CompiledPool;
  readonly memory: Pick<PoolMemory, "durations">;
}

/**
 * Medians add; the distances from median to p95 of independent steps add in squares.
 * @returns the spread of a sum of independent steps
 */
export function sumOfSteps(steps: readonly Spread[]): Spread {
  const p50 = steps.reduce((sum, { p50Ms }) => sum + p50Ms, 0);
  const squares = steps.reduce((sum, { p50Ms, p95Ms }) => {
    const distance = p95Ms - p50Ms;
    return sum + distance * distance;
  }, 0);
  return { p50Ms: millis(p50), p95Ms: millis(Math.round(p50 + Math.sqrt(squares))) };
}

/** @returns how long a step of the pool's racks takes, by prior and measurement */
export function stepTime({ pool, memory }: KnownPool, step: Exclude<RackStep, "start">): Spread {
  return blended(pool.leadTimePrior[step], memory.durations?.[step] ?? []);
}

/** @returns how long the fleet's engines take to start there; null where it does not draw on it */
export function startTime({ pool, memory }: KnownPool, fleet: CompiledFleet): Spread | null {
  const prior = fleet.pools.find(({ name }) => name === pool.name)?.engineStartPrior;
  return prior === undefined ? null : blended(prior, measuredStarts(memory, fleet.key));
}

/** @returns the measured starts of a fleet's engines on the pool, oldest first */
export const measuredStarts = (
  { durations }: KnownPool["memory"],
  fleet: FleetKey,
): readonly Millis[] => durations?.start[fleet] ?? [];

/** @returns the lead time of a rack of the pool for `fleet`: grant + boot + join + start */
export function leadTime(fleet: CompiledFleet, known: KnownPool): LeadTime {
  const start = startTime(known, fleet);
  const steps = (["grant", "boot", "join"] as const).map((step) => stepTime(known, step));
  return { pool: known.pool.name, ...sumOfSteps(start === null ? steps : [...steps, start]) };
}

/**
 * How far ahead a fleet must look: the p95 lead time of the slowest pool it may draw from, plus one
 * review interval, because a need may arise just after a review.
 */
export function horizon(fleet: CompiledFleet, pools: readonly KnownPool[]): Millis {
  const drawn = pools.filter(({ pool }) => drawsOn(fleet, pool));
  const slowest = Math.max(0, ...drawn.map((known) => leadTime(fleet, known).p95Ms));
  return millis(slowest + fleet.behavior.reviewIntervalMs);
}
