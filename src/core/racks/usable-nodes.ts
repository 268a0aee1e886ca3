import type { CompiledPool } from "../compiled.ts";
import type { NodeObservation, RackObservation } from "../observation.ts";
import type { EpochMs } from "../units.ts";

/** @returns whether units can run on it: Ready, kept, fenced by nobody else, GPUs allocatable */
export const isUsable = (node: NodeObservation, pool: CompiledPool): boolean =>
  node.ready &&
  node.fencedBy === undefined &&
  node.notice === undefined &&
  node.gpusAllocatable >= pool.rack.gpusPerNode;

export function usableNodes(rack: RackObservation, pool: CompiledPool): number {
  let usable = 0;
  for (const node of rack.nodes) if (isUsable(node, pool)) usable += 1;
  return usable;
}

/**
 * @returns when enough nodes to make a rack had registered: the end of its boot; null before that
 */
export function bootedAt({ nodes }: RackObservation, pool: CompiledPool): EpochMs | null {
  const registered = nodes.map(({ createdAt }) => createdAt).toSorted((a, b) => a - b);
  return registered[pool.rack.usableNodes - 1] ?? null;
}
