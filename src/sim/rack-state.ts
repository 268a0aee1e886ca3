/** Racks, nodes and pods as the simulated provider and cluster hold them. */
import type { FleetKey, Role } from "../core/compiled.ts";
import type { EpochMs } from "../core/units.ts";
import type { LeadTime } from "./lead-times.ts";

export interface SimNode {
  readonly name: string;
  readonly uid: string;
  readonly createdAt: number;
  labelled: boolean;
  ready: boolean;
  /** Marked unschedulable by a client of the cluster. */
  cordoned: boolean;
  /** The fence taint of the pool's loan, which fleets' pods tolerate. */
  loanFence: boolean;
  /** Since when it is lent to the pool's loan; null while it is not. */
  lentAt: EpochMs | null;
  /** Marked unschedulable by the provider: repair, maintenance. */
  fenced: boolean;
  /** The provider has said that it takes the machine shortly. */
  noticed: boolean;
  /** The machine is down, whether or not the cluster has noticed. */
  failed: boolean;
}

export interface SimPod {
  readonly name: string;
  readonly uid: string;
  /** null: preemptible work that the rack is on loan to. */
  readonly fleet: FleetKey | null;
  readonly workload: string;
  readonly role: Role;
  readonly gpus: number;
  /** The node of the leader first; GPUs are held on all of them. */
  readonly nodes: readonly SimNode[];
  /** Which rollout of its fleet it belongs to. */
  readonly revision: number;
  /** The engine in the fleet's kernel, while it lives. */
  replica: number | null;
  /** Since when the cluster shows it Ready; null while it does not. */
  readySince: number | null;
  /** Whether its engine ever served: from then on its endpoint is scraped. */
  served: boolean;
  /** Since when its router sends it no new turns; null while it does. */
  ejectedAt: EpochMs | null;
  terminating: boolean;
  gone: boolean;
}

export interface SimRack {
  readonly id: string;
  readonly lead: LeadTime;
  readonly nodes: SimNode[];
  readonly pods: SimPod[];
  /**
   * Requested: asked for, nothing granted. Arriving: granted, nodes boot and join. Up: a quorum of
   * nodes is Ready. Repairing: the provider has it out of service and will put it back. Releasing:
   * the provider takes it away. Gone: it did.
   */
  phase: "Requested" | "Arriving" | "Up" | "Repairing" | "Releasing" | "Gone";
  /** Its boot step is over. */
  booted: boolean;
  /** An engine on it has served. */
  served: boolean;
  /** Preemptible work has it. */
  loaned: boolean;
  /** How much longer than drawn its arrival takes. */
  hangMs: number;
}

/** @returns whether any of the rack's nodes is lent: then fleets keep away from it */
export const isLent = ({ nodes }: SimRack): boolean => nodes.some(({ lentAt }) => lentAt !== null);

/** @returns whether the rack still counts towards the pool's desired count. */
export const isHeld = (rack: SimRack): boolean =>
  rack.phase !== "Releasing" && rack.phase !== "Gone";

/** @returns whether the provider has handed the rack out: from grant to release. */
export const isGranted = (rack: SimRack): boolean =>
  rack.phase !== "Requested" && rack.phase !== "Gone";

/** @returns whether a pod may be placed on the node. */
export const isSchedulable = (node: SimNode): boolean =>
  node.ready && node.labelled && !node.cordoned && !node.fenced && !node.noticed && !node.failed;

/** @returns whether the pod's engine answers and takes turns. */
export const isServing = (pod: SimPod): boolean =>
  pod.replica !== null && !pod.terminating && !pod.gone;
