/** What the pods of a fleet ask of its engines. Replicas are ids of the fleet's kernel. */
import type { ReplicaRole } from "./kernel/contract.ts";

/** What a revision of a fleet's pods says of its engines' caches. */
export interface CacheConfig {
  /** KV tokens of an engine, as a share of what its profile says. */
  readonly kvFactor: number;
  readonly prefixCaching: boolean;
}

export interface EngineHost {
  /**
   * @param config absent: as the fleet's profile says
   * @returns an engine that takes turns from now on, with cold caches.
   */
  start(role: ReplicaRole, config?: CacheConfig): number;
  /** No new turns for it until it is readmitted. */
  eject(replica: number): void;
  readmit(replica: number): void;
  /** No new turns for it; `onEmpty` is called once it has none left, perhaps at once. */
  drain(replica: number, onEmpty: () => void): void;
  /** Gone at once: clients send its turns again. */
  stop(replica: number): void;
}
