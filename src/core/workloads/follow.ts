/** Units follow the racks: down first, up only where the GPUs they need are free. */
import type { Action } from "../decision.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import type { Shift } from "./balance.ts";
import type { FleetRack } from "./fleet-racks.ts";
import type { HoldInput } from "./holds.ts";
import { replicasHold } from "./holds.ts";
import { podsOf } from "./lead-down.ts";
import { lowestHarmless } from "./removal.ts";
import { replicaActions } from "./replica-actions.ts";
import type { SizedChange } from "./replica-actions.ts";
import type { ObjectWanted } from "./wanted.ts";

export interface FollowInput extends HoldInput {
  readonly racks: readonly FleetRack[];
  /** Objects that Breakwater sizes and that no drain of this tick is about. */
  readonly wanted: readonly ObjectWanted[];
  /** Of all sized objects: whose units take the GPUs that others are to have. */
  readonly all: readonly ObjectWanted[];
  /** Where prefill and decode may be shifted: units per rack. */
  readonly shift: Shift | undefined;
}

export interface Followed {
  readonly actions: readonly Action[];
  /** By workload name: why a count that is not as wanted stays. */
  readonly holds: Readonly<Record<string, Reason>>;
}

interface Judged {
  readonly entry: ObjectWanted;
  readonly to: number;
  readonly hold: Reason | null;
}

/** @returns the changes of counts of this tick, all down or all up, and marks to take off */
export function follow(input: FollowInput): Followed {
  const judged = input.wanted.map((entry) => judge(entry, input));
  const free = judged.filter(({ hold }) => hold === null);
  const down = free.filter(({ entry, to }) => to < entry.object.replicas);
  const up = free.filter(({ entry, to }) => to > entry.object.replicas);
  const now = down.length > 0 ? down : up;
  const changes = now.map(({ entry, to }) => changeOf(entry, to, input.shift));
  const fleet = input.fleet.key;
  return {
    actions: [...replicaActions(changes, { fleet }), ...unmarking(input)],
    holds: Object.fromEntries(
      judged.flatMap(({ entry, hold }) => (hold === null ? [] : [[entry.workload.name, hold]])),
    ),
  };
}

function judge(entry: ObjectWanted, input: FollowInput): Judged {
  const { workload, object, bound, wanted, mayKill } = entry;
  if (wanted > object.replicas) {
    const hold = replicasHold("Up", workload, object, input) ?? notFree(input);
    return { entry, to: wanted, hold };
  }
  const lowest = lowestHarmless(object, bound, mayKill + unitsToShift(entry, input));
  const to = Math.min(object.replicas, Math.max(wanted, lowest));
  const moves = to < object.replicas;
  return { entry, to, hold: moves ? replicasHold("Down", workload, object, input) : null };
}

/**
 * Bound units that may end because their GPUs go to the other role: those above the mix, rack by
 * rack. None while a rack is not up: its units would be taken for too many.
 */
function unitsToShift({ workload, bound }: ObjectWanted, { shift, racks }: FollowInput): number {
  const most = shift?.perRack[workload.name];
  if (most === undefined || racks.some(({ state }) => state !== "Up")) return 0;
  return racks.reduce((sum, { rack }) => {
    const units = bound.filter((unit) => unit.rack === rack.id).length;
    return sum + Math.max(0, units - most);
  }, 0);
}

/** More units run than fit: until they have ended, others would wait for their GPUs. */
function notFree({ all, shift, racks, fleet }: FollowInput): Reason | null {
  const over = all.find(({ bound, wanted }) => bound.length > wanted);
  if (over !== undefined) {
    const found = `${over.workload.name} still runs ${over.bound.length} of ${over.wanted} units.`;
    return reason("rebalancing", found);
  }
  const ending = racks.some(({ rack }) =>
    rack.pods.some((pod) => pod.fleet === fleet.key && pod.terminating && pod.unit !== undefined),
  );
  return shift !== undefined && ending
    ? reason("rebalancing", "Units of the other role are ending.")
    : null;
}

function changeOf(
  { workload, object, wanted }: ObjectWanted,
  to: number,
  shift: Shift | undefined,
): SizedChange {
  const shifted =
    (shift?.perRack[workload.name] ?? workload.unitsPerRack) !== workload.unitsPerRack;
  const code = shifted ? "rebalancing" : "units-follow";
  const text = `${workload.name} ${object.replicas} → ${to}: the racks have room for ${wanted}.`;
  return { workload, object, to, reason: reason(code, text) };
}

/** A drain that was given up leaves marks on pods that stay. */
function unmarking({ wanted, racks, fleet, leading }: FollowInput): readonly Action[] {
  const up = new Set(racks.filter(({ state }) => state === "Up").map(({ rack }) => rack.id));
  const pods = wanted.flatMap(({ bound }) =>
    podsOf(bound.filter(({ rack, pods }) => up.has(rack) && pods.some((pod) => pod.unit?.marked))),
  );
  if (pods.length === 0 || !leading) return [];
  const why = reason("units-follow", `${pods.length} pods are no longer the first to go.`);
  const intent = `${fleet.key}/marks`;
  return [{ kind: "MarkPods", intent, fleet: fleet.key, pods, marked: false, reason: why }];
}
