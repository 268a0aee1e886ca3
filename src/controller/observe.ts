/** The world as one tick sees it: read through the ports, one observation a group. */
import type { CompiledGroup, CompiledPool, FleetKey } from "../core/compiled.ts";
import { groupsOf } from "../core/groups.ts";
import type {
  FleetObservation,
  GroupObservation,
  Intent,
  PodObservation,
  PoolObservation,
  RackObservation,
} from "../core/observation.ts";
import { gangsElsewhere } from "../core/loans/gangs.ts";
import { takeInventory } from "../core/racks/inventory.ts";
import type { PoolInventory } from "../core/racks/inventory.ts";
import { reason } from "../core/reasons.ts";
import type { EpochMs } from "../core/units.ts";
import { PortError } from "../ports/errors.ts";
import type { DesiredState } from "../ports/fleet-store.ts";
import type { Ports } from "../ports/ports.ts";
import type { WorkloadReading } from "../ports/workloads.ts";
import { overridesOf } from "./overrides-of.ts";

/** What all groups share, read once a tick. */
export interface World {
  readonly now: EpochMs;
  readonly desired: DesiredState;
  readonly groups: readonly CompiledGroup[];
  readonly inventory: (pool: string) => PoolInventory;
  readonly workloads: WorkloadReading;
  readonly intents: readonly Intent[];
}

/** @throws PortError when anything was never read: an unsynced world must not be decided on */
export async function observeWorld(ports: Ports, now: EpochMs): Promise<World> {
  const desired = await ports.store.read(now);
  const [nodes, workloads, intents] = await Promise.all([
    ports.nodes.list(desired.pools),
    ports.workloads.read(desired.fleets, desired.pools),
    ports.decisions.list(),
  ]);
  return {
    now,
    desired,
    groups: groupsOf(desired.pools, desired.fleets),
    inventory: takeInventory(nodes, workloads.pods),
    workloads,
    intents,
  };
}

export async function observeGroup(
  ports: Ports,
  world: World,
  group: CompiledGroup,
): Promise<GroupObservation> {
  const [pools, fleets] = await Promise.all([
    Promise.all(group.pools.map((pool) => observePool(ports, world, pool, group))),
    Promise.all(group.fleets.map((fleet) => observeFleet(ports, world, fleet))),
  ]);
  const names = new Set(group.pools.map(({ name }) => name));
  return {
    now: world.now,
    leading: ports.lock.state().leading,
    pools,
    fleets,
    intents: world.intents.filter(({ pool }) => names.has(pool)).toSorted(byName),
  };
}

const byName = (a: Intent, b: Intent): number => (a.name < b.name ? -1 : 1);

async function observePool(
  ports: Ports,
  world: World,
  pool: CompiledPool,
  group: CompiledGroup,
): Promise<PoolObservation> {
  const { racks: all, foreign, refusals } = world.inventory(pool.name);
  const racks = all.map((rack) => withStrangers(rack, group));
  const spanning =
    pool.loan === undefined ? [] : gangsElsewhere(pool.name, racks, world.workloads.pods);
  const seen = {
    name: pool.name,
    racks,
    ...(foreign.length === 0 ? {} : { foreign }),
    ...(spanning.length === 0 ? {} : { gangsElsewhere: spanning }),
  };
  const backend = ports.backends[pool.backend.kind];
  if (backend === undefined) {
    const text = `RackPool ${pool.name}: spec.backend.kind ${pool.backend.kind} is not available.`;
    return { count: null, refusals: [{ code: "pool-refused", text }], ...seen };
  }
  try {
    const read = await backend.read(pool);
    const { count } = read;
    return { count, refusals: [...read.refusals, ...refusals], ...seen };
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    const text = `RackPool ${pool.name}: ${error.message}`;
    return { count: null, refusals: [{ code: "pool-unknown", text }], ...seen };
  }
}

/** A fleet that is decided elsewhere may not be moved here, nor counted on: a stranger. */
function withStrangers(rack: RackObservation, { fleets }: CompiledGroup): RackObservation {
  const known = ({ fleet }: PodObservation): boolean =>
    fleet === null || fleets.some(({ key }) => key === fleet);
  if (rack.pods.every(known)) return rack;
  return { ...rack, pods: rack.pods.map((pod) => (known(pod) ? pod : { ...pod, fleet: null })) };
}

async function observeFleet(
  ports: Ports,
  world: World,
  fleet: CompiledGroup["fleets"][number],
): Promise<FleetObservation> {
  const snapshot = await ports.signals.read(fleet, world.now);
  const sized = world.workloads.sized.find((entry) => entry.fleet === fleet.key);
  return {
    key: fleet.key,
    ...snapshot,
    overrides: overridesOf(world.desired, fleet.key, world.now),
    rollout: world.workloads.rollouts.includes(fleet.key),
    problems: problemsOf(world, fleet.key),
    ...(sized === undefined ? {} : { workloads: sized.workloads }),
  };
}

function problemsOf({ desired, workloads }: World, key: FleetKey): FleetObservation["problems"] {
  const unreadable = workloads.unreadable.map(({ fleet, code, text }) => ({
    fleet,
    reason: reason(code, text),
  }));
  return [...desired.problems, ...unreadable].flatMap((problem) =>
    problem.fleet === key ? [problem.reason] : [],
  );
}
