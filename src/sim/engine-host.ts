/** What the pods of a fleet ask of its engines. Replicas are ids of the fleet's kernel. */
import type { ReplicaRole } from "./kernel/contract.ts";

export interface EngineHost {
  /** @returns an engine that takes turns from now on, with cold caches. */
  start(role: ReplicaRole): number;
  /** No new turns for it; `onEmpty` is called once it has none left, perhaps at once. */
  drain(replica: number, onEmpty: () => void): void;
  /** Gone at once: clients send its turns again. */
  stop(replica: number): void;
}
