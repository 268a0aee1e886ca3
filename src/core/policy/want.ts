/** How many racks a fleet should have, and why: the answer to "why 7 racks?" starts here. */
import { attainment, prefillLoad } from "../capacity/attainment.ts";
import type { CompiledObjective } from "../compiled.ts";
import type { AttainmentPoint, Step, WantRacks } from "../decision.ts";
import type { FleetMemory } from "../memory.ts";
import { reason } from "../reasons.ts";
import type { Reason, ReasonCode } from "../reasons.ts";
import { WARM_UP_MS, isYoung } from "../demand/forecast.ts";
import { lowestCeiling, mostRacks } from "../intents.ts";
import { elapsed, rackCount, ratio, seconds } from "../units.ts";
import type { RackCount, Ratio } from "../units.ts";
import { forecastTurnsPerSecond, loadOn, sizingTurnsPerSecond } from "./situation.ts";
import type { Situation } from "./situation.ts";

export interface Sizing {
  readonly want: WantRacks;
  readonly steps: readonly Step[];
}

/** A rack that adds less attainment is not asked for when the objective is out of reach. */
const WORTHWHILE_GAIN = 0.001;
/** Demand at which turns do not meet: what an objective attains then, no rack can better. */
const LONE_TURN = 1e-6;
/** Prefill load up to which a queue still drains: above it a small error in demand is a backlog. */
const CARRIED_LOAD = 0.9;

/** @returns the share of turns inside every objective with `racks` racks at a demand */
export function attainmentWith(situation: Situation, racks: number, turnsPerSecond: number): Ratio {
  return leastOf(sharesWith(situation, racks, turnsPerSecond));
}

const leastOf = (shares: readonly Ratio[]): Ratio => ratio(Math.min(1, ...shares));

/** @returns whether every objective's own share is met with `racks` racks at a demand */
export function holdsObjectives(
  situation: Situation,
  racks: number,
  turnsPerSecond: number,
): boolean {
  return areMet(situation.fleet.objectives, sharesWith(situation, racks, turnsPerSecond));
}

const areMet = (objectives: readonly CompiledObjective[], shares: readonly Ratio[]): boolean =>
  objectives.every(({ share }, index) => (shares[index] ?? 0) >= share);

/** The fewest racks whose objectives hold along the sizing quantile, floors and limits applied. */
export function want(situation: Situation, memory: FleetMemory, heldRacks: RackCount): Sizing {
  const { signals, demand, now } = situation;
  if (!signals.complete || demand === null) {
    const gaps = signals.gaps.length === 0 ? "No demand seen yet." : signals.gaps.join("; ");
    return wantStanding(situation, memory, { heldRacks, why: ["signals-untrusted", gaps] });
  }
  if (isYoung(demand, now)) {
    const watched = seconds(elapsed(demand.firstAt, now));
    const text = `Demand was watched for ${watched} s of ${seconds(WARM_UP_MS)} s.`;
    return wantStanding(situation, memory, { heldRacks, why: ["memory-young", text] });
  }
  const turnsPerSecond = sizingTurnsPerSecond(situation);
  const demanded = racksForDemand(situation, turnsPerSecond);
  const claims = [demandClaim(situation, demanded), ...floors(situation)];
  const chosen = limited(situation, largest(claims));
  const why = relativeTo(heldRacks, capOf(situation), chosen);
  const curve = attainmentCurve(situation, turnsPerSecond, chosen.racks, demanded.shares);
  return {
    want: {
      racks: chosen.racks,
      curve,
      reason: why,
      shrinkable: true,
      shrinkHold: null,
    },
    steps: [
      step("capacity", demanded.text, capacityNumbers(situation, demanded.racks, turnsPerSecond)),
      step("want", why.text, { racks: chosen.racks, held: heldRacks }),
    ],
  };
}

interface Claim {
  readonly racks: RackCount;
  readonly code: ReasonCode;
  readonly detail: string;
}

const claim = (racks: number, code: ReasonCode, detail: string): Claim => ({
  racks: rackCount(racks),
  code,
  detail,
});

const step = (stage: Step["stage"], text: string, numbers: Step["numbers"]): Step => ({
  stage,
  name: stage,
  text,
  numbers,
});

