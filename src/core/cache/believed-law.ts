/** Which law a fleet is sized by, and what of it is believed. */
import { ratio } from "../units.ts";
import type { Ratio } from "../units.ts";
import { pointOf, pointsOf } from "./cache-history.ts";
import type { CacheMemory, CachePoint } from "./cache-history.ts";
import { fitLaw, fitLawFreely, meanPoint } from "./fit-law.ts";
import { hitRateAt } from "./response-law.ts";
import type { ResponseLaw } from "./response-law.ts";

/** A law, and the hit rate above which nothing it says is believed. */
export interface BelievedLaw {
  readonly law: ResponseLaw;
  readonly hitRateCap: Ratio;
}

/**
 * A hit rate this far from the law's comes from another workload, or from a fleet that is
 * collapsing. From a foreign prior, predictions at twice the racks missed by up to 25 points.
 */
const FOREIGN_BEYOND = 0.1;
/** Half-points (a) beyond which a fitted law is not of the prior's family. */
const HALF_SECONDS_OF_PRIOR = [3, 27] as const;
/** Without the prior a law needs so many points, over so wide a range of free cache. */
const FREE_POINTS = 3;
const FREE_RANGE = 2;

/**
 * The law fitted to the fleet's own hours. Where they contradict the router's prior, more cache
 * earns no credit until enough different hours were seen: the hit rate measured is the most that is
 * counted on. Likewise while the last minutes are far below the law, or nothing is free: a fleet
 * that collapsed recovers only with racks for its cold work.
 */
export function believedLaw(prior: ResponseLaw, memory: CacheMemory | null): BelievedLaw {
  const points =
    memory === null ? [] : pointsOf(memory).filter(({ freeSeconds }) => freeSeconds > 0);
  const { law, cap } = fittedLaw(prior, points);
  return { law, hitRateCap: ratio(Math.min(cap, memory === null ? 1 : recentCap(law, memory))) };
}

function fittedLaw(
  prior: ResponseLaw,
  points: readonly CachePoint[],
): { readonly law: ResponseLaw; readonly cap: number } {
  const mean = meanPoint(points);
  if (mean === null) return { law: prior, cap: 1 };
  const law = fitLaw(prior, points);
  const [least, most] = HALF_SECONDS_OF_PRIOR;
  const ofPrior =
    law.halfSeconds >= least &&
    law.halfSeconds <= most &&
    Math.abs(mean.hitRate - hitRateAt(prior, mean.freeSeconds)) <= FOREIGN_BEYOND;
  if (ofPrior) return { law, cap: 1 };
  return spansEnough(points)
    ? { law: fitLawFreely(prior, points), cap: 1 }
    : { law, cap: mean.hitRate };
}

function spansEnough(points: readonly CachePoint[]): boolean {
  const seconds = points.map(({ freeSeconds }) => freeSeconds);
  return points.length >= FREE_POINTS && Math.max(...seconds) >= FREE_RANGE * Math.min(...seconds);
}

function recentCap(law: ResponseLaw, { recent }: CacheMemory): number {
  const point = pointOf(recent);
  if (point === null) return 1;
  const { freeSeconds, hitRate } = point;
  return freeSeconds <= 0 || hitRate < hitRateAt(law, freeSeconds) - FOREIGN_BEYOND ? hitRate : 1;
}
