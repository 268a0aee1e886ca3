/** Engines that answer, by fleet: found in one walk over the racks. */
import type { FleetKey } from "../../compiled.ts";
import type { RackObservation } from "../../observation.ts";
import type { EpochMs } from "../../units.ts";

export interface AnsweringPod {
  readonly pod: string;
  readonly since: EpochMs;
}

export function answeringPods(
  racks: readonly RackObservation[],
): ReadonlyMap<FleetKey, readonly AnsweringPod[]> {
  const byFleet = new Map<FleetKey, AnsweringPod[]>();
  for (const { pods } of racks) {
    for (const { name, fleet, readySince } of pods) {
      if (fleet === null || readySince === null) continue;
      const known = byFleet.get(fleet);
      if (known === undefined) byFleet.set(fleet, [{ pod: name, since: readySince }]);
      else known.push({ pod: name, since: readySince });
    }
  }
  return byFleet;
}
