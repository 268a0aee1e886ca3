/** The engines of a fleet as the cluster knows them: pods that have served and still exist. */
import type { FleetKey } from "../core/compiled.ts";
import type { CacheConfig } from "./engine-host.ts";
import type { FleetWorkload } from "./fleet-workload.ts";
import type { ReplicaRole } from "./kernel/contract.ts";
import type { RackPool } from "./rack-pool.ts";
import type { SimPod, SimRack } from "./rack-state.ts";

export interface Endpoint {
  readonly name: string;
  readonly role: ReplicaRole;
  /** null while its engine is dead or restarts. */
  readonly replica: number | null;
  /** Of its caches; absent: as the fleet's profile says. */
  readonly config?: CacheConfig | undefined;
  /** The engine's process dies and is started again. */
  readonly crash: () => void;
}

/** A fleet's workloads on one pool. */
export interface Deployment {
  readonly pool: RackPool;
  readonly workload: FleetWorkload;
}

export interface PlacedPod {
  readonly deployment: Deployment;
  readonly rack: SimRack;
  readonly pod: SimPod;
}

/** @returns every pod of the fleet, oldest rack first. */
export function podsOf(key: FleetKey, deployments: readonly Deployment[]): readonly PlacedPod[] {
  return deployments.flatMap((deployment) =>
    deployment.pool
      .racks()
      .flatMap((rack) =>
        rack.pods.flatMap((pod) => (pod.fleet === key ? [{ deployment, rack, pod }] : [])),
      ),
  );
}

export const endpointsOf = (pods: readonly PlacedPod[]): readonly Endpoint[] =>
  pods
    .filter(({ pod }) => pod.served)
    .map(({ deployment, rack, pod }) => ({
      name: pod.name,
      role: pod.role,
      replica: pod.replica,
      config: deployment.workload.configOf(pod.revision),
      crash: () => deployment.workload.crash(rack, pod),
    }));
