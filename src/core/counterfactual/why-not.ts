/** Why a fleet does not get another number of racks: "why 7 and not 8?". */
import type { CompiledFleet, CompiledPool, FleetKey } from "../compiled.ts";
import { drawsOn } from "../compiled.ts";
import type { FleetDecision } from "../decision.ts";
import { rackCount } from "../units.ts";
import type { RackCount } from "../units.ts";
import { maxRacksOf, minRacksOf } from "./changes.ts";
import { fleetOf } from "./decided-on.ts";
import type { DecidedOn } from "./decided-on.ts";
import { decisionFor } from "./what-if.ts";
import { inPercent } from "../in-percent.ts";

export interface WhyNot {
  readonly racks: RackCount;
  readonly wantRacks: RackCount;
  readonly targetRacks: RackCount;
  /** Predicted at the demand that sizing looks at; null where nothing could be sized. */
  readonly attainment: number | null;
  readonly attainmentAtWant: number | null;
  /** The largest share that an objective asks for. */
  readonly requiredShare: number;
  /** What the racks cost more an hour than those wanted, at the dearest pool; null: no price. */
  readonly moreUsdPerHour: number | null;
  /** What would be let through if somebody asked for as many. */
  readonly targetIfAsked: RackCount;
  readonly sentences: readonly string[];
}

/** @returns undefined when the fleet is not of the group */
export function whyNot(world: DecidedOn, fleet: FleetKey, racks: number): WhyNot | undefined {
  const terms = fleetOf(world, fleet);
  const decided = decisionFor(world, fleet);
  if (terms === undefined || decided === undefined) return undefined;
  const more = racks > decided.want.racks;
  const asked = decisionFor((more ? minRacksOf : maxRacksOf)(racks)(world, fleet), fleet);
  const { want, targetRacks } = decided;
  const known = {
    racks: rackCount(racks),
    wantRacks: want.racks,
    targetRacks,
    attainment: attainmentAt(more && asked !== undefined ? asked : decided, racks),
    attainmentAtWant: attainmentAt(decided, want.racks),
    requiredShare: Math.max(0, ...terms.objectives.map(({ share }) => share)),
    moreUsdPerHour: costOf(racks - want.racks, terms, world.group.pools),
    targetIfAsked: asked?.targetRacks ?? targetRacks,
  };
  return { ...known, sentences: inSentences(known, decided, asked ?? decided) };
}

const attainmentAt = ({ want }: FleetDecision, racks: number): number | null =>
  want.curve.find((point) => point.racks === racks)?.attainment ?? null;

function costOf(
  racks: number,
  fleet: CompiledFleet,
  pools: readonly CompiledPool[],
): number | null {
  const prices = pools
    .filter((pool) => drawsOn(fleet, pool))
    .flatMap(({ price }) => (price === null ? [] : [price.usdPerRackHour]));
  return prices.length === 0 ? null : racks * Math.max(...prices);
}

type Known = Omit<WhyNot, "sentences">;

function inSentences(
  known: Known,
  decided: FleetDecision,
  asked: FleetDecision,
): readonly string[] {
  const { racks, wantRacks, targetRacks } = known;
  if (racks === wantRacks) return [...wanted(decided), ...letThrough(known, decided)];
  const away = racks > wantRacks ? tooMany(known, decided) : tooFew(known, decided);
  const gate =
    racks !== targetRacks && known.targetIfAsked !== racks
      ? [`Asked for, ${known.targetIfAsked} would be let through now: ${inTheWay(asked)}`]
      : [];
  const standing = racks === targetRacks ? letThrough(known, decided) : [];
  return [...away, ...standing, ...gate];
}

const percent = (share: number): string => inPercent(share, 2);

/** What stands between the want and what is let through. */
function inTheWay({ reasons, want }: FleetDecision): string {
  const others = reasons.filter(({ code }) => code !== want.reason.code).map(({ text }) => text);
  return others.length === 0 ? "nothing stands in the way." : others.join(" ");
}

const wanted = ({ want }: FleetDecision): readonly string[] => [
  `${want.racks} racks are wanted: ${want.reason.text}`,
];

function letThrough({ targetRacks }: Known, decided: FleetDecision): readonly string[] {
  return [`${targetRacks} is what is let through now: ${inTheWay(decided)}`];
}

function tooFew(known: Known, { want }: FleetDecision): readonly string[] {
  const { racks, attainment, attainmentAtWant, requiredShare, wantRacks } = known;
  if (attainment === null || attainmentAtWant === null) {
    return [`${wantRacks} racks are wanted: ${want.reason.text}`];
  }
  const predicted = `With ${racks} racks ${percent(attainment)} would attain the objectives`;
  if (attainment >= requiredShare) {
    return [
      `${predicted}, and ${percent(requiredShare)} suffices: demand does not ask for ${wantRacks}.`,
      `${wantRacks} are wanted all the same: ${want.reason.text}`,
    ];
  }
  return [
    `${predicted}, ${percent(requiredShare)} is asked for; with ${wantRacks} it is ` +
      `${percent(attainmentAtWant)}.`,
  ];
}

/** Shares that read the same differ by less than anybody would pay for. */
function compared(attainment: number, atWant: number): string {
  const [there, here] = [percent(attainment), percent(atWant)];
  return there === here ? `no more (${there})` : `${there} instead of ${here}`;
}

function tooMany(known: Known, decided: FleetDecision): readonly string[] {
  const { racks, attainment, attainmentAtWant, wantRacks, moreUsdPerHour } = known;
  const cost =
    moreUsdPerHour === null
      ? "their price is not known"
      : `they would cost up to $${moreUsdPerHour.toFixed(2)} more an hour`;
  const gained =
    attainment === null || attainmentAtWant === null
      ? []
      : [`${racks} racks would attain ${compared(attainment, attainmentAtWant)}; ${cost}.`];
  return [`${wantRacks} racks are wanted: ${decided.want.reason.text}`, ...gained];
}
