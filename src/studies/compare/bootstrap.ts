/**
 * How far a contest over cases can be trusted: cases are drawn anew with replacement and the whole
 * contest is held on them, the choice of the one configuration included (Efron's percentile
 * bootstrap). Levels and fronts are no independent numbers that a formula could be given.
 */
import { RandomStream } from "../../sim/random.ts";
import { contest } from "./contest.ts";
import type { Contest, ContestInput } from "./contest.ts";
import type { Cell, Setting } from "./front.ts";
import { setting } from "./front.ts";
import type { Estimate } from "./interval.ts";

export interface BootstrapOptions {
  readonly resamples: number;
  readonly seed: number;
}

/** A contest whose input knows what GPU-hours of a case are told in. */
export interface BootstrapInput extends ContestInput {
  readonly yardsticks: ReadonlyMap<string, number>;
}

/** Two-sided 95 %. */
const TAIL = 0.025;

/** @returns the contest with intervals of the bootstrap; cases are the scenarios of the input */
export function bootstrapContest(input: BootstrapInput, options: BootstrapOptions): Contest {
  const found = contest(input);
  const draws = new RandomStream(options.seed, "bootstrap");
  const cases = [...(input.ours[0]?.cells.keys() ?? [])];
  const again = Array.from({ length: options.resamples }, () => {
    const drawn = cases.map(() => cases[Math.floor(draws.uniform() * cases.length)] ?? "");
    return contest(resampled(input, drawn));
  });
  const hours = again.flatMap(({ gpuHours }) => gpuHours?.mean ?? []);
  return {
    ...found,
    violations: between(
      found.violations.mean,
      again.map(({ violations }) => violations.mean),
    ),
    gpuHours: found.gpuHours && between(found.gpuHours.mean, hours),
  };
}

function between(mean: number, means: readonly number[]): Estimate {
  const sorted = means.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.round(share * Math.max(0, sorted.length - 1))] ?? mean;
  return { mean, low: at(TAIL), high: at(1 - TAIL) };
}

/** A case that was drawn twice is there under two names. */
function resampled(input: BootstrapInput, drawn: readonly string[]): ContestInput {
  const nameOf = (name: string, at: number): string => `${at} ${name}`;
  const by = (values: ReadonlyMap<string, number>): ReadonlyMap<string, number> =>
    new Map(drawn.map((name, at) => [nameOf(name, at), values.get(name) ?? 1]));
  const gpuHours = by(input.yardsticks);
  const settings = (all: readonly Setting[]): readonly Setting[] =>
    all.map(({ knob, cells }) => {
      const taken = drawn.flatMap((name, at): readonly (readonly [string, Cell])[] => {
        const cell = cells.get(name);
        return cell === undefined ? [] : [[nameOf(name, at), cell]];
      });
      return setting(knob, new Map(taken), { gpuHours });
    });
  const { tune, dearest } = input;
  return { tune, ours: settings(input.ours), theirs: settings(input.theirs), dearest: by(dearest) };
}
