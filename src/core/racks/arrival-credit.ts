/** How likely a rack on its way serves by an instant, by the step it is in and for how long. */
import type { Spread } from "../compiled.ts";
import type { RackPhase } from "../decision.ts";
import { sumOfSteps } from "./lead-time.ts";
import type { KnownStep, PoolTimes } from "./lead-time.ts";
import { chanceWithin } from "./step-time.ts";

/** A rack that does not serve yet: its present step, and for how long it has been in it. */
interface OnItsWay {
  readonly phase: RackPhase;
  readonly waitedMs: number;
}

/** The steps of a rack of the pool that one fleet's engines are to run on. */
export interface ArrivalTimes {
  readonly times: PoolTimes;
  readonly start: KnownStep;
}

/**
 * With F the distribution of the time that the rack's present and later steps take and a the time
 * that it has waited, P(serves within t | not yet at a) = (F(a + t) − F(a)) / (1 − F(a)).
 *
 * @returns that chance, 0..1
 */
export const chanceToServe = (
  { phase, waitedMs }: OnItsWay,
  known: ArrivalTimes,
  withinMs: number,
): number => chanceWithin(sumOfSteps(stepsFrom(phase, known)), waitedMs, withinMs);

/**
 * Measured by what a rack asked for now would do: one that is as likely to serve by then is a whole
 * rack, since nobody would have it sooner by asking again.
 *
 * @returns what the rack counts as, 0..1
 */
export function arrivalCredit(rack: OnItsWay, known: ArrivalTimes, withinMs: number): number {
  const instead = chanceToServe({ phase: "Requested", waitedMs: 0 }, known, withinMs);
  return instead <= 0 ? 1 : Math.min(1, chanceToServe(rack, known, withinMs) / instead);
}

/**
 * The present step and those after it. How long a rack has been in the present one is weighed
 * against all of them together: exact for the last step, a little early for the first.
 */
function stepsFrom(phase: RackPhase, { times, start }: ArrivalTimes): readonly Spread[] {
  const { grant, boot, join, repair } = times;
  if (phase === "Requested") return [grant, boot, join, start];
  if (phase === "Provisioning") return [boot, join, start];
  if (phase === "Joining") return [join, start];
  return phase === "Repairing" ? [repair, start] : [start];
}