/** What the count rests on, so that it can be worked out again by hand. */
function capacityNumbers(
  situation: Situation,
  racks: number,
  turnsPerSecond: number,
): Step["numbers"] {
  const load = loadOn(situation, racks, turnsPerSecond);
  const { promptTokensPerTurn, outputTokensPerTurn, hitRate } = load;
  return { racks, turnsPerSecond, promptTokensPerTurn, outputTokensPerTurn, hitRate };
}

/** The last trusted size, unless it is older than the window over which sizes are compared. */
function recentWant(memory: FleetMemory, { now, fleet }: Situation): RackCount | null {
  const { lastReviewAt, lastTrustedWant } = memory;
  if (lastReviewAt === null) return null;
  const old = elapsed(lastReviewAt, now) > fleet.behavior.scaleInStabilizationMs;
  return old ? null : lastTrustedWant;
}

interface Standing {
  readonly heldRacks: RackCount;
  readonly why: readonly [code: ReasonCode, text: string];
}

/** Nothing to size on: the last trusted size stands; only a person's floors raise it. */
function wantStanding(
  situation: Situation,
  memory: FleetMemory,
  { heldRacks, why: [code, text] }: Standing,
): Sizing {
  const standing = claim(recentWant(memory, situation) ?? heldRacks, code, text);
  const chosen = limited(situation, largest([standing, ...floors(situation)]));
  return {
    want: {
      racks: chosen.racks,
      curve: [],
      reason: reason(chosen.code, chosen.detail),
      shrinkable: false,
      shrinkHold: reason(code, text),
    },
    steps: [step("want", text, { racks: chosen.racks, held: heldRacks })],
  };
}

/** The racks to survive losses ride on the demand: without any, none is spared. */
function demandClaim(situation: Situation, demanded: Demanded): Claim {
  const spare = demanded.racks > 0 ? situation.fleet.racks.surviveRackLosses : 0;
  const plus = spare === 0 ? "" : ` Plus ${spare} to survive the loss of as many.`;
  return claim(demanded.racks + spare, demandCode(situation), `${demanded.text}${plus}`);
}

interface Demanded {
  readonly racks: number;
  readonly text: string;
  /** What each objective attains with 0, 1, 2 … racks, as far as it was looked. */
  readonly shares: readonly (readonly Ratio[])[];
}

function racksForDemand(situation: Situation, turnsPerSecond: number): Demanded {
  const { racks: limits, objectives } = situation.fleet;
  const { max } = limits;
  const shares: (readonly Ratio[])[] = [];
  for (let racks = 0; racks <= max; racks += 1) {
    const attained = sharesWith(situation, racks, turnsPerSecond);
    shares.push(attained);
    if (turnsPerSecond <= 0 || areMet(objectives, attained)) {
      const text = `${racks} racks hold the objectives at`;
      return { racks, text: `${text} ${demandText(situation, racks, turnsPerSecond)}`, shares };
    }
  }
  const racks = bestEffort(situation, turnsPerSecond, max);
  const text = `No count up to ${max} holds the objectives; ${racks} racks at`;
  return { racks, text: `${text} ${demandText(situation, racks, turnsPerSecond)}`, shares };
}

/**
 * No count holds every objective: the fewest racks that hold those which some count holds, and come
 * within `WORTHWHILE_GAIN` of the best that any count reaches for the others. Where demand alone
 * puts one wholly out of reach that is every rack there may be. Where even a single turn would miss
 * it racks are no cure, and those that carry the cold work are enough.
 */
function bestEffort(situation: Situation, turnsPerSecond: number, max: number): number {
  const enoughFor = situation.fleet.objectives.map((objective) => {
    const shareOn = (racks: number): number =>
      shareWith(situation, objective, racks, turnsPerSecond);
    const best = shareOn(max);
    if (best > WORTHWHILE_GAIN) {
      const goal = best >= objective.share ? objective.share : best - WORTHWHILE_GAIN;
      return fewest(max, (racks) => shareOn(racks) >= goal);
    }
    return shareWith(situation, objective, max, LONE_TURN) > WORTHWHILE_GAIN
      ? max
      : fewest(max, (racks) => carriesWork(situation, racks, turnsPerSecond));
  });
  return Math.max(0, ...enoughFor);
}

