/** Which pods of a loan go together: those of a gang, on whatever racks they run. */
import type { PodObservation, RackObservation } from "../observation.ts";

/** Pods that are told to go all at once: a gang, or a pod that runs alone. */
export interface Gang {
  readonly id: string;
  readonly pods: readonly PodObservation[];
}

/** @returns whether the pod belongs to the pool's loan */
export const isOfLoan = ({ loan }: Pick<PodObservation, "loan">, pool: string): boolean =>
  loan?.pools.includes(pool) === true;

/** A gang's name is its own namespace's. */
export const gangId = ({ namespace, uid, loan }: PodObservation): string =>
  loan?.gang === undefined ? `pod/${uid}` : `${namespace}/${loan.gang}`;

/** @returns the gangs with pods on the rack, with all their pods in `racks`; by first appearance */
export function gangsOn(
  rack: RackObservation,
  racks: readonly RackObservation[],
  pool: string,
): readonly Gang[] {
  const ours = rack.pods.filter((pod) => isOfLoan(pod, pool));
  const ids = [...new Set(ours.map(gangId))];
  if (ids.length === 0) return [];
  const all = racks.flatMap(({ pods }) => pods).filter((pod) => isOfLoan(pod, pool));
  return ids.map((id) => ({ id, pods: all.filter((pod) => gangId(pod) === id) }));
}

/**
 * Of another pool, decided with this one or not, or of none. A pod that holds no GPUs is left to
 * its own controller, wherever it runs; of one that is ending the next life may be anywhere.
 *
 * @param pods all there are
 * @returns ids of the pool's gangs that hold GPUs on nodes which are in none of its racks
 */
export function gangsElsewhere(
  pool: string,
  racks: readonly RackObservation[],
  pods: readonly PodObservation[],
): readonly string[] {
  const own = new Set(racks.flatMap(({ nodes }) => nodes.map(({ name }) => name)));
  const beyond = pods.filter(
    (pod) =>
      isOfLoan(pod, pool) && !own.has(pod.node) && pod.loan?.light !== true && !pod.terminating,
  );
  const here = new Set(
    racks.flatMap((rack) => rack.pods.filter((pod) => isOfLoan(pod, pool)).map(gangId)),
  );
  return [...new Set(beyond.map(gangId))].filter((id) => here.has(id)).toSorted();
}

/** @returns the other racks on which the gangs have pods */
export function spannedRacks(
  rack: Pick<RackObservation, "id">,
  gangs: readonly Gang[],
  racks: readonly RackObservation[],
): readonly RackObservation[] {
  const nodes = new Set(gangs.flatMap(({ pods }) => pods.map(({ node }) => node)));
  return racks.filter(
    (other) => other.id !== rack.id && other.nodes.some(({ name }) => nodes.has(name)),
  );
}
