/** Racks, nodes and pods as the simulated provider and cluster hold them. */
import type { FleetKey } from "../core/compiled.ts";
import type { Unit } from "./fleet-service.ts";
import type { LeadTime } from "./lead-times.ts";

export interface SimNode {
  readonly name: string;
  readonly uid: string;
  readonly createdAt: number;
  labelled: boolean;
  ready: boolean;
  cordoned: boolean;
  /** The machine is down, whether or not the cluster has noticed. */
  failed: boolean;
}

export interface SimPod {
  readonly name: string;
  readonly uid: string;
  readonly fleet: FleetKey;
  /** The node of the leader first; GPUs are held on all of them. */
  readonly nodes: readonly SimNode[];
  /** The engine, once it serves. */
  unit: Unit | null;
  readySince: number | null;
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
   * nodes is Ready. Releasing: the provider takes it away. Gone: it did.
   */
  phase: "Requested" | "Arriving" | "Up" | "Releasing" | "Gone";
}

/** @returns whether the rack still counts towards the pool's desired count. */
export const isHeld = (rack: SimRack): boolean =>
  rack.phase !== "Releasing" && rack.phase !== "Gone";

/** @returns whether a pod may be placed on the node. */
export const isSchedulable = (node: SimNode): boolean =>
  node.ready && node.labelled && !node.cordoned && !node.failed;

/** @returns whether the pod's engine answers. */
export const isServing = (pod: SimPod): boolean =>
  pod.unit !== null && !pod.terminating && !pod.gone;
