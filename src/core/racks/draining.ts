/** What a drain is about: the nodes and pods of its rack, whatever their labels say meanwhile. */
import type { PodRef } from "../decision.ts";
import type { Intent, NodeObservation, PodObservation, RackObservation } from "../observation.ts";

type Drain = Pick<Intent, "rack" | "victimNodeUids">;

/** @returns the nodes that must leave: those the intent named, under whatever label they now are */
export function namedNodes(
  { victimNodeUids }: Drain,
  racks: readonly RackObservation[],
): readonly NodeObservation[] {
  return racks.flatMap(({ nodes }) => nodes.filter(({ uid }) => victimNodeUids.includes(uid)));
}

/**
 * @returns the nodes to keep pods off: the named ones, and those that were repaired or replaced in
 *   the rack since, which have other uids
 */
export function drainedNodes(
  drain: Drain,
  racks: readonly RackObservation[],
): readonly NodeObservation[] {
  const named = namedNodes(drain, racks);
  const inRack = racks.find(({ id }) => id === drain.rack)?.nodes ?? [];
  const uids = new Set(named.map(({ uid }) => uid));
  return [...named, ...inRack.filter(({ uid }) => !uids.has(uid))];
}

/** @returns the pods on those nodes, also while a missing label puts them in another rack */
export function drainedPods(
  drain: Drain,
  racks: readonly RackObservation[],
): readonly PodObservation[] {
  const names = new Set(drainedNodes(drain, racks).map(({ name }) => name));
  return racks.flatMap(({ pods }) => pods.filter(({ node }) => names.has(node)));
}

export const podRefs = (pods: readonly PodObservation[]): readonly PodRef[] =>
  pods.map(({ namespace, name, uid }) => ({ namespace, name, uid }));

/** Whether we keep pods off the node: what somebody else cordoned stays so. */
export const isCordonedByUs = ({
  cordoned,
  fencedBy,
}: Pick<NodeObservation, "cordoned" | "fencedBy">): boolean => cordoned && fencedBy === undefined;

/** Whether the pod was taken out of routing. */
export const isEjected = ({ route }: Pick<PodObservation, "route">): boolean =>
  (route?.ejectedAt ?? null) !== null;
