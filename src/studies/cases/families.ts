/** What happens in a case: each family draws its own, within the ranges that are written here. */
import type { RandomStream } from "../../sim/random.ts";
import type { Family, FleetRacks, Plain } from "./case-document.ts";
import { minutesText } from "./case-document.ts";

export type Invented = Exclude<Family, "scenario" | "recording">;

/** What a family does to an even stream of sessions. */
export interface Twist {
  readonly durationMinutes: number;
  /** Hour of the day, UTC, at which it begins. */
  readonly startHour: number;
  /** The most that the rate of sessions is multiplied by. */
  readonly top: number;
  readonly shape: readonly Plain[];
  /** Amplitude of the daily wave. */
  readonly daily: number;
  readonly faults: readonly Plain[];
  /** A burst of jobs beside it, as a share of what the racks serve at the top; null: none. */
  readonly jobs: { readonly share: number; readonly shape: readonly Plain[] } | null;
  /** When the surge is announced for, minutes from the start; null: nobody knows of it. */
  readonly announcedAtMinutes: number | null;
}

/** Larger fleets have more turns, and shorter cases. */
const MINUTES: Readonly<Record<FleetRacks, number>> = { 4: 300, 12: 240, 40: 180 };
const DAY_MINUTES = 1_440;
/** A whole day of a fleet larger than this takes longer than all other cases together. */
const DAY_RACKS = 4;
const MORNING_MINUTES = 300;
const DAY_HOURS = 24;

const EVEN = {
  startHour: 0,
  top: 1,
  shape: [],
  daily: 0,
  faults: [],
  jobs: null,
  announcedAtMinutes: null,
} as const;

/** Ratios: x2 and x4 are as far apart as x4 and x8. */
export const logBetween = (draws: RandomStream, low: number, high: number): number =>
  low * Math.exp(Math.log(high / low) * draws.uniform());

interface Change {
  readonly at: number;
  readonly factor: number;
  readonly ramp: number;
  /** null: to the end. */
  readonly hold: number | null;
}

export const change = ({ at, factor, ramp, hold }: Change): Plain => ({
  at: minutesText(at),
  factor: Number(factor.toFixed(3)),
  ramp: minutesText(ramp),
  ...(hold === null ? {} : { hold: minutesText(hold) }),
});

/** x2 to x10 within 1 to 30 minutes. */
function step(draws: RandomStream, racks: FleetRacks): Twist {
  const top = logBetween(draws, 2, 10);
  const shape = change({
    at: draws.between(30, 80),
    factor: top,
    ramp: logBetween(draws, 1, 30),
    hold: draws.between(30, 120),
  });
  return { ...EVEN, durationMinutes: MINUTES[racks], top, shape: [shape] };
}

/** Traffic that stays; half of the launches are in the schedule. */
function launch(draws: RandomStream, racks: FleetRacks): Twist {
  const top = logBetween(draws, 2, 5);
  const at = Math.round(draws.between(80, 120));
  const shape = change({ at, factor: top, ramp: draws.between(5, 15), hold: null });
  const known = draws.uniform() < 0.5;
  return {
    ...EVEN,
    durationMinutes: MINUTES[racks],
    top,
    shape: [shape],
    announcedAtMinutes: known ? at : null,
  };
}

/** A whole day, or the morning of a large fleet. */
function day(draws: RandomStream, racks: FleetRacks): Twist {
  const daily = draws.between(0.5, 0.8);
  const whole = racks <= DAY_RACKS;
  return {
    ...EVEN,
    durationMinutes: whole ? DAY_MINUTES : MORNING_MINUTES,
    startHour: Math.floor(whole ? draws.between(0, DAY_HOURS) : draws.between(7, 11)),
    top: 1 + daily,
    daily,
  };
}

/** Jobs beside the agents grow by x3 to x10 within minutes. */
function storm(draws: RandomStream, racks: FleetRacks): Twist {
  const factor = logBetween(draws, 3, 10);
  const shape = change({
    at: draws.between(30, 90),
    factor,
    ramp: logBetween(draws, 1, 3),
    hold: draws.between(15, 60),
  });
  const jobs = { share: draws.between(0.3, 0.6) / factor, shape: [shape] };
  return { ...EVEN, durationMinutes: MINUTES[racks], top: 2, jobs };
}

/** The hit rate falls while traffic is at its highest. */
function hitLoss(draws: RandomStream, racks: FleetRacks): Twist {
  const top = draws.between(1.3, 2.2);
  const shape = change({ at: draws.between(20, 40), factor: top, ramp: 30, hold: null });
  const at = minutesText(draws.between(90, 130));
  const lasts = minutesText(draws.between(20, 60));
  const share = Number(draws.between(0.1, 0.35).toFixed(3));
  const faults = [
    { kind: "prompt-instability", at, share, depthTokens: 15_360, for: lasts },
    { kind: "router-misroute", at, share, for: lasts },
    { kind: "cache-flush", at, share: 1 },
  ] as const;
  const fault = faults[Math.floor(draws.uniform() * faults.length)] ?? faults[0];
  return { ...EVEN, durationMinutes: MINUTES[racks], top, shape: [shape], faults: [fault] };
}

export const TWISTS: Readonly<Record<Invented, (draws: RandomStream, racks: FleetRacks) => Twist>> =
  { step, "hit-loss": hitLoss, launch, storm, day };
