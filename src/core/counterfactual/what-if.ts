/** What would have been decided if something had been otherwise, and what it takes to differ. */
import type { FleetKey } from "../compiled.ts";
import { decide } from "../decide.ts";
import type { FleetDecision } from "../decision.ts";
import type { DecidedOn } from "./decided-on.ts";
import { demandTimes, hitRateOf, leadTimeTimes } from "./changes.ts";
import type { Assumption } from "./assumptions.ts";
import type { Change } from "./decided-on.ts";

/** @returns what is decided for the fleet; undefined when it is not of the group */
export function decisionFor(world: DecidedOn, fleet: FleetKey): FleetDecision | undefined {
  const { group, observation, memory } = world;
  return decide(group, observation, memory).decision.fleets.find((each) => each.fleet === fleet);
}

/** @returns the world with every assumption made, in their order */
export const assuming = (
  world: DecidedOn,
  fleet: FleetKey,
  assumptions: readonly Pick<Assumption, "change">[],
): DecidedOn => assumptions.reduce((edited, { change }) => change(edited, fleet), world);

/** The smallest change of one thing that changes how many racks are wanted. */
export interface Flip {
  /** As an assumption, with the value at which it flips. */
  readonly assumption: string;
  readonly wantRacks: number;
}

/** A thing that can be moved step by step away from what it is. */
interface Dial {
  readonly name: string;
  /** @param share 0: as it is; 1: as far as is looked */
  readonly at: (share: number) => Change;
  readonly shown: (share: number) => string;
}

/** How far each thing is moved: beyond, "what if" is another world. */
const FURTHEST_FACTOR = 4;

/** Steps outward: a want that only flips back in between is not looked for. */
const STEPS = 8;
/** Halvings of the step in which it flips: to a thousandth of the way. */
const HALVINGS = 7;

/** What is tried is what is shown: rounded away from what is, so that the shown value does flip. */
function rounded(value: number, from: number, perUnit: number): number {
  const away = value < from ? Math.floor : Math.ceil;
  return away(value * perUnit) / perUnit;
}

function factorDial(name: string, make: (factor: number) => Change, furthest: number): Dial {
  const factorAt = (share: number): number => rounded(Math.exp(share * Math.log(furthest)), 1, 100);
  return {
    name,
    at: (share) => make(factorAt(share)),
    shown: (share) => `x${factorAt(share).toFixed(2)}`,
  };
}

function hitRateDial(from: number, to: number): Dial {
  const hitRateAt = (share: number): number => rounded(from + share * (to - from), from, 1_000);
  return {
    name: "hitRate",
    at: (share) => hitRateOf(hitRateAt(share)),
    shown: (share) => hitRateAt(share).toFixed(3),
  };
}

function dialsFrom({ cache }: FleetDecision): readonly Dial[] {
  const hitRate = cache.hitRate === null ? [] : [cache.hitRate];
  return [
    factorDial("demand", demandTimes, FURTHEST_FACTOR),
    factorDial("demand", demandTimes, 1 / FURTHEST_FACTOR),
    ...hitRate.flatMap((now) => [hitRateDial(now, 0), hitRateDial(now, 1)]),
    factorDial("leadTime", leadTimeTimes, FURTHEST_FACTOR),
    factorDial("leadTime", leadTimeTimes, 1 / FURTHEST_FACTOR),
  ];
}

/** @returns the nearest flip of the want of each thing; none where the fleet is not of the group */
export function flips(world: DecidedOn, fleet: FleetKey): readonly Flip[] {
  const decided = decisionFor(world, fleet);
  if (decided === undefined) return [];
  const wantAt = (dial: Dial, share: number): number =>
    decisionFor(dial.at(share)(world, fleet), fleet)?.want.racks ?? decided.want.racks;
  return dialsFrom(decided).flatMap((dial) => {
    const share = firstFlip((at) => wantAt(dial, at) !== decided.want.racks);
    if (share === null) return [];
    const wantRacks = wantAt(dial, share);
    return [{ assumption: `${dial.name}=${dial.shown(share)}`, wantRacks }];
  });
}

/** @returns the least share of the way at which it differs, to a thousandth; null: nowhere */
function firstFlip(differs: (share: number) => boolean): number | null {
  for (let step = 1; step <= STEPS; step += 1) {
    if (differs(step / STEPS)) return halved((step - 1) / STEPS, step / STEPS, differs);
  }
  return null;
}

function halved(same: number, other: number, differs: (share: number) => boolean): number {
  let [low, high] = [same, other];
  for (let round = 0; round < HALVINGS; round += 1) {
    const middle = (low + high) / 2;
    if (differs(middle)) high = middle;
    else low = middle;
  }
  return high;
}
