/** Whose a rack is while it goes from one fleet to another: read off its nodes and pods. */
import type { FleetKey } from "../compiled.ts";
import type { PoolMemory } from "../memory.ts";
import type { Intent, RackObservation } from "../observation.ts";
import { drainedNodes, drainedPods, isCordonedByUs } from "../racks/draining.ts";

/**
 * @returns whether the taker has the rack: the giver's pods are gone and no node bears our cordon.
 *   Between the two it is nobody's, so that neither starts units on it
 */
export function isHandedOver(intent: Intent, racks: readonly RackObservation[]): boolean {
  if (intent.direction !== "Move" || intent.phase !== "Executing") return false;
  const nodes = drainedNodes(intent, racks);
  return (
    nodes.length > 0 &&
    !nodes.some(isCordonedByUs) &&
    drainedPods(intent, racks).every(({ fleet }) => fleet !== intent.fleet)
  );
}

/** @returns whom the rack was handed over to, while the decision that did it is open; else null */
export const takerOf = (
  { id }: Pick<RackObservation, "id">,
  racks: readonly RackObservation[],
  intents: readonly Intent[],
): FleetKey | null =>
  intents.find((intent) => intent.rack === id && isHandedOver(intent, racks))?.taker ?? null;

/**
 * The caches went with the giver's pods: what is remembered of serving is not the taker's.
 *
 * @returns the sightings, with racks that were handed over and do not serve yet as new ones
 */
export function withoutGiversPast(
  seen: PoolMemory["seen"],
  racks: readonly RackObservation[],
  intents: readonly Intent[],
): PoolMemory["seen"] {
  const fresh = racks.filter(
    (rack) => takerOf(rack, racks, intents) !== null && rack.pods.every(({ ready }) => !ready),
  );
  if (fresh.length === 0) return seen;
  const reset = fresh.flatMap(({ id }) => {
    const sight = seen[id];
    return sight === undefined ? [] : [[id, { ...sight, servingAt: null }] as const];
  });
  return { ...seen, ...Object.fromEntries(reset) };
}
