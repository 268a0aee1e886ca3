/** From the units a policy asks for to the racks a fleet wants: packed, rounded up, bounded. */
import type { CompiledFleet, FleetKey, Role } from "../compiled.ts";
import type { AttainmentByRacks } from "../decision.ts";
import type { FleetObservation } from "../observation.ts";
import { clamp } from "../numeric.ts";
import { heldByFleet, leaving } from "../racks/holdings.ts";
import type { PoolState } from "../racks/pool-state.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import { elapsed, rackCount, ratio } from "../units.ts";
import type { EpochMs, RackCount } from "../units.ts";
import type { PerRole, Policy, PolicyAnswer, PolicyMemory, RoleReplicas } from "./policy.ts";
import type { Sizing } from "./want.ts";

export interface PeerInput {
  readonly policy: Policy;
  readonly fleet: CompiledFleet;
  readonly observed: FleetObservation;
  readonly now: EpochMs;
  readonly pools: readonly PoolState[];
  readonly memory: PolicyMemory | undefined;
  /** Racks that each fleet wanted last: whose racks those on their way are. */
  readonly wanted: Readonly<Record<FleetKey, number>>;
}

export interface PeerSizing {
  readonly sizing: Sizing;
  /** By which the fleet's claim is weighed against others'; says nothing about attainment. */
  readonly claim: AttainmentByRacks;
  readonly memory: PolicyMemory;
}

/** @returns the racks that the policy wants for the fleet, and what it is to remember */
export function peerSizing(input: PeerInput): PeerSizing {
  const { fleet, policy, now } = input;
  const held = racksHeld(input);
  const answered = answer(input, held);
  const { min, max } = fleet.racks;
  const racks = rackCount(clamp(racksFor(answered.replicas, fleet), min, Math.max(min, max)));
  const why = relativeTo(held, racks, answered.text);
  const numbers = { racks, held, ...answered.replicas };
  return {
    sizing: {
      want: { racks, curve: [], reason: why, shrinkable: true, shrinkHold: null },
      steps: [{ stage: "want", name: policy.name, text: why.text, numbers }],
    },
    claim: firstCome(held, racks),
    memory: {
      policy: policy.name,
      at: answered.fresh ? now : (input.memory?.at ?? now),
      replicas: answered.replicas,
      racks,
      slice: answered.memory,
    },
  };
}

/** What a rack that is held weighs against one that is asked for. */
const HELD_WEIGHT = 1_000;

/**
 * @returns by what a fleet's want is weighed where nobody takes a rack from another: what is held
 *   counts far more than what is asked for. It says nothing about attainment
 */
export function firstCome(held: number, racks: number): AttainmentByRacks {
  const weight = (count: number): number =>
    Math.min(count, held) * HELD_WEIGHT + Math.max(0, count - held);
  return Array.from({ length: racks + 1 }, (_, count) => ({
    racks: rackCount(count),
    attainment: ratio(weight(count)),
  }));
}

/** Asked once a period; in between the last answer stands. */
function answer(input: PeerInput, held: RackCount): PolicyAnswer & { readonly fresh: boolean } {
  const { policy, fleet, observed, now, memory } = input;
  const known = memory?.policy === policy.name ? memory : undefined;
  if (known !== undefined && elapsed(known.at, now) < policy.everyMs) {
    const text = "The last answer stands.";
    return { replicas: known.replicas, memory: known.slice, text, fresh: false };
  }
  const roles = rolesOf(input, rackCount(Math.max(held, known?.racks ?? 0)));
  const slice = known?.slice ?? policy.init(fleet);
  return { ...policy.want({ fleet, observed, now, roles }, slice), fresh: true };
}

const perRackOf = ({ workloads }: CompiledFleet, role: Role): number =>
  workloads
    .filter((workload) => workload.role === role)
    .reduce((sum, { unitsPerRack }) => sum + unitsPerRack, 0);

/** @returns the fewest racks whose units are at least those asked for, in every role */
export function racksFor(replicas: PerRole<number>, fleet: CompiledFleet): number {
  const roles = fleet.workloads.map(({ role }) => role);
  const needed = roles.map((role) => {
    const perRack = perRackOf(fleet, role);
    return perRack === 0 ? 0 : Math.ceil((replicas[role] ?? 0) / perRack);
  });
  return Math.max(0, ...needed);
}

/** Racks that stay: a rack being drained is spoken for. */
function racksHeld({ pools, fleet, wanted }: PeerInput): RackCount {
  const racks = pools.reduce((total, { pool, summaries, observed, owned }) => {
    const draining = summaries.filter(({ phase }) => phase === "Draining").length;
    const standing = rackCount(Math.max(0, (observed.count?.desired ?? 0) - draining));
    const held = heldByFleet(pool, standing, owned, wanted);
    return total + (held[fleet.key] ?? 0);
  }, 0);
  return rackCount(racks);
}

/** @param expected racks held, and those that were asked for and are not: pods that are pending */
function rolesOf(input: PeerInput, expected: RackCount): PerRole<RoleReplicas> {
  const { fleet } = input;
  const pods = stayingPods(input);
  const counted = fleet.workloads.map(({ role }): readonly [Role, RoleReplicas] => {
    const perRack = perRackOf(fleet, role);
    const ours = pods.filter((pod) => pod.role === role);
    return [
      role,
      {
        filled: expected * perRack,
        present: ours.length,
        ready: ours.filter(({ ready }) => ready).length,
        perRack,
        min: fleet.racks.min * perRack,
        max: fleet.racks.max * perRack,
      },
    ];
  });
  return Object.fromEntries(counted);
}

function stayingPods({ pools, fleet }: PeerInput) {
  return pools.flatMap(({ observed, summaries }) => {
    const gone = new Set(summaries.filter(leaving).map(({ id }) => id));
    return observed.racks
      .filter(({ id }) => !gone.has(id))
      .flatMap(({ pods }) => pods.filter((pod) => pod.fleet === fleet.key && !pod.terminating));
  });
}

function relativeTo(held: RackCount, racks: RackCount, detail: string): Reason {
  if (racks === held) return reason("steady", detail);
  return reason("policy-want", detail);
}
