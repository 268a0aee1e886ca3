/** Clusters of violations: where more turns missed than the objectives allow, and not by chance. */
import { blockSums } from "../statistics/blocks.ts";
import { FALSE_ALARMS, logChanceOfHits } from "../statistics/chance.ts";
import type { Stretch } from "../statistics/episodes.ts";
import { merged } from "../statistics/episodes.ts";
import { isNumber, median } from "../statistics/robust.ts";
import type { FleetRun } from "./fleet-run.ts";
import { inSteps } from "./fleet-run.ts";

/** What "inside the objective" is taken over, and, for slow burns of small fleets, six of them. */
const WINDOWS_SECONDS = [300, 1_800] as const;
/** Two clusters so near have one cause: nothing that is asked for meanwhile would be there. */
const TOGETHER_SECONDS = 1_800;
/** The median of a chi-squared variable of one degree of freedom. */
const MEDIAN_CHI_SQUARED = 0.4549;

export interface Cluster extends Stretch {
  /** 0..1. */
  readonly confidence: number;
}

/** @returns stretches of steps, in order */
export function violationClusters(run: FleetRun): readonly Cluster[] {
  const sizes = WINDOWS_SECONDS.map((seconds) => inSteps(run, seconds));
  const spreads = sizes.map((size) => spreadOf(run, size));
  const found = sizes.flatMap((size, at) =>
    surprisingBlocks(run, size, spreads.slice(0, at + 1).findLast(isNumber) ?? 1),
  );
  return merged(found, inSteps(run, TOGETHER_SECONDS)).map((stretch) => {
    const own = found.filter(({ from, to }) => from < stretch.to && to > stretch.from);
    const confidence = Math.max(...own.map((each) => each.confidence));
    return { ...trimmed(run, stretch), confidence };
  });
}

/** A long block says that it happened; where it begins and ends, its short ones do. */
function trimmed(run: FleetRun, { from, to }: Stretch): Stretch {
  const size = inSteps(run, WINDOWS_SECONDS[0]);
  const arrived = blockSums(run.timeline.series.arrived.slice(from, to), size);
  const outside = blockSums(run.missed.slice(from, to), size).map(
    (turns, at) => turns > run.allowedShare * (arrived[at] ?? 0),
  );
  const [first, last] = [outside.indexOf(true), outside.lastIndexOf(true)];
  if (first === -1) return { from, to };
  return { from: from + first * size, to: Math.min(to, from + (last + 1) * size) };
}

/**
 * A day of half hours. Of fewer blocks, what was out of the ordinary is too large a part for what
 * is left to be a measure of noise: they scatter as the shorter ones do.
 */
const LEAST_BLOCKS = 48;

/** @returns null where there are too few blocks to tell */
function spreadOf(run: FleetRun, size: number): number | null {
  if (run.steps < LEAST_BLOCKS * size && size > inSteps(run, WINDOWS_SECONDS[0])) return null;
  const arrived = blockSums(run.timeline.series.arrived, size);
  return overdispersion(arrived, blockSums(run.missed, size));
}

function surprisingBlocks(run: FleetRun, size: number, spread: number): readonly Cluster[] {
  const arrived = blockSums(run.timeline.series.arrived, size);
  const missed = blockSums(run.missed, size);
  const places = arrived.length * WINDOWS_SECONDS.length;
  const chances = missed.map(
    (turns, at) => logChanceOfHits(turns, arrived[at] ?? 0, run.allowedShare) / spread,
  );
  const isOutside = (at: number): boolean =>
    (missed[at] ?? 0) > run.allowedShare * (arrived[at] ?? 0);
  return chances.flatMap((logChance, at) => {
    if (logChance > Math.log(FALSE_ALARMS / places)) return [];
    const block = reach(at, isOutside);
    const confidence = 1 - Math.min(1, Math.exp(logChance) * places);
    const to = Math.min(run.steps, block.to * size);
    return [{ from: block.from * size, to, confidence }];
  });
}

/** From a block as far both ways as the objective is missed. */
function reach(at: number, isOutside: (at: number) => boolean): Stretch {
  let [from, to] = [at, at + 1];
  while (isOutside(from - 1)) from -= 1;
  while (isOutside(to)) to += 1;
  return { from, to };
}

/**
 * Misses scatter wider than a binomial: by the squared difference of neighbouring blocks over what
 * it
 * would be. Neighbours, as a run of a few hours may be outside for half of them; the median, as it
 * goes up and down.
 */
function overdispersion(arrived: readonly number[], missed: readonly number[]): number {
  const squared = arrived.flatMap((turns, at) => {
    const before = arrived[at - 1] ?? 0;
    if (turns === 0 || before === 0) return [];
    const [here, there] = [missed[at] ?? 0, missed[at - 1] ?? 0];
    const share = (here + there) / (turns + before);
    const variance = share * (1 - share) * (1 / turns + 1 / before);
    return variance > 0 ? [(here / turns - there / before) ** 2 / variance] : [];
  });
  return Math.max(1, (median(squared) ?? 0) / MEDIAN_CHI_SQUARED);
}
