/** The units that routers send turns to, put together from their pods. */
import type { Role } from "../compiled.ts";
import type { PodObservation } from "../observation.ts";
import { epochMs } from "../units.ts";
import type { EpochMs } from "../units.ts";

export interface RoutedUnit {
  readonly role: Role;
  /** Those of its pods that routers know; of a unit over several nodes often the leader alone. */
  readonly pods: readonly PodObservation[];
}

/** @returns one entry a unit, in order of the first pod's name */
export function routedUnits(pods: readonly PodObservation[]): readonly RoutedUnit[] {
  const units = new Map<string, RoutedUnit>();
  const ordered = pods.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const pod of ordered) {
    if (pod.route === undefined) continue;
    const key = keyOf(pod);
    units.set(key, { role: pod.role, pods: [...(units.get(key)?.pods ?? []), pod] });
  }
  return [...units.values()];
}

const keyOf = ({ uid, namespace, unit }: PodObservation): string =>
  unit === undefined || unit.index === null
    ? uid
    : [namespace, unit.workload, unit.object, unit.index].join("/");

/** @returns since when the whole unit is out of routing; null while one of its pods is in it */
export function ejectedSince({ pods }: RoutedUnit): EpochMs | null {
  const instants = pods.flatMap(({ route }) => route?.ejectedAt ?? []);
  return instants.length < pods.length ? null : epochMs(Math.max(...instants));
}
