/** Where the units of a fleet's workloads fit on a rack. */
import type { CompiledFleet, CompiledPool, Role } from "../core/compiled.ts";
import type { SimNode, SimPod, SimRack } from "./rack-state.ts";
import { isSchedulable } from "./rack-state.ts";

/** Units of one workload. */
export interface UnitKind {
  readonly workload: string;
  readonly role: Role;
  readonly gpus: number;
  readonly perRack: number;
}

export interface Placement {
  readonly kind: UnitKind;
  /** The leader's node first. */
  readonly nodes: readonly SimNode[];
}

/** @returns the units that a rack of the fleet is to hold. @throws when it has no workload */
export function unitKinds({ key, workloads }: CompiledFleet): readonly UnitKind[] {
  if (workloads.length === 0) throw new Error(`fleet ${key} has no workload to simulate`);
  return workloads.map(({ name, role, gpusPerUnit, unitsPerRack }) => ({
    workload: name,
    role,
    gpus: gpusPerUnit,
    perRack: unitsPerRack,
  }));
}

/**
 * A unit of at most a node's GPUs shares a node with others, a larger one has whole nodes. The
 * workload furthest below its share of the rack is placed first, so that a rack short of nodes
 * keeps its mix of prefill and decode.
 * @returns the units that are missing on the rack and fit its schedulable nodes
 */
export function missingUnits(
  kinds: readonly UnitKind[],
  rack: SimRack,
  { rack: { gpusPerNode } }: Pick<CompiledPool, "rack">,
): readonly Placement[] {
  const free = freeGpus(rack, gpusPerNode);
  const counts = new Map(kinds.map((kind) => [kind, unitsOn(rack, kind)]));
  const filled = (kind: UnitKind): number => (counts.get(kind) ?? 0) / kind.perRack;
  const placements: Placement[] = [];
  for (;;) {
    const open = kinds.filter((kind) => filled(kind) < 1).toSorted((a, b) => filled(a) - filled(b));
    const placed = firstThatFits(open, free, gpusPerNode);
    if (placed === null) return placements;
    placements.push(placed);
    counts.set(placed.kind, (counts.get(placed.kind) ?? 0) + 1);
  }
}

const unitsOn = (rack: SimRack, kind: UnitKind): number =>
  rack.pods.filter(({ workload }) => workload === kind.workload).length;

function freeGpus(rack: SimRack, gpusPerNode: number): Map<SimNode, number> {
  const free = new Map<SimNode, number>();
  for (const node of rack.nodes) if (isSchedulable(node)) free.set(node, gpusPerNode);
  for (const pod of rack.pods) {
    for (const node of pod.nodes) {
      const left = free.get(node);
      if (left !== undefined) free.set(node, left - gpusOnNode(pod, gpusPerNode));
    }
  }
  return free;
}

const gpusOnNode = ({ gpus }: Pick<SimPod, "gpus">, gpusPerNode: number): number =>
  Math.min(gpus, gpusPerNode);

function firstThatFits(
  kinds: readonly UnitKind[],
  free: Map<SimNode, number>,
  gpusPerNode: number,
): Placement | null {
  for (const kind of kinds) {
    const needed = gpusOnNode(kind, gpusPerNode);
    const roomy = [...free].flatMap(([node, gpus]) => (gpus >= needed ? [node] : []));
    const nodes = roomy.slice(0, Math.ceil(kind.gpus / gpusPerNode));
    if (nodes.length * gpusPerNode < kind.gpus) continue;
    for (const node of nodes) free.set(node, (free.get(node) ?? 0) - needed);
    return { kind, nodes };
  }
  return null;
}
