/** Lead time: from accepted request to first served token. Kept per step, its sum is derived. */
import { drawsOn } from "../compiled.ts";
import type { CompiledFleet, CompiledPool, FleetKey, Spread } from "../compiled.ts";
import type { RackStep, StepTime } from "../decision.ts";
import type { StepDurations } from "../memory.ts";
import { MINUTE_MS, millis } from "../units.ts";
import type { Millis } from "../units.ts";
import { blended, p99Ms } from "./step-time.ts";

export interface LeadTime extends Spread {
  readonly pool: string;
}

export interface KnownStep extends StepTime {
  readonly p50Ms: Millis;
  readonly p95Ms: Millis;
  readonly p99Ms: Millis;
}

/** How long each step takes on a pool: worked out once a tick, and shown as it is. */
export interface PoolTimes extends Readonly<Record<Exclude<RackStep, "start">, KnownStep>> {
  /** Engine starts, of the fleets that draw on the pool. */
  readonly starts: Readonly<Record<FleetKey, KnownStep>>;
}

/** A pool, and how long its steps take. */
export interface KnownPool {
  readonly pool: CompiledPool;
  readonly times: PoolTimes;
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

/** @returns how long the pool's steps take, by its and its fleets' priors and what was measured */
export function poolTimes(
  { name, leadTimePrior }: CompiledPool,
  fleets: readonly CompiledFleet[],
  durations: StepDurations | undefined,
): PoolTimes {
  const ofPool = (step: Exclude<RackStep, "start">): KnownStep =>
    knownStep({ step, fleet: null }, leadTimePrior[step], durations?.[step] ?? []);
  const starts: Record<FleetKey, KnownStep> = {};
  for (const { key: fleet, pools } of fleets) {
    const prior = pools.find((pool) => pool.name === name)?.engineStartPrior;
    if (prior === undefined) continue;
    const measured = durations?.start[fleet] ?? [];
    starts[fleet] = knownStep({ step: "start", fleet }, prior, measured);
  }
  return {
    grant: ofPool("grant"),
    boot: ofPool("boot"),
    join: ofPool("join"),
    repair: ofPool("repair"),
    starts,
  };
}

function knownStep(
  of: Pick<StepTime, "step" | "fleet">,
  prior: Spread,
  measured: readonly Millis[],
): KnownStep {
  const { p50Ms, p95Ms } = blended(prior, measured);
  return { p50Ms, p95Ms, p99Ms: p99Ms({ p50Ms, p95Ms }), measured: measured.length, ...of };
}

/** @returns how long the fleet's engines take to start there; null where it does not draw on it */
export const startTime = (
  { times }: Pick<KnownPool, "times">,
  { key }: Pick<CompiledFleet, "key">,
): KnownStep | null => times.starts[key] ?? null;

/** @returns the lead time of a rack of the pool for `fleet`: grant + boot + join + start */
export function leadTime(fleet: CompiledFleet, known: KnownPool): LeadTime {
  const { grant, boot, join } = known.times;
  const start = startTime(known, fleet);
  const steps = start === null ? [grant, boot, join] : [grant, boot, join, start];
  return { pool: known.pool.name, ...sumOfSteps(steps) };
}

/** What somebody believes who takes racks for virtual machines: a study's, never ours. */
const QUICK_MS = millis(5 * MINUTE_MS);

/**
 * How far ahead a fleet must look: the p95 lead time of the slowest pool it may draw from, plus one
 * review interval, because a need may arise just after a review.
 */
export function horizon(fleet: CompiledFleet, pools: readonly KnownPool[]): Millis {
  if (fleet.without === "lead-time") return QUICK_MS;
  const drawn = pools.filter(({ pool }) => drawsOn(fleet, pool));
  const slowest = Math.max(0, ...drawn.map((known) => leadTime(fleet, known).p95Ms));
  return millis(slowest + fleet.behavior.reviewIntervalMs);
}
