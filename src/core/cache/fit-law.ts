/**
 * The response law of one fleet: maximum a posteriori over (logit h∞, ln a, ln b), the prior being
 * the router's, by Gauss-Newton.
 */
import { clamp } from "../numeric.ts";
import { ratio } from "../units.ts";
import type { Ratio } from "../units.ts";
import type { CachePoint } from "./cache-history.ts";
import { hitRateAt } from "./response-law.ts";
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
  const usable = points.filter(
    ({ freeSeconds }) => freeSeconds > 0 && Number.isFinite(freeSeconds),
  );
  if (usable.length === 0) return prior;
  const start = parametersOf(prior);
  let at = start;
  for (let step = 0; step < STEPS; step += 1) {
    const move = newtonStep(at, { start, sd, points: usable });
    const [x, y, z] = move;
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

interface Problem {
  readonly start: Parameters;
  readonly sd: Parameters;
  readonly points: readonly CachePoint[];
}

function newtonStep(at: Parameters, { start, sd, points }: Problem): Parameters {
  const normal = [0, 1, 2].map((row) =>
    [0, 1, 2].map((column) => (row === column ? weight(sd, row) : 0)),
  );
  const right = [0, 1, 2].map((row) => weight(sd, row) * (part(start, row) - part(at, row)));
  const law = lawOf(at);
  for (const point of points) {
    const residual = point.hitRate - hitRateAt(law, point.freeSeconds);
    const slope = slopes(law, point.freeSeconds);
    const precision = 1 / variance(point);
    for (const row of [0, 1, 2]) {
      right[row] = (right[row] ?? 0) + precision * part(slope, row) * residual;
      const line = normal[row] ?? [];
      for (const column of [0, 1, 2]) {
        line[column] = (line[column] ?? 0) + precision * part(slope, row) * part(slope, column);
      }
    }
  }
  return shortened(solve(normal, right));
}

const part = (of: readonly number[], at: number): number => of[at] ?? 0;
const weight = (sd: Parameters, at: number): number => 1 / (part(sd, at) * part(sd, at));

function variance({ hitRate, seconds }: CachePoint): number {
  const noise = NOISE_PER_MISS * (1 - hitRate);
  return noise * noise * (NOISE_SECONDS / Math.max(1, seconds)) + LEAST_SD * LEAST_SD;
}

/** ∂h/∂(logit h∞, ln a, ln b) at x: with s = h/h∞, (1−h∞)·h, −b·h·(1−s), b·ln(x/a)·h·(1−s). */
function slopes(law: ResponseLaw, freeSeconds: number): Parameters {
  const { ceiling, halfSeconds, steepness } = law;
  const hitRate = hitRateAt(law, freeSeconds);
  const bend = hitRate * (1 - hitRate / ceiling) * steepness;
  return [(1 - ceiling) * hitRate, -bend, bend * Math.log(freeSeconds / halfSeconds)];
}

function shortened(step: Parameters): Parameters {
  const longest = Math.max(...step.map(Math.abs));
  const share = longest > LONGEST_STEP ? LONGEST_STEP / longest : 1;
  return [step[0] * share, step[1] * share, step[2] * share];
}

/** Cramer's rule for three equations; positive definite by the prior. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): Parameters {
  const [a = [], b = [], c = []] = matrix;
  const whole = determinant(a, b, c);
  const with3 = (column: number): number => {
    const put = (row: readonly number[], value: number): readonly number[] =>
      row.map((entry, at) => (at === column ? value : entry));
    return determinant(put(a, part(right, 0)), put(b, part(right, 1)), put(c, part(right, 2)));
  };
  return [with3(0) / whole, with3(1) / whole, with3(2) / whole];
}

function determinant(a: readonly number[], b: readonly number[], c: readonly number[]): number {
  const minor = (i: number, j: number): number => part(b, i) * part(c, j) - part(b, j) * part(c, i);
  return part(a, 0) * minor(1, 2) - part(a, 1) * minor(0, 2) + part(a, 2) * minor(0, 1);
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
