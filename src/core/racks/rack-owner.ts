import type { FleetKey } from "../compiled.ts";
import type { RackObservation } from "../observation.ts";

/** @returns the fleet with the most pods on the rack, null when none has any */
export function rackOwner(rack: RackObservation): FleetKey | null {
  let only: FleetKey | null = null;
  let isShared = false;
  for (const { fleet } of rack.pods) {
    if (fleet === null || fleet === only) continue;
    if (only === null) only = fleet;
    else isShared = true;
  }
  // Nearly always it is one fleet's alone.
  if (!isShared) return only;
  const counts = new Map<FleetKey, number>();
  for (const { fleet } of rack.pods) {
    if (fleet !== null) counts.set(fleet, (counts.get(fleet) ?? 0) + 1);
  }
  const ranked = [...counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return ranked[0]?.[0] ?? null;
}
