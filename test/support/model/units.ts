/** Kinds' controllers and the scheduler of the model: as many units as counts say and fit. */
import type {
  GroupObservation,
  PodObservation,
  RackObservation,
  WorkloadObject,
} from "../../../src/core/observation.ts";
import { aUnitPod } from "../builders/workloads.ts";

/** Units of eight GPUs, two nodes each. */
const UNITS_PER_RACK = 8;

/** @returns the world once pods are ended and made; those without a place stay unmade */
export function settleUnits(world: GroupObservation): GroupObservation {
  const objects = world.fleets.flatMap(({ workloads = [] }) =>
    workloads.flatMap((workload) => workload.objects),
  );
  return objects.reduce(settle, world);
}

/** @returns units that are asked for and have no place: what a Pending storm is made of */
export function pendingUnits(world: GroupObservation): number {
  const asked = world.fleets.flatMap(({ workloads = [] }) =>
    workloads.flatMap(({ objects }) => objects.map(({ replicas }) => replicas)),
  );
  return asked.reduce((sum, n) => sum + n, 0) - unitPods(world).length;
}

const unitPods = (world: GroupObservation): readonly PodObservation[] =>
  world.pools.flatMap(({ racks }) =>
    racks.flatMap(({ pods }) => pods.filter(({ unit }) => unit !== undefined)),
  );

function settle(world: GroupObservation, object: WorkloadObject): GroupObservation {
  const mine = unitPods(world).filter(({ unit }) => unit?.object === object.ref.name);
  const doomed = new Set(excess(mine, object).map(({ uid }) => uid));
  const kept = mine.filter(({ uid }) => !doomed.has(uid));
  const ended = withPods(world, (rack) => rack.pods.filter(({ uid }) => !doomed.has(uid)));
  return missing(kept, object).reduce((before, index) => start(before, object, index), ended);
}

/** By the kind's order: the highest indices; or those marked, then any. */
function excess(
  mine: readonly PodObservation[],
  { removes, replicas }: WorkloadObject,
): readonly PodObservation[] {
  if (removes === "HighestIndex") return mine.filter(({ unit }) => (unit?.index ?? 0) >= replicas);
  const first = mine.toSorted((a, b) => Number(b.unit?.marked) - Number(a.unit?.marked));
  return first.slice(0, Math.max(0, mine.length - replicas));
}

function missing(
  kept: readonly PodObservation[],
  { removes, replicas }: WorkloadObject,
): readonly (number | null)[] {
  if (removes !== "HighestIndex") {
    return Array.from({ length: Math.max(0, replicas - kept.length) }, () => null);
  }
  const there = new Set(kept.map(({ unit }) => unit?.index));
  return Array.from({ length: replicas }, (_, n) => n).filter((index) => !there.has(index));
}

/** On the first rack with two free nodes that take pods. */
function start(
  world: GroupObservation,
  object: WorkloadObject,
  index: number | null,
): GroupObservation {
  const racks = world.pools.flatMap((pool) => pool.racks);
  for (const rack of racks) {
    const slot = freeSlot(rack);
    if (slot === null) continue;
    const unit = { workload: "engine", object: object.ref.name, index, marked: false };
    const pod = aUnitPod(`${object.ref.name}-${index ?? "x"}-${slot}`, slot, index, { unit });
    return withPods(world, (each) => (each.id === rack.id ? [...each.pods, pod] : each.pods));
  }
  return world;
}

function freeSlot({ nodes, pods }: RackObservation): string | null {
  const taken = new Set(pods.map(({ node }) => node));
  const slots = nodes.filter((_, n) => n % 2 === 0).slice(0, UNITS_PER_RACK);
  const free = slots.find(({ name, ready, cordoned }) => ready && !cordoned && !taken.has(name));
  return free?.name ?? null;
}

const withPods = (
  world: GroupObservation,
  pods: (rack: RackObservation) => readonly PodObservation[],
): GroupObservation => ({
  ...world,
  pools: world.pools.map((pool) => ({
    ...pool,
    racks: pool.racks.map((rack) => ({ ...rack, pods: pods(rack) })),
  })),
});
