import type { CompiledPool } from "../core/compiled.ts";
import type { NodeRef } from "../core/decision.ts";
import type { UngroupedNode } from "../core/observation.ts";
import type { EpochMs } from "../core/units.ts";

export interface MarkedNode extends NodeRef {
  /** By us. */
  readonly cordoned: boolean;
  /** Key of the taint that we fenced it with; "" where it is marked as lent, null: neither. */
  readonly loanLeft: string | null;
}

/** The nodes of the pools, and whether new pods may land on them. */
export interface ClusterNodes {
  /** @throws PortError when the nodes were never listed. */
  list(pools: readonly CompiledPool[]): Promise<readonly UngroupedNode[]>;
  /** @returns those of the nodes that exist, of whatever pool. @throws PortError as `list` does */
  withUids(uids: readonly string[]): Promise<readonly NodeRef[]>;
  /** @returns nodes of none of the pools that bear marks of ours. @throws PortError as `list` does */
  marked(pools: readonly CompiledPool[]): Promise<readonly MarkedNode[]>;
  /** Idempotent; a node that is gone or was replaced under its name (other uid) is left alone. */
  cordon(nodes: readonly NodeRef[]): Promise<void>;
  uncordon(nodes: readonly NodeRef[]): Promise<void>;
  /**
   * Puts the NoSchedule taint `taint` on nodes and takes the mark off that they are lent.
   * Idempotent; a node that is gone or was replaced is left alone, as above.
   */
  fence(nodes: readonly NodeRef[], taint: string): Promise<void>;
  /**
   * Takes the taint off again and marks the nodes as lent since `at`; null: as not lent, with
   * nothing of a loan left on them. Idempotent.
   */
  unfence(nodes: readonly NodeRef[], taint: string, at: EpochMs | null): Promise<void>;
}
