/** The pods of the simulated fleets, and their eviction under a disruption budget. */
import type { CompiledFleet, FleetKey } from "../../core/compiled.ts";
import type { PodRef } from "../../core/decision.ts";
import type { PodObservation } from "../../core/observation.ts";
import { epochMs } from "../../core/units.ts";
import type { Millis } from "../../core/units.ts";
import type { EvictOutcome, Workloads } from "../../ports/workloads.ts";
import type { FleetWorkload } from "../fleet-workload.ts";
import type { RackPool } from "../rack-pool.ts";
import type { SimPod, SimRack } from "../rack-state.ts";
import { isServing } from "../rack-state.ts";
import type { World } from "../world.ts";

interface Placed {
  readonly pool: RackPool;
  readonly rack: SimRack;
  readonly pod: SimPod;
}

export function simulatedWorkloads(world: World): Workloads {
  return {
    read: (fleets) =>
      Promise.resolve({
        pods: placedPods(world).flatMap((placed) => observed(placed, fleets)),
        rollouts: fleets.filter(({ key }) => isRolling(world, key)).map(({ key }) => key),
        unreadable: [],
        // Its fleets fill racks by themselves: there is no object with a count.
        sized: [],
      }),
    evict: (pod, graceMs) => Promise.resolve(evict(world, pod, graceMs)),
    // Only the loan's pods are asked about: no budget of this world covers them.
    blockedTogether: () => Promise.resolve(null),
    scale: ({ object }) =>
      Promise.resolve({ kind: "Conflict", found: `${object.kind} ${object.name}: no such object` }),
    mark: () => Promise.resolve(),
    eject: (pods, at) => Promise.resolve(route(world, pods, (ours, pod) => ours.eject(pod, at))),
    readmit: (pods) => Promise.resolve(route(world, pods, (ours, pod) => ours.readmit(pod))),
  };
}

/** What a router does when it sees the label of a pod come or go, which it does at once here. */
function route(
  world: World,
  refs: readonly PodRef[],
  change: (workload: FleetWorkload, pod: SimPod) => void,
): void {
  const uids = new Set(refs.map(({ uid }) => uid));
  for (const fleet of world.fleets()) {
    for (const { deployment, pod } of fleet.pods()) {
      if (uids.has(pod.uid)) change(deployment.workload, pod);
    }
  }
}

const isRolling = (world: World, key: FleetKey): boolean =>
  world.fleet(key)?.rollout.inProgress() ?? false;

function placedPods(world: World): readonly Placed[] {
  const placed: Placed[] = [];
  for (const pool of world.pools()) {
    for (const rack of pool.racks()) {
      for (const pod of rack.pods) placed.push({ pool, rack, pod });
    }
  }
  return placed;
}

/** A pod over several nodes is shown on its leader's; pods of unknown fleets are strangers'. */
function observed(
  { pod, rack, pool }: Placed,
  fleets: readonly CompiledFleet[],
): readonly PodObservation[] {
  const [leader] = pod.nodes;
  if (leader === undefined) return [];
  const fleet = fleets.find(({ key }) => key === pod.fleet);
  const label = fleet?.workloads.find(({ name }) => name === pod.workload)?.ejectLabel;
  return [
    {
      namespace: fleet?.namespace ?? "",
      name: pod.name,
      uid: pod.uid,
      node: leader.name,
      fleet: fleet?.key ?? null,
      role: pod.role,
      ready: pod.readySince !== null,
      readySince: pod.readySince === null ? null : epochMs(Math.floor(pod.readySince)),
      terminating: pod.terminating,
      ...(label === undefined ? {} : { route: { label, ejectedAt: pod.ejectedAt } }),
      ...(pod.fleet === null && pool.loan.isDecided
        ? { loan: { pools: [pool.pool.name], gang: `rack=${rack.id}` } }
        : {}),
    },
  ];
}

/** The budget counts pods of the fleet that are starting, ending or dead against its allowance. */
function evict(world: World, ref: PodRef, graceMs?: Millis): EvictOutcome {
  const placed = placedPods(world);
  const victim = placed.find(({ pod }) => pod.uid === ref.uid);
  if (victim === undefined) return { kind: "Gone" };
  if (victim.pod.terminating) return { kind: "Evicted" };
  const { fleet } = victim.pod;
  const unavailable = placed.filter(({ pod }) => pod.fleet === fleet && !isServing(pod));
  const allowed = maxUnavailable(world, fleet) - unavailable.length;
  // A pod that does not serve costs no availability, so the budget does not protect it.
  if (isServing(victim.pod) && allowed <= 0) {
    const out = `${unavailable.length} pods are out`;
    const message = `the budget of ${fleet} allows no disruption: ${out}`;
    return { kind: "Blocked", message };
  }
  victim.pool.evict(victim.rack, victim.pod, graceMs);
  return { kind: "Evicted" };
}

function maxUnavailable(world: World, key: FleetKey | null): number {
  const given = world.options.maxUnavailablePods;
  if (given !== undefined) return given;
  const workloads = world.fleets().find(({ fleet }) => fleet.key === key)?.fleet.workloads ?? [];
  const units = workloads.reduce((total, { unitsPerRack }) => total + unitsPerRack, 0);
  return Math.max(1, Math.floor(units / 2));
}
