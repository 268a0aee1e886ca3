/**
 * Which units die when an object is lowered, by the order of its kind, and what that costs where
 * the units to go are those of one rack.
 *
 * - StatefulSet, LeaderWorkerSet, PodCliqueSet, PodCliqueScalingGroup, a role of a
 *   DisaggregatedSet: the highest indices.
 * - Deployment: pods without a node, pending and unready ones, then those of the lowest
 *   `controller.kubernetes.io/pod-deletion-cost` (kube-controller-manager, ActivePodsWithRanks).
 * - Others do not say, so any unit may go.
 */
import type { WorkloadObject } from "../observation.ts";
import type { BoundUnit } from "./units.ts";

export interface GiveBack {
  /** What the object is lowered to. */
  readonly to: number;
  /** Units of the racks to be emptied. */
  readonly units: number;
  /**
   * Units that die on other racks for it; as many of theirs start there again, their caches cold:
   * what it costs beyond the racks themselves. At worst, where the order is not known.
   */
  readonly restarts: number;
  /** Indices that die, ascending; empty where the kind has none. */
  readonly dying: readonly number[];
}

/**
 * @param racks those to be emptied
 * @param wanted what the other racks have room for
 */
export function giveBack(
  object: Pick<WorkloadObject, "replicas" | "removes">,
  bound: readonly BoundUnit[],
  { racks, wanted }: { readonly racks: readonly string[]; readonly wanted: number },
): GiveBack {
  const units = bound.filter(({ rack }) => racks.includes(rack)).length;
  const to = Math.min(object.replicas, Math.max(wanted, bound.length - units));
  const byIndex = object.removes === "HighestIndex";
  const dying = byIndex
    ? bound.flatMap(({ index }) => (index !== null && index >= to ? [index] : []))
    : [];
  return {
    to,
    units,
    restarts: restartsOf(object, bound, { racks, to, units }),
    dying: dying.toSorted((a, b) => a - b),
  };
}

function restartsOf(
  { replicas, removes }: Pick<WorkloadObject, "replicas" | "removes">,
  bound: readonly BoundUnit[],
  { racks, to, units }: Pick<GiveBack, "to" | "units"> & { readonly racks: readonly string[] },
): number {
  const elsewhere = bound.filter(({ rack }) => !racks.includes(rack));
  if (removes === "LowestCost") return 0;
  if (removes === "Any") return Math.min(units, elsewhere.length, Math.max(0, replicas - to));
  return elsewhere.filter(({ index }) => index !== null && index >= to).length;
}

/** @returns what it does, for people */
export function giveBackText(
  workload: string,
  from: number,
  { to, restarts, dying }: GiveBack,
): string {
  const ends = dying.length === 0 ? "" : ` Indices ${dying.join(", ")} end.`;
  return `${workload} ${from} → ${to}.${ends} Units restarted on other racks: ${restarts}.`;
}

/**
 * @param mayKill bound units that may end: those of a rack being emptied, or of a role that gives
 *   its GPUs to the other; else 0
 * @returns the lowest count that ends no more bound units than that
 */
export function lowestHarmless(
  { replicas, removes }: Pick<WorkloadObject, "replicas" | "removes">,
  bound: readonly BoundUnit[],
  mayKill: number,
): number {
  if (mayKill > 0) return Math.max(0, bound.length - mayKill);
  if (bound.length === 0) return 0;
  if (removes === "Any") return replicas;
  if (removes === "LowestCost") return bound.length;
  return 1 + Math.max(...bound.map(({ index }) => index ?? replicas - 1));
}
