/** Nodes and pods grouped into racks by NVLink domain. */
import type { CompiledPool } from "../compiled.ts";
import type { PodObservation, RackObservation, UngroupedNode } from "../observation.ts";

/** Nodes whose domain label is missing: booting, or the label's plugin restarts. */
export const UNLABELLED = "unlabelled";

/** @returns the pool's racks, sorted by domain; nodes and pods sorted by name within */
export function groupIntoRacks(
  pool: CompiledPool,
  nodes: readonly UngroupedNode[],
  pods: readonly PodObservation[],
): readonly RackObservation[] {
  const ours = nodes.filter((node) => node.pool === pool.name).toSorted(byName);
  const podsByNode = groupBy(pods.toSorted(byName), ({ node }) => node);
  const racks = groupBy(ours, ({ domain }) => domain ?? UNLABELLED);
  return [...racks.entries()]
    .map(([id, members]) => ({
      id,
      nodes: members.map(withoutGrouping),
      pods: members.flatMap(({ name }) => podsByNode.get(name) ?? []),
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const members = groups.get(keyOf(item));
    if (members === undefined) groups.set(keyOf(item), [item]);
    else members.push(item);
  }
  return groups;
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : 1;

function withoutGrouping(node: UngroupedNode): RackObservation["nodes"][number] {
  const { name, uid, ready, cordoned, gpusAllocatable, createdAt } = node;
  return { name, uid, ready, cordoned, gpusAllocatable, createdAt };
}
