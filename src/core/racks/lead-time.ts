/** Lead time: from accepted request to first served token. Kept per step, its sum is derived. */
import type { CompiledFleet, CompiledPool, Spread } from "../compiled.ts";
import { millis } from "../units.ts";
import type { Millis } from "../units.ts";

export interface LeadTime extends Spread {
  readonly pool: string;
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

/** @returns the lead time of a rack of `pool` for `fleet`: grant + boot + join + start */
export function leadTime(fleet: CompiledFleet, pool: CompiledPool): LeadTime {
  const { grant, boot, join } = pool.leadTimePrior;
  const start = fleet.pools.find(({ name }) => name === pool.name)?.engineStartPrior;
  const steps = start === undefined ? [grant, boot, join] : [grant, boot, join, start];
  return { pool: pool.name, ...sumOfSteps(steps) };
}

/**
 * How far ahead a fleet must look: the p95 lead time of the slowest pool it may draw from, plus one
 * review interval, because a need may arise just after a review.
 */
export function horizon(fleet: CompiledFleet, pools: readonly CompiledPool[]): Millis {
  const drawn = pools.filter(({ name }) => fleet.pools.some((pool) => pool.name === name));
  const slowest = Math.max(0, ...drawn.map((pool) => leadTime(fleet, pool).p95Ms));
  return millis(slowest + fleet.behavior.reviewIntervalMs);
}
