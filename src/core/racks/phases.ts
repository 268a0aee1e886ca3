/** The phase of every rack, derived from what is seen: nothing about a rack's state is stored. */
import type { CompiledFleet, CompiledPool, FleetKey } from "../compiled.ts";
import type { RackPhase, RackSummary } from "../decision.ts";
import type { RackSeen } from "../memory.ts";
import type { Intent, PoolCount, RackObservation } from "../observation.ts";
import { elapsed } from "../units.ts";
import type { EpochMs } from "../units.ts";
import { UNLABELLED } from "./inventory.ts";

export interface RackContext {
  readonly now: EpochMs;
  readonly pool: CompiledPool;
  readonly fleets: readonly CompiledFleet[];
  readonly intents: readonly Intent[];
  readonly count: PoolCount | null;
  readonly seen: RackSeen | undefined;
}

/** @returns the fleet with the most pods on the rack, null when none has any */
export function rackOwner(rack: RackObservation): FleetKey | null {
  const counts = new Map<FleetKey, number>();
  for (const { fleet } of rack.pods) {
    if (fleet !== null) counts.set(fleet, (counts.get(fleet) ?? 0) + 1);
  }
  const ranked = [...counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return ranked[0]?.[0] ?? null;
}

/** @returns how many nodes are Ready with all their GPUs allocatable */
export const usableNodes = (rack: RackObservation, pool: CompiledPool): number =>
  rack.nodes.filter(
    ({ ready, gpusAllocatable }) => ready && gpusAllocatable >= pool.rack.gpusPerNode,
  ).length;

export function rackSummary(rack: RackObservation, context: RackContext): RackSummary {
  const usable = usableNodes(rack, context.pool);
  const phase = rackPhase(rack, usable, context);
  return {
    id: rack.id,
    phase,
    readyNodes: usable,
    nodes: rack.nodes.length,
    degraded: isServing(phase) && usable < context.pool.rack.usableNodes,
    fleet: rackOwner(rack),
  };
}

export const isServing = (phase: RackPhase): boolean => phase === "Serving" || phase === "Warming";

function rackPhase(rack: RackObservation, usable: number, context: RackContext): RackPhase {
  const draining = drainPhase(rack, context);
  if (draining !== null) return draining;
  const serving = rack.pods.some(({ fleet, ready }) => fleet !== null && ready);
  if (serving) return warmth(rack, context);
  if (usable < context.pool.rack.usableNodes || rack.id === UNLABELLED) {
    return (context.seen?.servingAt ?? null) === null ? "Joining" : "Repairing";
  }
  return rack.pods.some(({ fleet }) => fleet !== null) ? "Starting" : "Idle";
}

/** Draining until the count is lowered, Releasing from then on. */
function drainPhase(
  rack: RackObservation,
  { intents, count }: Pick<RackContext, "intents" | "count">,
): RackPhase | null {
  const drain = intents.find(
    (intent) =>
      intent.direction === "In" && intent.phase === "Executing" && intent.rack === rack.id,
  );
  if (drain === undefined) return null;
  return count !== null && count.desired <= drain.toRacksAtMost ? "Releasing" : "Draining";
}

/** A rack that serves counts as warm once `warm.orAfter` has passed since its first token. */
function warmth(rack: RackObservation, { now, fleets, seen }: RackContext): RackPhase {
  const owner = fleets.find(({ key }) => key === rackOwner(rack));
  const servingAt = seen?.servingAt ?? null;
  if (owner === undefined || servingAt === null) return "Warming";
  return elapsed(servingAt, now) < owner.warm.orAfterMs ? "Warming" : "Serving";
}

/** @returns the memory of which racks were seen, and since when each serves */
export function rememberRacks(
  racks: readonly RackObservation[],
  seen: Readonly<Record<string, RackSeen>>,
  now: EpochMs,
): Readonly<Record<string, RackSeen>> {
  const entries = racks.map((rack): [string, RackSeen] => {
    const before = seen[rack.id];
    const serves = rack.pods.some(({ fleet, ready }) => fleet !== null && ready);
    return [
      rack.id,
      {
        firstAt: before?.firstAt ?? now,
        servingAt: before?.servingAt ?? (serves ? firstReady(rack, now) : null),
      },
    ];
  });
  return Object.fromEntries(entries);
}

/** A restarted controller sees old pods for the first time: their readiness tells their age. */
function firstReady(rack: RackObservation, now: EpochMs): EpochMs {
  const instants = rack.pods.flatMap(({ readySince }) => (readySince === null ? [] : [readySince]));
  return instants.reduce((first, at) => (at < first ? at : first), now);
}

const NO_RACKS: Readonly<Record<RackPhase, number>> = {
  Requested: 0,
  Provisioning: 0,
  Joining: 0,
  Starting: 0,
  Warming: 0,
  Serving: 0,
  Draining: 0,
  Releasing: 0,
  Repairing: 0,
  Loaned: 0,
  Idle: 0,
};

/** @returns racks per phase; those asked for that have no node yet count as Provisioning */
export function racksByPhase(
  summaries: readonly RackSummary[],
  count: PoolCount | null,
): Readonly<Record<RackPhase, number>> {
  const counts = { ...NO_RACKS };
  for (const { phase } of summaries) counts[phase] += 1;
  const staying = summaries.length - counts.Releasing;
  counts.Provisioning = Math.max(0, (count?.desired ?? 0) - staying);
  return counts;
}
