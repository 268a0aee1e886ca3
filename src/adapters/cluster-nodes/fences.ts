/** Taints that keep pods off a node, told from those that every workload of the pool tolerates. */
import type { KeptNode, Taint } from "./decode.ts";

/**
 * Keys that say that a node is not fit for pods now, whoever bears them: of Kubernetes itself (not
 * ready, pressure, out of service, being set up or shut down), of cluster autoscalers, Karpenter,
 * Cluster API and CNIs that are not up. Names as in their documentation.
 */
const PASSING = [
  "node.kubernetes.io/",
  "node.cloudprovider.kubernetes.io/",
  "node.cluster.x-k8s.io/",
  "node.cilium.io/",
  "karpenter.sh/",
  "ToBeDeletedByClusterAutoscaler",
];
/** A cordon, which is told apart by who set it. */
const UNSCHEDULABLE = "node.kubernetes.io/unschedulable";
/** Ours: a rack that is not lent is fenced, so that the loan does not get it. */
const OURS = "breakwater.dev/";

export interface Fences {
  /** @returns who keeps pods off the node; null where nobody but us does */
  of(node: KeptNode): string | null;
}

/**
 * A taint that more than half of a pool's nodes bear is how the pool is set up (`nvidia.com/gpu`, a
 * team's own): its workloads tolerate it, or the pool would serve nobody. Not all of them: one that
 * boots may lack it for a while. What fewer bear is a fence. A fence of somebody's own key around
 * most of a pool is so taken for its set-up; its nodes then count as long as they are Ready.
 *
 * @param otherwise keys of taints that are read on their own: the one that keeps the pool's loan
 *   off, which fleets' pods tolerate, and those that announce that a node goes
 */
export function fencesOf(
  pool: readonly KeptNode[],
  otherwise: readonly (string | undefined)[] = [],
): Fences {
  const bearers = new Map<string, number>();
  for (const { taints } of pool) {
    for (const key of new Set(taints.map(nameOf))) bearers.set(key, (bearers.get(key) ?? 0) + 1);
  }
  const isFence = (taint: Taint, ours: string | null): boolean => {
    if (taint.key === UNSCHEDULABLE || taint.key === ours) return false;
    if (otherwise.includes(taint.key)) return false;
    if (taint.key.startsWith(OURS)) return false;
    if (PASSING.some((prefix) => taint.key.startsWith(prefix))) return true;
    return 2 * (bearers.get(nameOf(taint)) ?? 0) <= pool.length;
  };
  return {
    of: ({ taints, cordoned, cordonedByUs, fencedWith }) =>
      taints.find((taint) => isFence(taint, fencedWith))?.key ??
      (cordoned && !cordonedByUs ? "cordon" : null),
  };
}

const nameOf = ({ key, effect }: Taint): string => `${key}:${effect}`;
