import type { CompiledFleet, CompiledPool, FleetKey, ObjectRef } from "../core/compiled.ts";
import type { PodRef, ReplicaChange, RoutedPod } from "../core/decision.ts";
import type { PodObservation, WorkloadObservation } from "../core/observation.ts";
import type { EpochMs, Millis } from "../core/units.ts";
import type { WriteOutcome } from "./rack-backend.ts";

export type EvictOutcome =
  | { readonly kind: "Evicted" }
  /** No such pod, or another one under its name. */
  | { readonly kind: "Gone" }
  /** A pod disruption budget allows no disruption now. */
  | { readonly kind: "Blocked"; readonly message: string };

export interface WorkloadReading {
  /** Pods that hold GPUs, on any node; pods of no fleet have `fleet: null`. */
  readonly pods: readonly PodObservation[];
  /** Fleets with a rollout in progress. */
  readonly rollouts: readonly FleetKey[];
  /** Workloads that could not be read: their pods may be taken for a stranger's. */
  readonly unreadable: readonly UnreadableWorkload[];
  /** The objects of workloads that name any; by fleet. */
  readonly sized: readonly FleetWorkloads[];
}

export interface FleetWorkloads {
  readonly fleet: FleetKey;
  readonly workloads: readonly WorkloadObservation[];
}

export interface ReplicaWrite {
  readonly object: ObjectRef;
  readonly uid: string;
  readonly changes: readonly ReplicaChange[];
}

export interface UnreadableWorkload {
  readonly fleet: FleetKey;
  /** `workload-owned`: it was read, and somebody else sizes it. */
  readonly code: "workload-unknown" | "workload-owned";
  /** Names the object and field, what was found and what is expected. */
  readonly text: string;
}

export interface Workloads {
  /**
   * Pods of the loans of `pools` are marked. A workload that cannot be read is that fleet's
   * problem, not an error.
   * @throws PortError when the pods were never listed.
   */
  read(fleets: readonly CompiledFleet[], pools?: readonly CompiledPool[]): Promise<WorkloadReading>;
  /**
   * Evicts through the eviction API, so that budgets and grace periods hold; `graceMs` is the grace
   * instead of the pod's own. @throws PortError
   */
  evict(pod: PodRef, graceMs?: Millis): Promise<EvictOutcome>;
  /**
   * @returns what would refuse the eviction of some of the pods if all were told to go now; null:
   *   nothing is known to. @throws PortError
   */
  blockedTogether(pods: readonly PodRef[]): Promise<string | null>;
  /**
   * Changes counts of one object in one guarded write: the server tests uid and old counts, then
   * they are read back. Repeating it after any failure is safe. @throws PortError
   */
  scale(change: ReplicaWrite): Promise<WriteOutcome>;
  /**
   * Marks pods as the first to go when their object is lowered, or takes the mark off; pods that
   * are gone are passed over. Idempotent. @throws PortError
   */
  mark(pods: readonly PodRef[], marked: boolean): Promise<void>;
  /**
   * Keeps new turns off pods: takes the label off that their routers go by, and keeps on the pod
   * what it was and since when, so that any process can put it back. Pods that are gone are passed
   * over; one that is out already keeps its instant. Idempotent. @throws PortError
   */
  eject(pods: readonly RoutedPod[], at: EpochMs): Promise<void>;
  /** Puts back what `eject` took off. Idempotent. @throws PortError */
  readmit(pods: readonly PodRef[]): Promise<void>;
}
