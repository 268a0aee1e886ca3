/** Regimes of the hit rate: stretches in which far fewer prompt tokens came from a cache. */
import type { Finding } from "../finding.ts";
import { severityOf } from "../finding.ts";
import { blockMeans } from "../statistics/blocks.ts";
import { confidenceOf, normalTail } from "../statistics/chance.ts";
import type { Stretch } from "../statistics/episodes.ts";
import type { LevelShift } from "../statistics/level-shifts.ts";
import { falls } from "../statistics/level-shifts.ts";
import { median, numbersOf } from "../statistics/robust.ts";
import { duration, percent } from "../text.ts";
import type { FleetRun } from "./fleet-run.ts";
import { beyondText, inSteps, missedBeyond, placed, when } from "./fleet-run.ts";

/** Long beside a rate window of Prometheus, short beside anything that people act on. */
const BLOCK_SECONDS = 600;
const DAY_SECONDS = 86_400;
/**
 * A fall that raises the cold work by less than a tenth changes no fleet of up to ten racks by a
 * rack.
 */
const COLD_WORK = 0.1;

export interface HitRateRegime extends Stretch {
  readonly before: number;
  readonly during: number;
  readonly confidence: number;
}

/** @returns stretches of steps, in order */
export function hitRateRegimes(run: FleetRun): readonly HitRateRegime[] {
  const size = inSteps(run, BLOCK_SECONDS);
  const values = blockMeans(run.timeline.series.hitRate, size);
  const usual = median(numbersOf(values));
  if (usual === null) return [];
  const perDay = Math.round(DAY_SECONDS / (size * run.stepSeconds));
  const found = falls(values, { perDay, leastFall: COLD_WORK * (1 - usual) });
  return found.map((fall) => regime(run, fall, { values, size }));
}

function regime(
  { steps }: FleetRun,
  { from, to, usual, level, sigmas }: LevelShift,
  { values, size }: { readonly values: readonly (number | null)[]; readonly size: number },
): HitRateRegime {
  // Told as people read it off the plot: what it was, not what was left without its cycle.
  const during = median(numbersOf(values.slice(from, to))) ?? level;
  const confidence = confidenceOf(normalTail(sigmas), values.length);
  return {
    from: from * size,
    to: Math.min(steps, to * size),
    before: Math.min(1, during + usual - level),
    during,
    confidence,
  };
}

export function hitRateFindings(
  run: FleetRun,
  regimes: readonly HitRateRegime[],
): readonly Finding[] {
  return regimes.map((found) => {
    const { before, during } = found;
    const extra = before < 1 ? (1 - during) / (1 - before) - 1 : 0;
    const seconds = (found.to - found.from) * run.stepSeconds;
    const violations = missedBeyond(run, found);
    const cost = Math.max(
      violations / run.budget,
      (extra * seconds) / (run.steps * run.stepSeconds),
    );
    const still = found.to >= run.steps ? " and stayed there to the end" : "";
    return {
      ...placed(run, found, "hit-rate"),
      kind: "hit-rate-regime",
      severity: severityOf(cost),
      confidence: found.confidence,
      sentence:
        `The hit rate fell from ${percent(before)} to ${percent(during)} at ` +
        `${when(run, found.from)} for ${duration(seconds)}${still}: each turn took ` +
        `${percent(extra)} more cold work${beyondText(violations, "meanwhile")}.`,
      numbers: { before, during, extraColdWork: extra, seconds, violations },
      cost,
    };
  });
}
