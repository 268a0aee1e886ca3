/** A cluster as a value: what a plan's actions do to what the next tick observes. */
import type { Action, PodRef } from "../../../src/core/decision.ts";
import type {
  GroupObservation,
  Intent,
  PoolObservation,
  RackObservation,
} from "../../../src/core/observation.ts";

import { rackCount } from "../../../src/core/units.ts";
import type { EpochMs } from "../../../src/core/units.ts";

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
    case "Fence":
    case "Unfence":
      return setLoanMarks(world, action);
    case "Evict":
      return evict(world, new Set(action.pods.map(({ uid }) => uid)));
    case "SetReplicas":
      return setReplicas(world, action);
    case "MarkPods":
      return markPods(world, action.pods, action.marked);
    case "Eject":
      return routePods(world, action.pods, action.at);
    case "Readmit":
      return routePods(world, action.pods, null);
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

export const changeRacks = (
  world: GroupObservation,
  change: (rack: RackObservation) => RackObservation,
): GroupObservation => ({
  ...world,
  pools: world.pools.map((pool) => ({ ...pool, racks: pool.racks.map(change) })),
});

function setCount(
  world: GroupObservation,
  { pool, from, to, objects }: Extract<Action, { kind: "SetCount" }>,
): GroupObservation {
  if (objects !== undefined) {
    return objects.reduce((at, name) => setMember(at, pool, { name, on: to > from }), world);
  }
  return changePool(world, pool, (found) =>
    found.count?.desired === from
      ? { ...found, count: { ...found.count, desired: to, lastWriter: "breakwater" } }
      : found,
  );
}

/** One object of a set gets its rack, or gives it back. */
export const setMember = (
  world: GroupObservation,
  pool: string,
  { name, on }: { readonly name: string; readonly on: boolean },
): GroupObservation =>
  changePool(world, pool, (found) => {
    if (found.count === null) return found;
    const members = (found.count.members ?? []).map((member) =>
      member.name === name ? { ...member, desired: rackCount(on ? 1 : 0) } : member,
    );
    const desired = rackCount(members.filter((member) => member.desired === 1).length);
    return { ...found, count: { ...found.count, members, desired, lastWriter: "breakwater" } };
  });

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

/** A fenced node is lent no longer, and the other way round. */
function setLoanMarks(
  world: GroupObservation,
  action: Extract<Action, { kind: "Fence" | "Unfence" }>,
): GroupObservation {
  const uids = new Set(action.nodes.map(({ uid }) => uid));
  return changeRacks(world, (rack) => ({
    ...rack,
    nodes: rack.nodes.map((marked) => {
      const { fenced: _fenced, lentAt: _lentAt, loanLeft: _left, ...node } = marked;
      if (!uids.has(node.uid)) return marked;
      if (action.kind === "Fence") return { ...node, fenced: true };
      return action.at === null ? node : { ...node, lentAt: action.at };
    }),
  }));
}

/** Objects whose counts are all as the change found them. */
export const setReplicas = (
  world: GroupObservation,
  { uid, changes }: Pick<Extract<Action, { kind: "SetReplicas" }>, "uid" | "changes">,
): GroupObservation => ({
  ...world,
  fleets: world.fleets.map((fleet) => {
    const { workloads } = fleet;
    if (workloads === undefined) return fleet;
    const changed = workloads.map((workload) => ({
      ...workload,
      objects: workload.objects.map((object) => {
        const change = changes.find((entry) => entry.workload === workload.name);
        const ours = object.uid === uid && change?.from === object.replicas;
        return ours ? { ...object, replicas: change.to } : object;
      }),
    }));
    return { ...fleet, workloads: changed };
  }),
});

export function markPods(
  world: GroupObservation,
  pods: readonly PodRef[],
  marked: boolean,
): GroupObservation {
  const uids = new Set(pods.map(({ uid }) => uid));
  return changeRacks(world, (rack) => ({
    ...rack,
    pods: rack.pods.map((pod) =>
      uids.has(pod.uid) && pod.unit !== undefined ? { ...pod, unit: { ...pod.unit, marked } } : pod,
    ),
  }));
}

/** Pods taken out keep the instant at which they were; those without a route stay as they are. */
export function routePods(
  world: GroupObservation,
  pods: readonly PodRef[],
  at: EpochMs | null,
): GroupObservation {
  const uids = new Set(pods.map(({ uid }) => uid));
  return changeRacks(world, (rack) => ({
    ...rack,
    pods: rack.pods.map((pod) => {
      if (!uids.has(pod.uid) || pod.route === undefined) return pod;
      const ejectedAt = at === null ? null : (pod.route.ejectedAt ?? at);
      return { ...pod, route: { ...pod.route, ejectedAt } };
    }),
  }));
}

const evict = (world: GroupObservation, uids: ReadonlySet<string>): GroupObservation =>
  changeRacks(world, (rack) => ({
    ...rack,
    pods: rack.pods.filter(({ uid }) => !uids.has(uid)),
  }));
