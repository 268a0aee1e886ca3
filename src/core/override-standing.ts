/** Which parts of an override act, and which give way: the most restrictive of all wins. */
import type { CompiledFleet } from "./compiled.ts";
import { lowestCeiling, mostRacks } from "./intents.ts";
import type { OverrideObservation } from "./observation.ts";

/** Sentences without their full stops. */
export interface OverrideStanding {
  /** What it brings about, of the fleet. */
  readonly acts: readonly string[];
  /** What it asks for in vain, each with what is stricter. */
  readonly givesWay: readonly string[];
}

/**
 * @param all the overrides of the fleet that have not ended, this one among them
 * @returns what the override brings about for the fleet; two of the same strictness both act
 */
export function standingOf(
  override: OverrideObservation,
  fleet: Pick<CompiledFleet, "racks">,
  all: readonly OverrideObservation[],
): OverrideStanding {
  const parts = [
    ...pauses(override),
    ceilingPart(override, fleet, all),
    floorPart(override, fleet, all),
  ];
  return {
    acts: parts.flatMap((part) => (part?.acts === true ? [part.text] : [])),
    givesWay: parts.flatMap((part) => (part?.acts === false ? [part.text] : [])),
  };
}

interface Part {
  readonly acts: boolean;
  readonly text: string;
}

const acting = (text: string): Part => ({ acts: true, text });
const vain = (text: string): Part => ({ acts: false, text });

const pauses = ({ pauseOut, pauseIn }: OverrideObservation): readonly Part[] => [
  ...(pauseOut ? [acting("nothing grows")] : []),
  ...(pauseIn ? [acting("nothing is given back")] : []),
];

function ceilingPart(
  { ceilingRacks: ceiling }: OverrideObservation,
  fleet: Pick<CompiledFleet, "racks">,
  all: readonly OverrideObservation[],
): Part | null {
  if (ceiling === null) return null;
  const lowest = lowestCeiling(all);
  if (ceiling > lowest)
    return vain(`ceilingRacks ${ceiling}: ${ceilingOwner(all)} allows ${lowest}`);
  const most = mostRacks(fleet, all);
  if (ceiling > most) return vain(`ceilingRacks ${ceiling}: the fleet may have ${most} anyway`);
  return acting(`at most ${ceiling} racks`);
}

function floorPart(
  { floorRacks: floor, breakGlass }: OverrideObservation,
  fleet: Pick<CompiledFleet, "racks">,
  all: readonly OverrideObservation[],
): Part | null {
  if (floor === null) return null;
  const asked = `floorRacks ${floor}`;
  const highest = all.reduce((most, next) => (floorOf(next) > floorOf(most) ? next : most));
  const lowest = lowestCeiling(all);
  if (floor > lowest) return vain(`${asked}: ${ceilingOwner(all)} allows ${lowest}`);
  if (floor < floorOf(highest)) {
    return vain(`${asked}: FleetOverride ${highest.name} asks for ${floorOf(highest)}`);
  }
  const { min } = fleet.racks;
  if (floor < min) return vain(`${asked}: racks.min is ${min}`);
  const most = mostRacks(fleet, all);
  if (floor > most) return acting(`at least ${most} racks, not ${floor}: racks.max is ${most}`);
  const glass = breakGlass === true && floor > fleet.racks.max;
  return acting(`at least ${floor} racks${glass ? `, over racks.max ${fleet.racks.max}` : ""}`);
}

const floorOf = ({ floorRacks }: OverrideObservation): number => floorRacks ?? 0;

function ceilingOwner(all: readonly OverrideObservation[]): string {
  const lowest = lowestCeiling(all);
  const owner = all.find(({ ceilingRacks }) => ceilingRacks === lowest);
  return `FleetOverride ${owner?.name ?? ""}`;
}
