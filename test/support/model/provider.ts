/** The provider and the workload of the model: racks come and go as the count says. */
import { isOpen } from "../../../src/core/intents.ts";
import type {
  GroupObservation,
  NodeObservation,
  PoolMember,
  PoolObservation,
  RackObservation,
} from "../../../src/core/observation.ts";
import { rackCount } from "../../../src/core/units.ts";
import { aRackOf } from "../builders/object-sets.ts";
import { aPod, aRack } from "../builders/observed.ts";
import { settleUnits } from "./units.ts";

/** @returns the world once the provider has given and taken what the counts say */
export function provide(world: GroupObservation): GroupObservation {
  const sized = world.fleets.some(({ workloads }) => workloads !== undefined);
  const pools = world.pools.map(resize);
  return sized
    ? settleUnits({ ...world, pools })
    : { ...world, pools: pools.map((pool) => refill(pool, world)) };
}

function resize(pool: PoolObservation): PoolObservation {
  if (pool.count === null) return pool;
  if (pool.count.members !== undefined) return resizeSet(pool, pool.count.members);
  const missing = pool.count.desired - pool.racks.length;
  const racks = missing > 0 ? [...pool.racks, ...newRacks(pool, missing)] : without(pool, -missing);
  return { ...pool, racks, count: { ...pool.count, current: rackCount(racks.length) } };
}

/** Every object that asks for its rack has it, and no other: `rack-5` is of `sub-5`. */
function resizeSet(pool: PoolObservation, members: readonly PoolMember[]): PoolObservation {
  const nodes = pool.racks[0]?.nodes.length ?? 18;
  const racks = members
    .filter(({ desired }) => desired === 1)
    .map(({ name }) => {
      const id = name.replace("sub", "rack");
      return pool.racks.find((rack) => rack.id === id) ?? aRackOf(id, name, { nodes, pods: 0 });
    });
  return { ...pool, racks };
}

/** As large as the others; a rack that was given back does not return under its name. */
function newRacks({ racks }: PoolObservation, count: number): readonly RackObservation[] {
  const numbers = racks.map(({ id }) => Number(id.slice(id.lastIndexOf("-") + 1)));
  const first = 1 + Math.max(0, ...numbers);
  const nodes = racks[0]?.nodes.length ?? 18;
  return Array.from({ length: count }, (_, n) => aRack(`rack-${first + n}`, { nodes, pods: 0 }));
}

/** Empty racks go first, as providers that look at the nodes do. */
function without({ racks }: PoolObservation, count: number): readonly RackObservation[] {
  const ranked = racks.toSorted((a, b) => a.pods.length - b.pods.length);
  const leaving = new Set(ranked.slice(0, count).map(({ id }) => id));
  return racks.filter(({ id }) => !leaving.has(id));
}

/** The workload puts its pods back on nodes that take them, and are not a loan's. */
function refill(pool: PoolObservation, { intents }: GroupObservation): PoolObservation {
  const back = intents.filter(({ direction, phase }) => direction === "Reclaim" && isOpen(phase));
  const awaited = new Set(back.flatMap(({ victimNodeUids }) => victimNodeUids));
  const takes = ({ cordoned, lentAt, uid }: NodeObservation): boolean =>
    !cordoned && lentAt === undefined && !awaited.has(uid);
  return {
    ...pool,
    racks: pool.racks.map((rack) => {
      const open = rack.nodes.length > 0 && rack.nodes.every(takes);
      if (!open || rack.pods.length > 0) return rack;
      return { ...rack, pods: podsOn(rack) };
    }),
  };
}

const podsOn = ({ id, nodes }: RackObservation): RackObservation["pods"] =>
  nodes.slice(0, 8).map(({ name }, n) => aPod(`${id}-p${n}`, name));