/** @returns the smallest count up to `max` that suffices; `max` where none does */
function fewest(max: number, suffices: (racks: number) => boolean): number {
  for (let racks = 0; racks < max; racks += 1) if (suffices(racks)) return racks;
  return max;
}

/** @returns the share that each objective attains, in their order */
function sharesWith(situation: Situation, racks: number, turnsPerSecond: number): readonly Ratio[] {
  const { capacity, engine, fleet } = situation;
  const model = { capacity, engine, load: loadOn(situation, racks, turnsPerSecond) };
  return fleet.objectives.map((objective) => attainment(objective, racks, model));
}

function shareWith(
  situation: Situation,
  objective: CompiledObjective,
  racks: number,
  turnsPerSecond: number,
): Ratio {
  const { capacity, engine } = situation;
  const load = loadOn(situation, racks, turnsPerSecond);
  return attainment(objective, racks, { capacity, engine, load });
}

function carriesWork(situation: Situation, racks: number, turnsPerSecond: number): boolean {
  const load = loadOn(situation, racks, turnsPerSecond);
  return racks > 0 && prefillLoad(racks, situation.capacity, load) <= CARRIED_LOAD;
}

function demandText(situation: Situation, racks: number, turnsPerSecond: number): string {
  const load = loadOn(situation, racks, turnsPerSecond);
  const cold = turnsPerSecond * load.promptTokensPerTurn * (1 - load.hitRate);
  return (
    `${turnsPerSecond.toFixed(1)} turns/s: hit rate ${(load.hitRate * 100).toFixed(1)} %, ` +
    `cold work ${Math.round(cold)} tokens/s.`
  );
}

function demandCode(situation: Situation): ReasonCode {
  if (situation.burst) return "burst";
  const working = forecastTurnsPerSecond(situation);
  return sizingTurnsPerSecond(situation) > 1.2 * working ? "backlog" : "demand-forecast";
}

function floors({ fleet, schedule, observed }: Situation): readonly Claim[] {
  const overrides = observed.overrides.map(({ floorRacks, name }) =>
    claim(floorRacks ?? 0, "override-floor", `FleetOverride ${name}.`),
  );
  return [
    claim(fleet.racks.min, "minimum", `racks.min is ${fleet.racks.min}.`),
    claim(schedule.floorRacks, "schedule-floor", `${schedule.names.join(", ")}.`),
    ...overrides,
  ];
}

/** The first of the largest: claims are listed in the order in which they explain best. */
const largest = (claims: readonly Claim[]): Claim =>
  claims.reduce((best, next) => (next.racks > best.racks ? next : best));

/** The lowest cap wins over every floor. */
const capOf = ({ fleet, observed }: Situation): number =>
  Math.min(mostRacks(fleet, observed.overrides), lowestCeiling(observed.overrides));

function limited(situation: Situation, chosen: Claim): Claim {
  const cap = capOf(situation);
  if (chosen.racks <= cap) return chosen;
  const text = `${cap} are allowed; without a limit ${chosen.racks} would be wanted.`;
  return claim(cap, "fleet-limit", text);
}

/** @param known what each objective attains with 0, 1, 2 … racks, as far as it is known already */
export function attainmentCurve(
  situation: Situation,
  turnsPerSecond: number,
  upTo: number,
  known: readonly (readonly Ratio[])[] = [],
): readonly AttainmentPoint[] {
  return Array.from({ length: upTo + 1 }, (_, racks) => {
    const shares = known[racks];
    const attained =
      shares === undefined ? attainmentWith(situation, racks, turnsPerSecond) : leastOf(shares);
    return { racks: rackCount(racks), attainment: attained };
  });
}

/** Fewer than held is a surplus, as many is steady; only more needs the claim's own reason. */
function relativeTo(heldRacks: RackCount, cap: number, { racks, code, detail }: Claim): Reason {
  if (racks > heldRacks) return reason(code, detail);
  if (racks === heldRacks) return reason("steady", detail);
  return reason(racks === cap ? "above-maximum" : "surplus", detail);
}
