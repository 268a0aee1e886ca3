/** Nodes whose domain label has vanished, put back where they were. */
import type { RackSeen } from "../memory.ts";
import type { NodeObservation, PodObservation, RackObservation } from "../observation.ts";
import { UNLABELLED } from "./inventory.ts";

type Seen = Readonly<Record<string, RackSeen>>;

/**
 * `nvidia.com/gpu.clique` is a runtime label: it goes when its plugin restarts, and comes back. A
 * node does not leave its rack by that. One that never had a label stays among the unlabelled.
 *
 * @returns the racks with every known node in the rack it was last seen in, by node uid
 */
export function withRememberedNodes(
  racks: readonly RackObservation[],
  seen: Seen,
): readonly RackObservation[] {
  const unlabelled = racks.filter(({ id }) => id === UNLABELLED);
  if (unlabelled.length === 0) return racks;
  const homes = homesOf(seen);
  const moved = new Map<string, NodeObservation[]>();
  for (const node of unlabelled.flatMap(({ nodes }) => nodes)) {
    const home = homes.get(node.uid) ?? UNLABELLED;
    moved.set(home, [...(moved.get(home) ?? []), node]);
  }
  const pods = unlabelled.flatMap((rack) => rack.pods);
  const labelled = racks.filter(({ id }) => id !== UNLABELLED);
  const ids = new Set(labelled.map(({ id }) => id));
  const emptied = [...moved.keys()]
    .filter((id) => !ids.has(id))
    .map((id): RackObservation => ({ id, nodes: [], pods: [] }));
  return [...labelled, ...emptied]
    .map((rack) => withNodes(rack, moved.get(rack.id) ?? [], pods))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function homesOf(seen: Seen): ReadonlyMap<string, string> {
  const homes = new Map<string, string>();
  for (const [id, { nodes = [] }] of Object.entries(seen)) {
    if (id !== UNLABELLED) for (const uid of nodes) homes.set(uid, id);
  }
  return homes;
}

function withNodes(
  rack: RackObservation,
  more: readonly NodeObservation[],
  pods: readonly PodObservation[],
): RackObservation {
  if (more.length === 0) return rack;
  const names = new Set(more.map(({ name }) => name));
  return {
    id: rack.id,
    nodes: [...rack.nodes, ...more].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    pods: [...rack.pods, ...pods.filter(({ node }) => names.has(node))],
  };
}

/**
 * @returns racks that unlabelled nodes must be of: as many as they fill beyond the places that are
 *   free in the other racks
 */
export function unlabelledRacks(racks: readonly RackObservation[], rackNodes: number): number {
  const waiting = racks.find(({ id }) => id === UNLABELLED)?.nodes.length ?? 0;
  if (waiting === 0) return 0;
  const free = racks
    .filter(({ id }) => id !== UNLABELLED)
    .reduce((sum, { nodes }) => sum + Math.max(0, rackNodes - nodes.length), 0);
  return Math.ceil(Math.max(0, waiting - free) / rackNodes);
}
