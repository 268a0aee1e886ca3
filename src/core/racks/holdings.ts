/** Which fleet holds which racks of a pool, those on their way included. */
import type { CompiledPool, FleetKey } from "../compiled.ts";
import { fleetKey, isKeyOf } from "../compiled.ts";
import type { RackSummary } from "../decision.ts";
import type { Intent, PoolCount } from "../observation.ts";
import { rackCount } from "../units.ts";
import type { RackCount } from "../units.ts";
import { isServing } from "./phases.ts";

/** Whether a rack is being drained or is on its way out. */
export const leaving = ({ phase }: RackSummary): boolean =>
  phase === "Draining" || phase === "Releasing";

/** @returns racks that run units of each fleet and stay */
export function ownedRacks(racks: readonly RackSummary[]): Readonly<Record<FleetKey, number>> {
  return countByFleet(racks.filter((rack) => !leaving(rack)));
}

/** @returns racks that serve each fleet now: Serving or Warming */
export function servingRacks(racks: readonly RackSummary[]): Readonly<Record<FleetKey, number>> {
  return countByFleet(racks.filter(({ phase }) => isServing(phase)));
}

function countByFleet(racks: readonly RackSummary[]): Readonly<Record<FleetKey, number>> {
  const counts: Record<FleetKey, number> = {};
  for (const { fleet } of racks) if (fleet !== null) counts[fleet] = (counts[fleet] ?? 0) + 1;
  return counts;
}

/** @returns a fleet's racks in all of several pools */
export const heldInAll = (
  pools: readonly Readonly<Record<FleetKey, RackCount>>[],
  fleet: FleetKey,
): RackCount => rackCount(pools.reduce((total, held) => total + (held[fleet] ?? 0), 0));

/** @returns the pool's size once every drain under way has ended */
export function standingRacks(
  count: PoolCount,
  pool: string,
  intents: readonly Intent[],
): RackCount {
  const leavingRacks = intents
    .filter(
      (intent) =>
        intent.pool === pool &&
        intent.direction === "In" &&
        intent.phase === "Executing" &&
        count.desired > intent.toRacksAtMost,
    )
    .reduce((sum, { fromRacks, toRacksAtMost }) => sum + fromRacks - toRacksAtMost, 0);
  return rackCount(count.desired - leavingRacks);
}

/** @returns what `heldByFleet` says of one fleet while nothing is awarded */
export function heldUnawarded(
  { consumers }: Pick<CompiledPool, "consumers">,
  standing: RackCount,
  owned: Readonly<Record<FleetKey, number>>,
  fleet: FleetKey,
): RackCount {
  const place = consumers.findIndex((consumer) => isKeyOf(fleet, consumer.fleet));
  if (place < 0) return rackCount(0);
  const own = owned[fleet] ?? 0;
  if (place > 0) return rackCount(own);
  const all = consumers.reduce((total, one) => total + (owned[fleetKey(one.fleet)] ?? 0), 0);
  return rackCount(own + Math.max(0, standing - all));
}

/**
 * Racks held per fleet: owned ones, and the pool's remaining ones (on their way, starting, idle)
 * attributed to the fleets whose award exceeds what they own, in the pool's order of consumers;
 * what nobody lacks belongs to the first consumer, so that a surplus is somebody's to give back.
 */
export function heldByFleet(
  pool: CompiledPool,
  standing: RackCount,
  owned: Readonly<Record<FleetKey, number>>,
  awards: Readonly<Record<FleetKey, number>>,
): Readonly<Record<FleetKey, RackCount>> {
  const keys = pool.consumers.map(({ fleet }) => fleetKey(fleet));
  const held = new Map(keys.map((key) => [key, owned[key] ?? 0]));
  let unassigned = standing - keys.reduce((total, key) => total + (owned[key] ?? 0), 0);
  for (const key of keys) {
    const lacking = Math.max(0, (awards[key] ?? 0) - (held.get(key) ?? 0));
    const taken = Math.min(Math.max(0, unassigned), lacking);
    held.set(key, (held.get(key) ?? 0) + taken);
    unassigned -= taken;
  }
  const [first] = keys;
  if (first !== undefined && unassigned > 0) held.set(first, (held.get(first) ?? 0) + unassigned);
  return Object.fromEntries([...held].map(([key, racks]) => [key, rackCount(racks)]));
}
