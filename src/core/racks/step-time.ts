/** How long a step takes: log-normal, from a prior and from what was measured. */
import type { Spread } from "../compiled.ts";
import { NORMAL_QUANTILES, normalCdf } from "../numeric.ts";
import { SECOND_MS, millis } from "../units.ts";
import type { Millis } from "../units.ts";

/**
 * How many measured racks the prior counts as. Judgement: it is a person's belief about hardware
 * they may not have had, so a handful of requests should outweigh it. Racks of one request, up to
 * three by default, come from one queue and load from one store: they tell hardly more than one.
 */
const PRIOR_RACKS = 15;
/** Below it two quantiles are the same instant: a step that takes no chances. */
const NO_SPREAD = 1e-9;

/**
 * The controller's default tick. Steps seen to begin and end within one took some time up to it:
 * that is what they count as, or the logarithm would make them the widest outliers of all.
 */
const TICK_MS = millis(15 * SECOND_MS);

interface LogNormal {
  readonly mean: number;
  readonly deviation: number;
}

/** ln(0) is no number; nothing here is told apart below a millisecond. */
const lnMs = (ms: number): number => Math.log(Math.max(1, ms));

const logNormal = ({ p50Ms, p95Ms }: Spread): LogNormal => ({
  mean: lnMs(p50Ms),
  deviation: Math.max(0, (lnMs(p95Ms) - lnMs(p50Ms)) / NORMAL_QUANTILES.p95),
});

/**
 * The prior counts as k = 15 racks of its mean and variance, pooled with the n measured ones: with
 * μ₀, σ₀² of the prior's ln duration and m, s² of the measured ones,
 *
 *   μ  = (k μ₀ + n m) / (k + n)
 *   σ² = (k σ₀² + n s²) / (k + n) + k n (m − μ₀)² / (k + n)²
 *
 * which is mean and variance of both together (and those of a normal-inverse-gamma posterior with k
 * pseudo-observations). p50 = e^μ, p95 = e^(μ + 1.645 σ).
 *
 * @returns the spread to believe; the prior itself while nothing was measured
 */
export function blended(prior: Spread, measured: readonly Millis[]): Spread {
  const n = measured.length;
  if (n === 0) return prior;
  const { mean: before, deviation } = logNormal(prior);
  // Where even the prior's median is shorter than a tick, that is all there is to tell.
  const shortestMs = Math.min(TICK_MS, prior.p50Ms);
  const logs = measured.map((tookMs) => lnMs(Math.max(tookMs, shortestMs)));
  const mean = logs.reduce((sum, value) => sum + value, 0) / n;
  const squares = logs.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const total = PRIOR_RACKS + n;
  const between = ((PRIOR_RACKS * n) / (total * total)) * (mean - before) * (mean - before);
  const variance = (PRIOR_RACKS * deviation * deviation + squares) / total + between;
  const centre = (PRIOR_RACKS * before + n * mean) / total;
  return {
    p50Ms: millis(Math.round(Math.exp(centre))),
    p95Ms: millis(Math.round(Math.exp(centre + NORMAL_QUANTILES.p95 * Math.sqrt(variance)))),
  };
}

/** @returns the time within which 99 % of racks are through the step */
export function p99Ms(spread: Spread): Millis {
  const { mean, deviation } = logNormal(spread);
  return millis(Math.round(Math.exp(mean + NORMAL_QUANTILES.p99 * deviation)));
}

/**
 * @returns the chance that a step that has lasted `waitedMs` ends within `withinMs` more; 0 for one
 *   so late that the distribution knows nothing of it
 */
export function chanceWithin(spread: Spread, waitedMs: number, withinMs: number): number {
  const { mean, deviation } = logNormal(spread);
  if (deviation < NO_SPREAD) {
    return waitedMs <= spread.p50Ms && spread.p50Ms <= waitedMs + withinMs ? 1 : 0;
  }
  const ended = (ms: number): number => (ms <= 0 ? 0 : normalCdf((lnMs(ms) - mean) / deviation));
  const before = ended(waitedMs);
  // The approximation of the normal distribution is good to 1e-7: nearer to 1 it says nothing.
  if (before > 1 - 1e-6) return 0;
  return (ended(waitedMs + withinMs) - before) / (1 - before);
}
