import type { CompiledFleet, FleetKey } from "../core/compiled.ts";
import type { PodRef } from "../core/decision.ts";
import type { PodObservation } from "../core/observation.ts";

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
}

export interface UnreadableWorkload {
  readonly fleet: FleetKey;
  /** Names the object and field, what was found and what is expected. */
  readonly text: string;
}

export interface Workloads {
  /**
   * A workload that cannot be read is that fleet's problem, not an error.
   * @throws PortError when the pods were never listed.
   */
  read(fleets: readonly CompiledFleet[]): Promise<WorkloadReading>;
  /** Evicts through the eviction API, so that budgets and grace periods hold. @throws PortError */
  evict(pod: PodRef): Promise<EvictOutcome>;
}
