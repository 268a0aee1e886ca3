/** Lead times as decisions show them: per step with how much was measured, and what is to come. */
import type { CompiledFleet, CompiledPool } from "../compiled.ts";
import type { AwaitedRack, RackPhase, RackSummary, Step, StepTime } from "../decision.ts";
import type { PoolMemory } from "../memory.ts";
import { MINUTE_MS, elapsed } from "../units.ts";
import type { EpochMs, Millis } from "../units.ts";
import { chanceToServe } from "./arrival-credit.ts";
import { startTime } from "./lead-time.ts";
import type { KnownStep, PoolTimes } from "./lead-time.ts";
import { toHundredths } from "../numeric.ts";

/** @returns every step of the pool's racks, engine starts per fleet that draws on it */
export const stepTimes = ({ starts, ...steps }: PoolTimes): readonly StepTime[] => [
  steps.grant,
  steps.boot,
  steps.join,
  steps.repair,
  ...Object.values(starts),
];

/** A rack that does not serve yet, or not again. */
export interface ComingRack {
  readonly phase: RackPhase;
  /** In its present step. */
  readonly waitedMs: number;
}

/** Phases of racks that are there and will serve. */
const COMING: readonly RackPhase[] = ["Joining", "Starting", "Repairing"];

/** @returns the pool's racks on their way, those that have no node yet first */
export function comingRacks(
  awaited: readonly AwaitedRack[],
  summaries: readonly RackSummary[],
  { seen, now }: Pick<PoolMemory, "seen"> & { readonly now: EpochMs },
): readonly ComingRack[] {
  const there = summaries.filter(({ phase }) => COMING.includes(phase));
  return [
    ...awaited,
    ...there.map(({ id, phase }) => ({ phase, waitedMs: elapsed(seen[id]?.since ?? now, now) })),
  ];
}

/** What is known of a pool's racks on their way. */
export interface PoolProgress {
  readonly pool: CompiledPool;
  readonly times: PoolTimes;
  readonly coming: readonly ComingRack[];
  /** Those steps that are the same for every fleet. */
  readonly stepsInWords: string;
}

/**
 * @returns the steps of the supply stage: per pool that the fleet draws on how long each step takes
 *   and how many racks on their way will serve by the end of the horizon
 */
export const supplySteps = (
  fleet: CompiledFleet,
  pools: readonly PoolProgress[],
  horizonMs: Millis,
): readonly Step[] =>
  pools.flatMap((progress) => {
    const start = startTime(progress, fleet);
    return start === null ? [] : [supplyStep(progress, start, horizonMs)];
  });

function supplyStep(
  { pool, times, coming, stepsInWords }: PoolProgress,
  start: KnownStep,
  horizonMs: Millis,
): Step {
  const arriving = coming.reduce((sum, { phase, waitedMs }) => {
    return sum + chanceToServe({ phase, waitedMs }, { times, start }, horizonMs);
  }, 0);
  const arrivingRacks = toHundredths(arriving);
  const { grant, boot, join, repair } = times;
  return {
    stage: "supply",
    name: `steps of ${pool.name}`,
    text: `${stepsInWords}, ${inWords(start)}${comingInWords(coming.length, arrivingRacks)}`,
    numbers: {
      comingRacks: coming.length,
      arrivingRacks,
      grantP50Ms: grant.p50Ms,
      grantP95Ms: grant.p95Ms,
      grantMeasured: grant.measured,
      bootP50Ms: boot.p50Ms,
      bootP95Ms: boot.p95Ms,
      bootMeasured: boot.measured,
      joinP50Ms: join.p50Ms,
      joinP95Ms: join.p95Ms,
      joinMeasured: join.measured,
      repairP50Ms: repair.p50Ms,
      repairP95Ms: repair.p95Ms,
      repairMeasured: repair.measured,
      startP50Ms: start.p50Ms,
      startP95Ms: start.p95Ms,
      startMeasured: start.measured,
    },
  };
}

/** Whole minutes, as priors are, apart: `toFixed` costs many times as much, and all are shown. */
const minutes = (ms: number): string => {
  const value = ms / MINUTE_MS;
  if (Number.isInteger(value)) return value < 10 ? `${value}.0` : `${value}`;
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
};

/** @returns how long the steps take that are the same for every fleet */
export const poolStepsInWords = ({ grant, boot, join, repair }: PoolTimes): string =>
  [grant, boot, join, repair].map(inWords).join(", ");

const inWords = ({ step, p50Ms, p95Ms, measured }: StepTime): string =>
  `${step} ${minutes(p50Ms)}/${minutes(p95Ms)} min (${basis(measured)})`;

const basis = (measured: number): string => (measured === 0 ? "prior" : `${measured} measured`);

const comingInWords = (comingRacks: number, arrivingRacks: number): string =>
  comingRacks === 0
    ? "."
    : `; of ${comingRacks} racks on their way ${arrivingRacks} are expected to ` +
      "serve within the horizon.";
