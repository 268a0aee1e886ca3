/**
 * Another way of sizing a fleet than ours, on the same tick: it asks for units, as autoscalers of
 * replicas do, and packing makes racks of them. Pure, its memory a value like ours.
 */
import type { CompiledFleet, Role } from "../compiled.ts";
import type { FleetObservation } from "../observation.ts";
import type { EpochMs, Millis, RackCount } from "../units.ts";

/** The one number that trades GPU-hours against violations, and the values worth trying. */
export interface Knob {
  readonly name: string;
  readonly default: number;
  /** Ascending. */
  readonly sweep: readonly number[];
}

/** Roles that the fleet does not have are absent. */
export type PerRole<T> = Partial<Readonly<Record<Role, T>>>;

/** The units of one role, counted as autoscalers of replicas count them. */
export interface RoleReplicas {
  /** `n`: units of the racks held, on their way or asked for last, every rack filled. */
  readonly filled: number;
  /** Pods on racks that stay. */
  readonly present: number;
  /** `R`: those of them that are ready. */
  readonly ready: number;
  readonly perRack: number;
  /** The fleet's bounds, in units. */
  readonly min: number;
  readonly max: number;
}

export interface PolicyView {
  readonly fleet: CompiledFleet;
  readonly observed: FleetObservation;
  readonly now: EpochMs;
  readonly roles: PerRole<RoleReplicas>;
}

export interface PolicySample {
  readonly at: EpochMs;
  readonly value: number;
}

/** What a policy remembers, in a shape that every one of them can use. */
export interface PolicySlice {
  readonly schemaVersion: number;
  /** Samples by name, oldest first. */
  readonly series: Readonly<Record<string, readonly PolicySample[]>>;
  readonly numbers: Readonly<Record<string, number>>;
}

/** What is carried for a fleet that such a policy sizes. */
export interface PolicyMemory {
  readonly policy: string;
  /** When the policy was last asked. */
  readonly at: EpochMs;
  readonly replicas: PerRole<number>;
  readonly racks: RackCount;
  readonly slice: PolicySlice;
}

export interface PolicyAnswer {
  /** Units wanted; a role that is absent is filled as the others need racks. */
  readonly replicas: PerRole<number>;
  readonly memory: PolicySlice;
  /** Why, with the numbers, in one sentence. */
  readonly text: string;
}

export interface Policy {
  readonly name: string;
  /** The value of its knob. */
  readonly knob: number;
  /** How often it is asked; in between its last answer stands. */
  readonly everyMs: Millis;
  init(fleet: CompiledFleet): PolicySlice;
  want(view: PolicyView, memory: PolicySlice): PolicyAnswer;
}
