/**
 * One policy against ours: violations at equal GPU-hours and GPU-hours at equal attainment, level
 * by level between 95 and 99.5 %, as the geometric mean over scenarios. Ours always has one
 * configuration for all scenarios; the other has one too, or is tuned to each in hindsight.
 */
import type { Estimate } from "./interval.ts";
import { geometricMean } from "./interval.ts";
import type { Cell, Front, Position, Setting } from "./front.ts";
import { atHours, atMissed, best, cheapest, frontOf, settingsIn } from "./front.ts";

export type Tune = "one" | "each";

/** Missed shares that are compared at, the attainment from 95 to 99.5 %, even in the logarithm. */
export const MOST_MISSED = 0.05;
export const LEAST_MISSED = 0.005;
const LEVELS = 5;
export const MISSED_LEVELS: readonly number[] = Array.from({ length: LEVELS }, (_, n) => {
  const step = Math.log(LEAST_MISSED / MOST_MISSED) / (LEVELS - 1);
  return n === LEVELS - 1 ? LEAST_MISSED : MOST_MISSED * Math.exp(n * step);
});

export interface Contest {
  /** Their violations over ours at the same GPU-hours; above 1 is for us. */
  readonly violations: Estimate;
  /** Their GPU-hours over ours at the same attainment; null where nobody reaches any level. */
  readonly gpuHours: Estimate | null;
  /** Levels x scenarios compared at, and how many of them were never reached. */
  readonly compared: number;
  readonly lostByThem: number;
  readonly lostByUs: number;
}

export interface ContestInput {
  readonly ours: readonly Setting[];
  readonly theirs: readonly Setting[];
  readonly tune: Tune;
  /** GPU-hours of the dearest setting of anybody, by scenario. */
  readonly dearest: ReadonlyMap<string, number>;
}

/** What one scenario has to say, the mean over its levels. */
export interface ScenarioContest {
  readonly scenario: string;
  /** Natural logarithms of the ratios; that of GPU-hours null where nobody reaches any level. */
  readonly logViolations: number;
  readonly logGpuHours: number | null;
  readonly compared: number;
  readonly lostByThem: number;
  readonly lostByUs: number;
}

/** @throws RangeError when somebody has no setting, or there is no scenario */
export function contest(input: ContestInput): Contest {
  const each = scenarioContests(input);
  const gpuHours = each.flatMap(({ logGpuHours }) => logGpuHours ?? []);
  const sum = (of: (found: ScenarioContest) => number): number =>
    each.reduce((total, found) => total + of(found), 0);
  return {
    violations: geometricMean(each.map(({ logViolations }) => logViolations)),
    gpuHours: gpuHours.length === 0 ? null : geometricMean(gpuHours),
    compared: sum(({ compared }) => compared),
    lostByThem: sum(({ lostByThem }) => lostByThem),
    lostByUs: sum(({ lostByUs }) => lostByUs),
  };
}

/** @returns the same scenario by scenario @throws RangeError when somebody has no setting */
export function scenarioContests(input: ContestInput): readonly ScenarioContest[] {
  const ours = frontOf(input.ours);
  const scenarios = [...cheapest(ours).cells.keys()];
  const places = MISSED_LEVELS.map((level): Place => {
    const reached = atMissed(ours, level);
    return { level, reached: reached !== null, ours: reached ?? best(ours) };
  });
  return scenarios.map((scenario) => {
    const duels = places.map((place) => duel(scenario, place, input));
    return {
      scenario,
      logViolations: meanLog(duels.map(({ violations }) => violations)) ?? 0,
      logGpuHours: meanLog(duels.map(({ gpuHours }) => gpuHours)),
      compared: duels.length,
      lostByThem: duels.filter(({ lostByThem }) => lostByThem).length,
      lostByUs: duels.filter(({ lostByUs }) => lostByUs).length,
    };
  });
}

/** Levels of one scenario are no independent cases: they are averaged first. */
function meanLog(ratios: readonly (number | null)[]): number | null {
  const logs = ratios.flatMap((ratio) => (ratio === null ? [] : [Math.log(ratio)]));
  return logs.length === 0 ? null : logs.reduce((sum, log) => sum + log, 0) / logs.length;
}

/** Where we stand at a level, or at our best where we do not reach it. */
interface Place {
  readonly level: number;
  readonly reached: boolean;
  readonly ours: Position;
}

interface Duel {
  readonly violations: number;
  /** null where neither reaches the level. */
  readonly gpuHours: number | null;
  readonly lostByThem: boolean;
  readonly lostByUs: boolean;
}

function duel(scenario: string, place: Place, input: ContestInput): Duel {
  const ours = cellOf(scenario, place.ours);
  const front = frontFor(scenario, input);
  const level = input.tune === "one" ? place.level : bounded(ours.missed);
  const same = atHours(front, input.tune === "one" ? place.ours.hours : ours.gpuHours);
  const there = atMissed(front, level);
  const dearest = input.dearest.get(scenario) ?? ours.gpuHours;
  return {
    violations: bounded(missedAt(scenario, same, front)) / bounded(ours.missed),
    gpuHours: hoursRatio(
      place.reached ? ours.gpuHours : null,
      there === null ? null : cellOf(scenario, there).gpuHours,
      dearest,
    ),
    lostByThem: same === null || there === null,
    lostByUs: !place.reached,
  };
}

const frontFor = (scenario: string, { theirs, tune }: ContestInput): Front =>
  frontOf(tune === "one" ? theirs : settingsIn(scenario, theirs));

/** Who is better than the best level gets no credit for it: ratios near no violation explode. */
const bounded = (missed: number): number => Math.max(LEAST_MISSED, missed);

/** Who is never so cheap is counted at the worst level, or worse where its cheapest is. */
const missedAt = (scenario: string, at: Position | null, front: Front): number =>
  at === null
    ? Math.max(MOST_MISSED, cellOf(scenario, cheapest(front)).missed)
    : cellOf(scenario, at).missed;

/** Who never reaches the level is counted with the GPU-hours of the dearest setting of anybody. */
function hoursRatio(ours: number | null, theirs: number | null, dearest: number): number | null {
  if (ours === null && theirs === null) return null;
  if (ours === null) return Math.min(1, (theirs ?? dearest) / dearest);
  return theirs === null ? Math.max(1, dearest / ours) : theirs / ours;
}

function cellOf(scenario: string, { cells }: Position): Cell {
  const cell = cells.get(scenario);
  if (cell === undefined) throw new RangeError(`no run of scenario ${scenario}`);
  return cell;
}
