/** The units of an object that are bound to nodes, put together from their pods. */
import type { PodObservation, RackObservation, WorkloadObject } from "../observation.ts";

export interface BoundUnit {
  /** null for kinds without an order: then each pod is a unit. */
  readonly index: number | null;
  readonly rack: string;
  readonly pods: readonly PodObservation[];
  readonly marked: boolean;
}

export interface ObjectOf {
  readonly workload: string;
  readonly object: Pick<WorkloadObject, "ref">;
}

/**
 * @returns the units of the object with a pod on one of the racks that is not ending, one entry a
 *   unit; a unit whose pods are on several racks is counted where its first pod is
 */
export function boundUnits(
  { workload, object }: ObjectOf,
  racks: readonly RackObservation[],
): readonly BoundUnit[] {
  const units = new Map<string, BoundUnit>();
  for (const { id, pods } of racks) {
    for (const pod of pods) {
      const { unit } = pod;
      if (unit === undefined || unit.workload !== workload) continue;
      if (unit.object !== object.ref.name || pod.terminating) continue;
      const key = unit.index === null ? pod.uid : String(unit.index);
      const before = units.get(key);
      units.set(key, {
        index: unit.index,
        rack: before?.rack ?? id,
        pods: [...(before?.pods ?? []), pod],
        marked: unit.marked && (before?.marked ?? true),
      });
    }
  }
  return [...units.values()];
}
