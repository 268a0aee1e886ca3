/** What is wrong between objects that are each valid by themselves. */
import type { CompiledFleet, CompiledPool, LatencyMetric } from "../core/compiled.ts";
import { type Reason, reason } from "../core/reasons.ts";

export interface FleetSurroundings {
  readonly pools: readonly CompiledPool[];
  /** Upper bucket bounds of the signal profile's histograms, in seconds, ascending. */
  readonly bucketsSeconds: Readonly<Record<LatencyMetric, readonly number[]>>;
}

/** @returns a reason per problem, each naming objects, field, what was found and is expected. */
export function fleetProblems(
  fleet: CompiledFleet,
  { pools, bucketsSeconds }: FleetSurroundings,
): readonly Reason[] {
  return [
    ...fleet.pools.flatMap(({ name }, index) => poolProblems({ fleet, name, index, pools })),
    ...fleet.objectives.flatMap((objective, index) =>
      thresholdProblems({
        place: `InferenceFleet ${fleet.key} spec.objectives[${index}].threshold`,
        metric: objective.metric,
        seconds: objective.thresholdMs / 1_000,
        bounds: bucketsSeconds[objective.metric],
      }),
    ),
  ];
}

interface PoolUse {
  readonly fleet: CompiledFleet;
  readonly name: string;
  readonly index: number;
  readonly pools: readonly CompiledPool[];
}

function poolProblems({ fleet, name, index, pools }: PoolUse): readonly Reason[] {
  const place = `InferenceFleet ${fleet.key} spec.pools[${index}].name`;
  const pool = pools.find((candidate) => candidate.name === name);
  if (pool === undefined) {
    return [
      reason("pool-unknown", `${place}: found ${name}, expected the name of a valid RackPool.`),
    ];
  }
  if (!lists(pool, fleet)) {
    const entry = `{fleet: {namespace: ${fleet.namespace}, name: ${fleet.name}}}`;
    const detail = `${place}: found RackPool ${name}, whose spec.consumers has no ${entry}`;
    return [
      reason("not-a-consumer", `${detail}; expected that entry there, or another pool here.`),
    ];
  }
  return needsPrice(fleet, pool) ? [priceUnknown(fleet, pool)] : [];
}

function lists(pool: CompiledPool, { namespace, name }: CompiledFleet): boolean {
  return pool.consumers.some(({ fleet }) => fleet.namespace === namespace && fleet.name === name);
}

/** Within the commitment growth costs nothing more, unless the budget counts every rack. */
function needsPrice({ budget }: CompiledFleet, pool: CompiledPool): boolean {
  if (budget === null || pool.price !== null) return false;
  return budget.appliesTo === "Everything" || pool.limits.maxRacks > pool.supply.committedRacks;
}

function priceUnknown(fleet: CompiledFleet, pool: CompiledPool): Reason {
  const detail =
    `RackPool ${pool.name} spec.price.usdPerRackHour: found nothing, expected a price, ` +
    `since InferenceFleet ${fleet.key} has spec.budget and the pool may exceed its commitment.`;
  return reason("price-unknown", detail);
}

interface Threshold {
  readonly place: string;
  readonly metric: LatencyMetric;
  readonly seconds: number;
  readonly bounds: readonly number[];
}

function thresholdProblems({ place, metric, seconds, bounds }: Threshold): readonly Reason[] {
  if (bounds.includes(seconds)) return [];
  const below = bounds.findLast((bound) => bound < seconds);
  const above = bounds.find((bound) => bound > seconds);
  const nearest = [below, above].filter((bound) => bound !== undefined).map((bound) => `${bound}s`);
  const expected = `a bound of the engine's ${metric} histogram, nearest ${nearest.join(" or ")}`;
  return [reason("objective-unmeasurable", `${place}: found ${seconds}s, expected ${expected}.`)];
}
