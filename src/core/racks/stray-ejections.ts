/** Pods that were taken out of routing for a drain that is no more: they get turns again. */
import type { FleetKey } from "../compiled.ts";
import type { Action } from "../decision.ts";
import { isOpen } from "../intents.ts";
import type { GroupObservation, PodObservation } from "../observation.ts";
import { reason } from "../reasons.ts";
import { isGoing } from "./evacuation.ts";
import { drainedPods, isEjected, podRefs } from "./draining.ts";

/**
 * A drain that ends restores its own pods before it closes; these are left where its decision was
 * deleted, or where a pod came into sight later.
 */
export function readmitStrays({ leading, pools, intents }: GroupObservation): readonly Action[] {
  if (!leading) return [];
  const isOut = (pod: PodObservation): boolean => isEjected(pod) && !pod.terminating;
  const racks = pools.flatMap((pool) => pool.racks);
  const staying = racks.filter((rack) => !isGoing(rack));
  const concerned = staying.filter(({ pods }) => pods.some(isOut));
  if (concerned.length === 0) return [];
  const ejected = concerned.flatMap(({ pods }) => pods.filter(isOut));
  const draining = intents.filter(({ phase, direction }) => isOpen(phase) && direction !== "Out");
  const kept = new Set(
    draining.flatMap((intent) => drainedPods(intent, racks).map(({ uid }) => uid)),
  );
  const strays = ejected.filter(({ uid }) => !kept.has(uid));
  const fleets = [...new Set(strays.flatMap(({ fleet }) => fleet ?? []))].toSorted();
  return fleets.map((fleet) => readmit(fleet, strays));
}

function readmit(fleet: FleetKey, strays: readonly PodObservation[]): Action {
  const pods = podRefs(strays.filter((pod) => pod.fleet === fleet));
  const why = reason("readmitting", `${pods.length} pods of ${fleet}.`);
  return { kind: "Readmit", intent: `${fleet}/routing`, fleet, pods, reason: why };
}
