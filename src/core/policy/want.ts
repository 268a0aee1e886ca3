/** How many racks a fleet should have, and why: the answer to "why 7 racks?" starts here. */
import { attainment, prefillLoad } from "../capacity/attainment.ts";
import type { AttainmentPoint, Step, WantRacks } from "../decision.ts";
import type { FleetMemory } from "../memory.ts";
import { reason } from "../reasons.ts";
import type { Reason, ReasonCode } from "../reasons.ts";
import { rackCount, ratio } from "../units.ts";
import type { RackCount, Ratio } from "../units.ts";
import { loadOn, sizingTurnsPerSecond } from "./situation.ts";
import type { Situation } from "./situation.ts";

export interface Sizing {
  readonly want: WantRacks;
  readonly steps: readonly Step[];
}

/** A rack that adds less attainment than this is not asked for when the objective is out of reach. */
const WORTHWHILE_GAIN = 0.001;
/** Prefill load up to which a queue still drains: above it a small error in demand is a backlog. */
const CARRIED_LOAD = 0.9;

/** @returns the share of turns inside every objective with `racks` racks at a demand */
export function attainmentWith(situation: Situation, racks: number, turnsPerSecond: number): Ratio {
  const { capacity, engine, fleet } = situation;
  const load = loadOn(situation, racks, turnsPerSecond);
  const shares = fleet.objectives.map((objective) =>
    attainment(objective, racks, { capacity, engine, load }),
  );
  return ratio(Math.min(1, ...shares));
}

/** @returns whether every objective's own share is met with `racks` racks at a demand */
export function holdsObjectives(
  situation: Situation,
  racks: number,
  turnsPerSecond: number,
): boolean {
  const { capacity, engine, fleet } = situation;
  const load = loadOn(situation, racks, turnsPerSecond);
  return fleet.objectives.every(
    (objective) => attainment(objective, racks, { capacity, engine, load }) >= objective.share,
  );
}

