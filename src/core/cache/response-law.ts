/**
 * How the hit rate answers to capacity and load. One variable explains it at every size:
 * x, seconds of free cache.
 *
 *   x    = (N*K − A)/P − W     N racks, K KV tokens each, A tokens pinned by running turns,
 *                              P prompt tokens/s of the fleet, W mean wait before prefill, s
 *   h(x) = h∞ / (1 + (x/a)^−b)
 *
 * Measured on recorded coding-agent sessions; the identity under it is Denning's working set.
 */
import type { CompiledFleet } from "../compiled.ts";
import { power } from "../numeric.ts";
import { ratio } from "../units.ts";
import type { Ratio } from "../units.ts";

export interface ResponseLaw {
  /** h∞: the hit rate of an unbounded cache. */
  readonly ceiling: number;
  /** a: seconds of free cache at half the ceiling. */
  readonly halfSeconds: number;
  /** b: steepness. */
  readonly steepness: number;
}

/** Priors per router, from agent sessions at 60-480 starts an hour on 1 to 24 replicas. */
export const RESPONSE_LAW_PRIORS: Readonly<Record<CompiledFleet["router"], ResponseLaw>> = {
  "session-sticky": { ceiling: 0.963, halfSeconds: 9.0, steepness: 1.73 },
  "prefix-affinity": { ceiling: 0.878, halfSeconds: 7.4, steepness: 2.08 },
};

/** An observed hit rate above the prior's ceiling lifts the ceiling to this much above it. */
const CEILING_MARGIN = 0.005;
/** Not all of a prompt is ever in a cache: its last block is computed. */
const MAX_CEILING = 0.999;

/** @returns seconds of free cache; negative or 0 means that nothing is kept between turns */
export function freeCacheSeconds(at: {
  readonly kvTokens: number;
  readonly pinnedTokens: number;
  readonly promptTokensPerSecond: number;
  readonly waitSeconds: number;
}): number {
  if (at.promptTokensPerSecond <= 0) return Number.POSITIVE_INFINITY;
  return (at.kvTokens - at.pinnedTokens) / at.promptTokensPerSecond - at.waitSeconds;
}

/** @returns h(x), 0 for x <= 0 and the ceiling for x = ∞ */
export function hitRateAt(law: ResponseLaw, x: number): Ratio {
  if (x <= 0) return ratio(0);
  if (x === Number.POSITIVE_INFINITY) return ratio(law.ceiling);
  return ratio(law.ceiling / (1 + 1 / power(x / law.halfSeconds, law.steepness)));
}

/** One measured point (x, h). */
export interface HitRatePoint {
  readonly freeSeconds: number;
  readonly hitRate: Ratio;
}

/**
 * The law through one measured point, with the prior's ceiling and steepness: its half-point is
 * moved so that h(x) is what was measured, or 0.994 where it was more.
 * @returns the prior itself where the point says nothing (no free cache, hit rate 0 or endless)
 */
export function lawThrough(prior: ResponseLaw, point: HitRatePoint): ResponseLaw {
  const { freeSeconds, hitRate } = point;
  if (!(freeSeconds > 0) || !Number.isFinite(freeSeconds) || hitRate <= 0) return prior;
  const ceiling = Math.min(MAX_CEILING, Math.max(prior.ceiling, hitRate + CEILING_MARGIN));
  const reached = Math.min(hitRate, MAX_CEILING - CEILING_MARGIN);
  const odds = reached / (ceiling - reached);
  const halfSeconds = freeSeconds / power(odds, 1 / prior.steepness);
  return { ceiling, halfSeconds, steepness: prior.steepness };
}

/**
 * The share of prefill capacity above which a fleet that could not carry its load without a cache
 * may tip into collapse when a rack is taken away: 0.30 where the router re-homes sessions, 0.20
 * where it never does (64 and 32 simulated cases, none unsafe).
 */
export const COLLAPSE_LOAD_LIMIT: Readonly<Record<CompiledFleet["router"], number>> = {
  "session-sticky": 0.2,
  "prefix-affinity": 0.3,
};
