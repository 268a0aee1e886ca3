/** A cluster as a value: what a plan's actions do to what the next tick observes. */
import type { Action } from "../../../src/core/decision.ts";
import type {
  GroupObservation,
  Intent,
  PoolObservation,
  RackObservation,
} from "../../../src/core/observation.ts";

/** @returns the observation after every action of the plan took effect, evictions at once */
export const applyPlan = (world: GroupObservation, plan: readonly Action[]): GroupObservation =>
  plan.reduce(applyAction, world);

export function applyAction(world: GroupObservation, action: Action): GroupObservation {
  switch (action.kind) {
    case "OpenIntent":
      return open(world, action.intent);
    case "SetPhase":
      return changeIntents(world, action.intent, ({ askedRacks, ...intent }) => ({
        ...intent,
        phase: action.phase,
        askedRacks: action.askedRacks ?? askedRacks,
      }));
    case "SetCount":
      return setCount(world, action);
    case "Cordon":
    case "Uncordon":
      return setCordoned(world, action);
    case "Evict":
      return evict(world, new Set(action.pods.map(({ uid }) => uid)));
  }
}

function open(world: GroupObservation, intent: Intent): GroupObservation {
  if (world.intents.some(({ name }) => name === intent.name)) return world;
  return { ...world, intents: [...world.intents, intent] };
}

const changeIntents = (
  world: GroupObservation,
  name: string,
  change: (intent: Intent) => Intent,
): GroupObservation => ({
  ...world,
  intents: world.intents.map((intent) => (intent.name === name ? change(intent) : intent)),
});

const changePool = (
  world: GroupObservation,
  name: string,
  change: (pool: PoolObservation) => PoolObservation,
): GroupObservation => ({
  ...world,
  pools: world.pools.map((pool) => (pool.name === name ? change(pool) : pool)),
});

const changeRacks = (
  world: GroupObservation,
  change: (rack: RackObservation) => RackObservation,
): GroupObservation => ({
  ...world,
  pools: world.pools.map((pool) => ({ ...pool, racks: pool.racks.map(change) })),
});

function setCount(
  world: GroupObservation,
  { pool, from, to }: Extract<Action, { kind: "SetCount" }>,
): GroupObservation {
  return changePool(world, pool, (found) =>
    found.count?.desired === from
      ? { ...found, count: { ...found.count, desired: to, lastWriter: "breakwater" } }
      : found,
  );
}

function setCordoned(
  world: GroupObservation,
  { kind, nodes }: Extract<Action, { kind: "Cordon" | "Uncordon" }>,
): GroupObservation {
  const uids = new Set(nodes.map(({ uid }) => uid));
  return changeRacks(world, (rack) => ({
    ...rack,
    nodes: rack.nodes.map((node) =>
      uids.has(node.uid) ? { ...node, cordoned: kind === "Cordon" } : node,
    ),
  }));
}

const evict = (world: GroupObservation, uids: ReadonlySet<string>): GroupObservation =>
  changeRacks(world, (rack) => ({
    ...rack,
    pods: rack.pods.filter(({ uid }) => !uids.has(uid)),
  }));