/** The fewest racks whose objectives hold along the sizing quantile, floors and limits applied. */
export function want(situation: Situation, memory: FleetMemory, heldRacks: RackCount): Sizing {
  if (!situation.signals.complete || situation.demand === null) {
    return wantUntrusted(situation, memory, heldRacks);
  }
  const turnsPerSecond = sizingTurnsPerSecond(situation);
  const demanded = racksForDemand(situation, turnsPerSecond);
  const claims = [demandClaim(situation, demanded, heldRacks), ...floors(situation)];
  const chosen = limited(situation, largest(claims));
  const curve = attainmentCurve(situation, turnsPerSecond, chosen.racks);
  return {
    want: {
      racks: chosen.racks,
      curve,
      reason: relativeTo(heldRacks, chosen),
      shrinkable: true,
      shrinkHold: null,
    },
    steps: [
      step("capacity", demanded.text, capacityNumbers(situation, demanded.racks, turnsPerSecond)),
      step("want", reason(chosen.code, chosen.detail).text, {
        racks: chosen.racks,
        held: heldRacks,
      }),
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

/** Stale or missing signals: the last trusted size stands; only a person's floors raise it. */
function wantUntrusted(situation: Situation, memory: FleetMemory, heldRacks: RackCount): Sizing {
  const gaps =
    situation.signals.gaps.length === 0 ? "No demand seen yet." : situation.signals.gaps.join("; ");
  const standing = claim(memory.lastTrustedWant ?? heldRacks, "signals-untrusted", gaps);
  const chosen = limited(situation, largest([standing, ...floors(situation)]));
  return {
    want: {
      racks: chosen.racks,
      curve: [],
      reason: reason(chosen.code, chosen.detail),
      shrinkable: false,
      shrinkHold: reason("signals-untrusted", gaps),
    },
    steps: [step("want", gaps, { racks: chosen.racks, held: heldRacks })],
  };
}

/** The spare racks ride on the demand; they are the reason only where demand alone fits. */
function demandClaim(situation: Situation, demanded: Demanded, heldRacks: RackCount): Claim {
  const spare = demanded.racks > 0 ? situation.fleet.racks.surviveRackLosses : 0;
  if (spare === 0) return claim(demanded.racks, demandCode(situation), demanded.text);
  const code = demanded.racks <= heldRacks ? "rack-loss-reserve" : demandCode(situation);
  const detail = `${demanded.text} Plus ${spare} to survive the loss of as many.`;
  return claim(demanded.racks + spare, code, detail);
}

interface Demanded {
  readonly racks: number;
  readonly text: string;
}

function racksForDemand(situation: Situation, turnsPerSecond: number): Demanded {
  const { max } = situation.fleet.racks;
  for (let racks = 0; racks <= max; racks += 1) {
    if (turnsPerSecond <= 0 || holdsObjectives(situation, racks, turnsPerSecond)) {
      return { racks, text: demandText(situation, racks, turnsPerSecond) };
    }
  }
  const racks = bestEffort(situation, turnsPerSecond, max);
  return {
    racks,
    text: `${demandText(situation, racks, turnsPerSecond)} No count up to ${max} holds them.`,
  };
}

/**
 * No count holds the objectives: the fewest racks within `WORTHWHILE_GAIN` of the best the curve
 * reaches, or, where no turn would be in time at all, those that at least carry the cold work.
 */
function bestEffort(situation: Situation, turnsPerSecond: number, max: number): number {
  const curve = attainmentCurve(situation, turnsPerSecond, max);
  const best = Math.max(0, ...curve.map((point) => point.attainment));
  const enough = curve.find(({ racks, attainment }) =>
    best > WORTHWHILE_GAIN
      ? attainment >= best - WORTHWHILE_GAIN
      : carriesWork(situation, racks, turnsPerSecond),
  );
  return enough?.racks ?? max;
}

function carriesWork(situation: Situation, racks: number, turnsPerSecond: number): boolean {
  const load = loadOn(situation, racks, turnsPerSecond);
  return racks > 0 && prefillLoad(racks, situation.capacity, load) <= CARRIED_LOAD;
}

function demandText(situation: Situation, racks: number, turnsPerSecond: number): string {
  const load = loadOn(situation, racks, turnsPerSecond);
  const cold = turnsPerSecond * load.promptTokensPerTurn * (1 - load.hitRate);
  return (
    `${racks} racks hold the objectives at ${turnsPerSecond.toFixed(1)} turns/s: ` +
    `hit rate ${(load.hitRate * 100).toFixed(1)} %, cold work ${Math.round(cold)} tokens/s.`
  );
}

function demandCode(situation: Situation): ReasonCode {
  if (situation.burst) return "burst";
  const working = situation.band?.sizing ?? 0;
  return sizingTurnsPerSecond(situation) > 1.2 * working * situation.schedule.factor
    ? "backlog"
    : "demand-forecast";
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
function limited({ fleet, observed }: Situation, chosen: Claim): Claim {
  const ceilings = observed.overrides.flatMap(({ ceilingRacks }) =>
    ceilingRacks === null ? [] : [ceilingRacks],
  );
  const cap = Math.min(fleet.racks.max, ...ceilings);
  if (chosen.racks <= cap) return chosen;
  return claim(cap, "fleet-limit", `${chosen.racks} wanted, at most ${cap} allowed.`);
}

export function attainmentCurve(
  situation: Situation,
  turnsPerSecond: number,
  upTo: number,
): readonly AttainmentPoint[] {
  return Array.from({ length: upTo + 1 }, (_, racks) => ({
    racks: rackCount(racks),
    attainment: attainmentWith(situation, racks, turnsPerSecond),
  }));
}

/** Fewer than held is a surplus, as many is steady; only more needs the claim's own reason. */
function relativeTo(heldRacks: RackCount, { racks, code, detail }: Claim): Reason {
  if (racks > heldRacks) return reason(code, detail);
  if (racks === heldRacks) return reason("steady", detail);
  return reason(code === "fleet-limit" ? "above-maximum" : "surplus", detail);
}
