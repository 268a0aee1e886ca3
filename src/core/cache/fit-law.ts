/**
 * The response law of one fleet: maximum a posteriori over (logit h∞, ln a, ln b), the prior being
 * the router's, by Gauss-Newton.
 */
import { clamp } from "../numeric.ts";
import { ratio } from "../units.ts";
import type { Ratio } from "../units.ts";
import type { CachePoint } from "./cache-history.ts";
import type { ResponseLaw } from "./response-law.ts";

/** (logit h∞, ln a, ln b). */
type Parameters = readonly [number, number, number];

/** Standard deviations of the prior, between sessions and sizes it was measured on. */
const PRIOR_SD: Parameters = [0.4, 0.5, 0.15];
/** Where another workload than the prior's is seen, its form alone is kept. */
const VAGUE_SD: Parameters = [2, 2, 0.6];

/** An observed hit rate is never better known: five-minute noise is not all there is. */
const LEAST_SD = 0.005;
/** Five-minute standard deviation over (1 − h): .013 at h = .90 and .051 at .72. */
const NOISE_PER_MISS = 0.16;
const NOISE_SECONDS = 300;

const STEPS = 25;
const SMALL_STEP = 1e-9;
/** A step that leaves this range does not come back. */
const LONGEST_STEP = 1;
const MAX_LOGIT = 7;

/** @returns the law that the points and the prior make likeliest */
export const fitLaw = (prior: ResponseLaw, points: readonly CachePoint[]): ResponseLaw =>
  fitted(prior, PRIOR_SD, points);

/** @returns the law of the points, of which there are enough to do without the router's prior */
export const fitLawFreely = (prior: ResponseLaw, points: readonly CachePoint[]): ResponseLaw =>
  fitted(prior, VAGUE_SD, points);

function fitted(prior: ResponseLaw, sd: Parameters, points: readonly CachePoint[]): ResponseLaw {
  const seen = points
    .filter(({ freeSeconds }) => freeSeconds > 0 && Number.isFinite(freeSeconds))
    .map(
      (point): Seen => ({
        lnFree: Math.log(point.freeSeconds),
        hitRate: point.hitRate,
        precision: 1 / variance(point),
      }),
    );
  if (seen.length === 0) return prior;
  const start = parametersOf(prior);
  let at = start;
  for (let step = 0; step < STEPS; step += 1) {
    const [x, y, z] = newtonStep(at, { start, sd, seen });
    at = [clamp(at[0] + x, -MAX_LOGIT, MAX_LOGIT), at[1] + y, at[2] + z];
    if (Math.abs(x) + Math.abs(y) + Math.abs(z) < SMALL_STEP) break;
  }
  return lawOf(at);
}

const parametersOf = ({ ceiling, halfSeconds, steepness }: ResponseLaw): Parameters => [
  Math.log(ceiling / (1 - ceiling)),
  Math.log(halfSeconds),
  Math.log(steepness),
];

const lawOf = ([logit, lnHalf, lnSteepness]: Parameters): ResponseLaw => ({
  ceiling: 1 / (1 + Math.exp(-logit)),
  halfSeconds: Math.exp(lnHalf),
  steepness: Math.exp(lnSteepness),
});

interface Seen {
  /** ln of the seconds of free cache. */
  readonly lnFree: number;
  readonly hitRate: number;
  readonly precision: number;
}

interface Problem {
  readonly start: Parameters;
  readonly sd: Parameters;
  readonly seen: readonly Seen[];
}

/**
 * The normal equations at a place, solved. With slopes ∂h/∂(logit h∞, ln a, ln b) at x of
 * (1 − h∞)·h, −b·h·(1 − h/h∞) and b·h·(1 − h/h∞)·ln(x/a). Written out: it runs at every tick.
 */
function newtonStep(at: Parameters, { start, sd, seen }: Problem): Parameters {
  const { ceiling, steepness } = lawOf(at);
  const lnHalf = at[1];
  let aa = weight(sd[0]);
  let bb = weight(sd[1]);
  let cc = weight(sd[2]);
  let ab = 0;
  let ac = 0;
  let bc = 0;
  let ra = aa * (start[0] - at[0]);
  let rb = bb * (start[1] - at[1]);
  let rc = cc * (start[2] - at[2]);
  for (const { lnFree, hitRate, precision } of seen) {
    const distance = lnFree - lnHalf;
    const found = ceiling / (1 + Math.exp(-steepness * distance));
    const residual = hitRate - found;
    const bend = found * (1 - found / ceiling) * steepness;
    const slopeA = (1 - ceiling) * found;
    const slopeC = bend * distance;
    const weightedA = precision * slopeA;
    const weightedB = precision * -bend;
    const weightedC = precision * slopeC;
    aa += weightedA * slopeA;
    ab += weightedA * -bend;
    ac += weightedA * slopeC;
    bb += weightedB * -bend;
    bc += weightedB * slopeC;
    cc += weightedC * slopeC;
    ra += weightedA * residual;
    rb += weightedB * residual;
    rc += weightedC * residual;
  }
  return shortened(solve({ aa, ab, ac, bb, bc, cc }, ra, rb, rc));
}

const weight = (sd: number): number => 1 / (sd * sd);

function variance({ hitRate, seconds }: CachePoint): number {
  const noise = NOISE_PER_MISS * (1 - hitRate);
  return noise * noise * (NOISE_SECONDS / Math.max(1, seconds)) + LEAST_SD * LEAST_SD;
}

function shortened(step: Parameters): Parameters {
  const longest = Math.max(Math.abs(step[0]), Math.abs(step[1]), Math.abs(step[2]));
  const share = longest > LONGEST_STEP ? LONGEST_STEP / longest : 1;
  return [step[0] * share, step[1] * share, step[2] * share];
}

/** A symmetric matrix of three rows, by its upper triangle. */
interface Symmetric {
  readonly aa: number;
  readonly ab: number;
  readonly ac: number;
  readonly bb: number;
  readonly bc: number;
  readonly cc: number;
}

/**
 * Cramer's rule for three equations; positive definite by the prior. Each determinant is written
 * out by its first row: with rows as lists this was most of a fit.
 */
function solve(m: Symmetric, x: number, y: number, z: number): Parameters {
  const { aa, ab, ac, bb, bc, cc } = m;
  const ofA = bb * cc - bc * bc;
  const whole = aa * ofA - ab * (ab * cc - bc * ac) + ac * (ab * bc - bb * ac);
  const first = x * ofA - ab * (y * cc - bc * z) + ac * (y * bc - bb * z);
  const second = aa * (y * cc - bc * z) - x * (ab * cc - bc * ac) + ac * (ab * z - y * ac);
  const third = aa * (bb * z - y * bc) - ab * (ab * z - y * ac) + x * (ab * bc - bb * ac);
  return [first / whole, second / whole, third / whole];
}

/** @returns the mean of the points, weighed by their time; null without any */
export function meanPoint(
  points: readonly CachePoint[],
): { hitRate: Ratio; freeSeconds: number } | null {
  const seconds = points.reduce((sum, point) => sum + point.seconds, 0);
  if (seconds <= 0) return null;
  const mean = (of: (point: CachePoint) => number): number =>
    points.reduce((sum, point) => sum + of(point) * point.seconds, 0) / seconds;
  return {
    hitRate: ratio(mean(({ hitRate }) => hitRate)),
    freeSeconds: mean(({ freeSeconds }) => freeSeconds),
  };
}
