/** What giving back a rack would restart elsewhere, before anything is begun. */
import type { CompiledFleet } from "../compiled.ts";
import type { FleetObservation, RackObservation } from "../observation.ts";
import { giveBack, giveBackText } from "./removal.ts";
import { boundUnits } from "./units.ts";

export interface ShuffleInput {
  readonly fleet: CompiledFleet;
  readonly observed: FleetObservation;
  /** Of the pool that gives a rack back. */
  readonly racks: readonly RackObservation[];
}

/** @returns a sentence per sized workload that would restart more units than it allows */
export function shuffles(rack: string, input: ShuffleInput): readonly string[] {
  const { fleet, observed, racks } = input;
  return fleet.workloads.flatMap((workload) => {
    if (workload.manage !== "Replicas" || workload.layout !== "SharedSet") return [];
    const objects = observed.workloads?.find(({ name }) => name === workload.name)?.objects ?? [];
    return objects.flatMap((object) => {
      const bound = boundUnits({ workload: workload.name, object }, racks);
      const back = giveBack(object, bound, { racks: [rack], wanted: 0 });
      const most = workload.sharedSetRestarts ?? 0;
      if (back.restarts <= most) return [];
      const text = giveBackText(workload.name, object.replicas, back);
      return [`Rack ${rack}: ${text} sharedSetRestarts allows ${most}.`];
    });
  });
}

/** @returns the racks that cost no more restarts than allowed; all of them where none does */
export function lowerable(input: ShuffleInput): readonly RackObservation[] {
  const cheap = input.racks.filter(({ id }) => shuffles(id, input).length === 0);
  return cheap.length === 0 ? input.racks : cheap;
}
