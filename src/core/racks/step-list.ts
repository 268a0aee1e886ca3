/** Lead times as decisions show them: per step with how much was measured, and what is to come. */
import { drawsOn } from "../compiled.ts";
import type { CompiledFleet, CompiledPool, Spread } from "../compiled.ts";
import type { AwaitedRack, RackStep, RackSummary, Step, StepTime } from "../decision.ts";
import type { PoolMemory } from "../memory.ts";
import { MINUTE_MS, elapsed } from "../units.ts";
import type { EpochMs, Millis } from "../units.ts";
import { measuredStarts, startTime, stepTime, sumOfSteps } from "./lead-time.ts";
import type { KnownPool } from "./lead-time.ts";
import { chanceWithin, p99Ms } from "./step-time.ts";

const POOL_STEPS = ["grant", "boot", "join", "repair"] as const;

/** @returns every step of the pool's racks, engine starts per fleet that draws on it */
export function stepTimes(known: KnownPool, fleets: readonly CompiledFleet[]): readonly StepTime[] {
  const { durations } = known.memory;
  const steps = POOL_STEPS.map((step) => {
    const measured = durations?.[step].length ?? 0;
    return { step, fleet: null, ...quantiles(stepTime(known, step)), measured };
  });
  const starts = fleets.flatMap((fleet): readonly StepTime[] => {
    const spread = startTime(known, fleet);
    if (spread === null) return [];
    const measured = measuredStarts(known.memory, fleet.key).length;
    return [{ step: "start", fleet: fleet.key, ...quantiles(spread), measured }];
  });
  return [...steps, ...starts];
}

const quantiles = (spread: Spread): Pick<StepTime, "p50Ms" | "p95Ms" | "p99Ms"> => ({
  p50Ms: spread.p50Ms,
  p95Ms: spread.p95Ms,
  p99Ms: p99Ms(spread),
});

/** What is known of a pool's racks on their way. */
export interface PoolProgress {
  readonly pool: CompiledPool;
  readonly memory: Pick<PoolMemory, "durations" | "seen">;
  readonly summaries: readonly RackSummary[];
  readonly awaited: readonly AwaitedRack[];
}

/**
 * @returns the steps of the supply stage: the fleet's lead time, and per pool it draws on how long
 *   each step takes and how many racks on their way will serve by the end of the horizon
 */
export function supplySteps(
  fleet: CompiledFleet,
  pools: readonly PoolProgress[],
  { now, horizonMs }: { readonly now: EpochMs; readonly horizonMs: Millis },
): readonly Step[] {
  const drawn = pools.filter(({ pool }) => drawsOn(fleet, pool));
  return drawn.map((progress): Step => {
    const { name } = progress.pool;
    const times = stepTimes(progress, [fleet]);
    const coming = comingRacks(fleet, progress, now);
    const arrivingRacks = coming.reduce(
      (sum, { spread, waitedMs }) => sum + chanceWithin(spread, waitedMs, horizonMs),
      0,
    );
    const numbers = { comingRacks: coming.length, arrivingRacks: rounded(arrivingRacks) };
    return {
      stage: "supply",
      name: `steps of ${name}`,
      text: `${times.map(inWords).join(", ")}${comingInWords(numbers)}`,
      numbers: { ...numbers, ...Object.fromEntries(times.flatMap(numbersOf)) },
    };
  });
}

const rounded = (racks: number): number => Math.round(racks * 100) / 100;

const minutes = (ms: number): string => {
  const value = ms / MINUTE_MS;
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
};

const inWords = ({ step, p50Ms, p95Ms, measured }: StepTime): string =>
  `${step} ${minutes(p50Ms)}/${minutes(p95Ms)} min (${basis(measured)})`;

const basis = (measured: number): string => (measured === 0 ? "prior" : `${measured} measured`);

const comingInWords = (numbers: {
  readonly comingRacks: number;
  readonly arrivingRacks: number;
}) =>
  numbers.comingRacks === 0
    ? "."
    : `; of ${numbers.comingRacks} racks on their way ${numbers.arrivingRacks} are expected to ` +
      "serve within the horizon.";

const numbersOf = ({ step, p50Ms, p95Ms, measured }: StepTime): readonly [string, number][] => [
  [`${step}P50Ms`, p50Ms],
  [`${step}P95Ms`, p95Ms],
  [`${step}Measured`, measured],
];

interface Coming {
  /** Of the present step and those after it together. */
  readonly spread: Spread;
  readonly waitedMs: Millis | number;
}

/**
 * How long a rack has been in its present step is weighed against that step and the ones after it
 * together: exact for the last step, a little early for the first.
 */
function comingRacks(fleet: CompiledFleet, known: PoolProgress, now: EpochMs): readonly Coming[] {
  const start = startTime(known, fleet);
  const from = (...steps: readonly Exclude<RackStep, "start">[]): Spread =>
    sumOfSteps([...steps.map((step) => stepTime(known, step)), ...(start === null ? [] : [start])]);
  const awaited = known.awaited.map(({ phase, waitedMs }): Coming => {
    const steps =
      phase === "Requested" ? (["grant", "boot", "join"] as const) : (["boot", "join"] as const);
    return { spread: from(...steps), waitedMs };
  });
  const there = known.summaries.flatMap(({ id, phase }): readonly Coming[] => {
    const since = known.memory.seen[id]?.since ?? now;
    const waitedMs = elapsed(since, now);
    if (phase === "Joining") return [{ spread: from("join"), waitedMs }];
    if (phase === "Starting") return [{ spread: from(), waitedMs }];
    return phase === "Repairing" ? [{ spread: from("repair"), waitedMs }] : [];
  });
  return [...awaited, ...there];
}
