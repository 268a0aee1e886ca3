/** How many units of a fleet's workloads fit a rack: a unit lives inside one rack. */
import type { CompiledFleet, CompiledPool, FleetKey } from "../compiled.ts";
import type { NodeObservation, RackObservation } from "../observation.ts";

/** Units per workload name. */
export type UnitCounts = Readonly<Record<string, number>>;

/** @returns the fleet with so many units per rack instead of those it asks for */
export const withMix = (fleet: CompiledFleet, perRack: UnitCounts = {}): CompiledFleet => ({
  ...fleet,
  workloads: fleet.workloads.map((workload) => ({
    ...workload,
    unitsPerRack: perRack[workload.name] ?? workload.unitsPerRack,
  })),
});

export interface UnitKind {
  readonly name: string;
  readonly gpus: number;
  /** The most that one rack is to hold. */
  readonly perRack: number;
}

/** @param perRack units per rack where prefill and decode were shifted from `unitsPerRack` */
export const unitKinds = (
  { workloads }: Pick<CompiledFleet, "workloads">,
  perRack: UnitCounts = {},
): readonly UnitKind[] =>
  workloads.map(({ name, gpusPerUnit, unitsPerRack }) => ({
    name,
    gpus: gpusPerUnit,
    perRack: perRack[name] ?? unitsPerRack,
  }));

/**
 * A unit of at most a node's GPUs shares a node with others, a larger one has whole nodes. The
 * kind furthest below its share goes first, so that a rack short of nodes keeps its mix.
 *
 * @returns units of each kind that fit so many free nodes, at most `perRack` of it
 */
export function packUnits(
  kinds: readonly UnitKind[],
  nodes: number,
  gpusPerNode: number,
): UnitCounts {
  const free = Array.from({ length: nodes }, () => gpusPerNode);
  const placed = new Map(kinds.map(({ name }) => [name, 0]));
  const share = ({ name, perRack }: UnitKind): number => (placed.get(name) ?? 0) / perRack;
  for (;;) {
    const open = kinds.filter((kind) => share(kind) < 1).toSorted((a, b) => share(a) - share(b));
    const next = open.find((kind) => place(kind.gpus, free, gpusPerNode));
    if (next === undefined) return Object.fromEntries(placed);
    placed.set(next.name, (placed.get(next.name) ?? 0) + 1);
  }
}

/** Takes the unit's GPUs off `free`, GPUs per node. @returns whether there were enough */
function place(gpus: number, free: number[], gpusPerNode: number): boolean {
  const each = Math.min(gpus, gpusPerNode);
  const roomy = free.flatMap((left, node) => (left >= each ? [node] : []));
  const nodes = roomy.slice(0, Math.ceil(gpus / gpusPerNode));
  if (nodes.length * gpusPerNode < gpus) return false;
  for (const node of nodes) free[node] = (free[node] ?? 0) - each;
  return true;
}

/** @returns what fits the rack's nodes that take pods and run nobody else's, per workload */
export function roomOn(
  rack: RackObservation,
  pool: Pick<CompiledPool, "rack">,
  { fleet, kinds }: { readonly fleet: FleetKey; readonly kinds: readonly UnitKind[] },
): UnitCounts {
  const strangers = new Set(rack.pods.flatMap((pod) => (pod.fleet === fleet ? [] : [pod.node])));
  const nodes = rack.nodes.filter(
    (node) => takesPods(node, pool.rack.gpusPerNode) && !strangers.has(node.name),
  );
  return packUnits(kinds, nodes.length, pool.rack.gpusPerNode);
}

const takesPods = (node: NodeObservation, gpusPerNode: number): boolean =>
  node.ready &&
  !node.cordoned &&
  node.fencedBy === undefined &&
  node.notice === undefined &&
  node.gpusAllocatable >= gpusPerNode;
