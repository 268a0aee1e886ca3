/** How many units each object of a workload should have: what fits the racks, and no more. */
import type { CompiledFleet, CompiledWorkload } from "../compiled.ts";
import type { WorkloadObject } from "../observation.ts";
import type { FleetRack } from "./fleet-racks.ts";
import type { UnitKind } from "./room.ts";
import { roomOn, unitKinds } from "./room.ts";
import { boundUnits } from "./units.ts";
import type { BoundUnit } from "./units.ts";

/** Where people say which rack an object without pods belongs to; its value is the rack's id. */
export const RACK_LABEL = "breakwater.dev/rack";

export interface ObjectWanted {
  readonly workload: CompiledWorkload;
  readonly object: WorkloadObject;
  readonly bound: readonly BoundUnit[];
  readonly wanted: number;
  /** Bound units that may end for it: those on racks that are being emptied. */
  readonly mayKill: number;
  /** Racks that are being emptied of its units. */
  readonly emptied: readonly string[];
}

export interface WantedInput {
  readonly fleet: CompiledFleet;
  readonly racks: readonly FleetRack[];
  /** Units per rack where prefill and decode were shifted. */
  readonly perRack?: Readonly<Record<string, number>>;
}

/** @returns one entry per object; racks that are up and have no object are left out */
export function wantedOf(
  workload: CompiledWorkload,
  objects: readonly WorkloadObject[],
  input: WantedInput,
): readonly ObjectWanted[] {
  const kinds = unitKinds(input.fleet, input.perRack);
  const seen = objects.map((object) => ({ object, bound: boundOf(workload, object, input.racks) }));
  const ranges = workload.layout === "SharedSet" ? shared(seen, input) : perRack(seen, input);
  return ranges.map(({ object, bound, racks }) => {
    const emptied = racks.filter(({ state }) => state === "Emptied").map(({ rack }) => rack.id);
    return {
      workload,
      object,
      bound,
      wanted: racks.reduce(
        (sum, rack) => sum + roomFor(rack, { workload, bound, kinds, input }),
        0,
      ),
      mayKill: bound.filter(({ rack }) => emptied.includes(rack)).length,
      emptied,
    };
  });
}

interface Seen {
  readonly object: WorkloadObject;
  readonly bound: readonly BoundUnit[];
}

const boundOf = (
  { name }: CompiledWorkload,
  object: WorkloadObject,
  racks: readonly FleetRack[],
): readonly BoundUnit[] =>
  boundUnits(
    { workload: name, object },
    racks.map(({ rack }) => rack),
  );

interface RoomInput extends Pick<Seen, "bound"> {
  readonly workload: CompiledWorkload;
  readonly kinds: readonly UnitKind[];
  readonly input: WantedInput;
}

/** A rack that is leaving keeps the units that are on it until they are evicted. */
function roomFor(fleetRack: FleetRack, { workload, bound, kinds, input }: RoomInput): number {
  const { rack, pool, state } = fleetRack;
  if (state === "Leaving") return bound.filter((unit) => unit.rack === rack.id).length;
  if (state !== "Up") return 0;
  return roomOn(rack, pool, { fleet: input.fleet.key, kinds })[workload.name] ?? 0;
}

type Assigned = Seen & { readonly racks: readonly FleetRack[] };

/** One object spans all racks. */
const shared = (seen: readonly Seen[], { racks }: WantedInput): readonly Assigned[] =>
  seen.slice(0, 1).map((each) => ({ ...each, racks }));

/** An object has the rack that it is bound to, else the one its units are on, else a free one. */
function perRack(seen: readonly Seen[], { racks }: WantedInput): readonly Assigned[] {
  // Those that ask for units already come first: nothing is to be moved from one to another.
  const byNeed = seen.toSorted((a, b) => b.object.replicas - a.object.replicas);
  const home = byNeed.map((each) => ({ ...each, rack: homeOf(each, racks) }));
  const taken = new Set(home.flatMap(({ rack }) => (rack === undefined ? [] : [rack.rack.id])));
  const free = racks.filter(({ rack, state }) => state === "Up" && !taken.has(rack.id));
  return home.map(({ object, bound, rack }) => {
    const given = rack ?? (isBound(object, racks) ? undefined : free.shift());
    return { object, bound, racks: given === undefined ? [] : [given] };
  });
}

function homeOf({ object, bound }: Seen, racks: readonly FleetRack[]): FleetRack | undefined {
  const named = racks.find((candidate) => namesRack(object, candidate));
  if (named !== undefined) return named;
  const [first] = bound;
  return racks.find(({ rack }) => rack.id === first?.rack);
}

const namesRack = ({ boundTo }: WorkloadObject, { pool, rack }: FleetRack): boolean =>
  [RACK_LABEL, ...pool.rack.domainKeys].some((key) => boundTo[key] === rack.id);

/** Whether the object names some rack: then no other is its own. */
const isBound = ({ boundTo }: WorkloadObject, racks: readonly FleetRack[]): boolean =>
  [RACK_LABEL, ...racks.flatMap(({ pool }) => pool.rack.domainKeys)].some(
    (key) => boundTo[key] !== undefined,
  );
