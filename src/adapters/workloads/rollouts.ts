/** Which fleets' workloads are being replaced by those of another template. */
import type { FleetKey } from "../../core/compiled.ts";
import type { KeptPod, TargetReading } from "./decode.ts";
import type { Membership } from "./memberships.ts";

/**
 * An object says so itself, or its pods do: the controller of DisaggregatedSet v0.9 writes no
 * status at all, but labels its pods with the revision they are of.
 *
 * @param pods all that are kept: those of a new revision may not be bound yet
 */
export function rolloutsIn(
  members: readonly Membership[],
  pods: readonly KeptPod[],
): readonly FleetKey[] {
  const rolling = members.filter(({ namespace, targets }) =>
    targets.some((target) => target.rollingOut || mixesRevisions(target, namespace, pods)),
  );
  return [...new Set(rolling.map(({ fleet }) => fleet))];
}

function mixesRevisions(
  { selects, revisionLabel }: TargetReading,
  namespace: string,
  pods: readonly KeptPod[],
): boolean {
  if (revisionLabel === null) return false;
  const own = pods.filter((pod) => pod.namespace === namespace && selects(pod.labels));
  // A pod that somebody made by hand has no revision, and is none.
  return new Set(own.flatMap(({ labels }) => labels[revisionLabel] ?? [])).size > 1;
}
