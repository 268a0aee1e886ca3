import type { FleetKey } from "../compiled.ts";
import type { RackObservation } from "../observation.ts";

/** @returns the fleet with the most pods on the rack, null when none has any */
export function rackOwner(rack: RackObservation): FleetKey | null {
  const first = rack.pods.find(({ fleet }) => fleet !== null)?.fleet ?? null;
  // Nearly always it is one fleet's alone.
  if (rack.pods.every(({ fleet }) => fleet === null || fleet === first)) return first;
  const counts = new Map<FleetKey, number>();
  for (const { fleet } of rack.pods) {
    if (fleet !== null) counts.set(fleet, (counts.get(fleet) ?? 0) + 1);
  }
  const ranked = [...counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return ranked[0]?.[0] ?? null;
}
