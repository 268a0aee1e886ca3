/**
 * The change of ln(turns/s) over the horizon, as a sum of what averages, a rise, and the time of
 * day and of week say about it. How much each counts is learned from forecasts that fell due: ridge
 * regression toward `PRIOR`, older ones fading.
 */
import type { ChangeMemory } from "../memory.ts";
import { clamp, lerp } from "../numeric.ts";

/**
 * Weights of the damped trend, of the distances of the ten minutes', the hour's and the day's
 * average from the level, of a rise, of the daily change and of what the weekly adds. A level whose
 * noise lasts by 0.09 of its variance a minute (`LEVEL_GAIN_SQUARED`) is best averaged over 3.3
 * minutes: 0.2 of the way from 1.5 to 10. Trend and rise are believed as they stand, a season by
 * the 0.3 of a recipe measured on a fluid model, until it has proved more.
 */
const PRIOR = [1, 0.2, 0, 0, 1, 0.3, 0.3] as const;
/** Standard deviation of those weights: judgement; a doubt of a third either way. */
const PRIOR_SD = 0.3;
const FEATURES = PRIOR.length;
/** Half-life of what was learned, minutes: the recipe's 10 days. */
const HALF_LIFE_MINUTES = 14_400;
/** Residuals beyond this many standard deviations count as if they were at it (Huber 1964). */
const HUBER = 1.5;
/** The residual of half an hour before anything is known: a fifth, a minute's 15 % and some. */
const PRIOR_VARIANCE = 0.04;
/** Horizons' worth that the prior's variance stands for. */
const PRIOR_WEIGHT = 4;
const MIN_VARIANCE = 1e-4;
/** A residual counts for the variance up to this many of Huber's limits: a burst is not a habit. */
const OUTLIER = 3;
/** No feature is carried on to more than twice itself, nor against itself by more. */
const MAX_WEIGHT = 2;

const SIZE = (FEATURES * (FEATURES + 1)) / 2;
const zeros = (length: number): readonly number[] => Array.from({ length }, () => 0);

export const FIRST_CHANGE: ChangeMemory = {
  gram: zeros(SIZE),
  moment: zeros(FEATURES),
  weights: PRIOR,
  variance: PRIOR_VARIANCE,
  learnedFrom: 0,
};

export interface ChangeSeen {
  readonly features: readonly number[];
  /** Of ln(turns/s), over the horizon. */
  readonly change: number;
  /** Forecasts overlap: each stands for this share of a horizon. */
  readonly share: number;
  /** Since the last one. */
  readonly minutes: number;
}

export function learnChange(before: ChangeMemory, seen: ChangeSeen): ChangeMemory {
  const { features, change, share, minutes } = seen;
  const residual = change - predictedChange(before, features);
  const limit = HUBER * Math.sqrt(before.variance);
  const weight = (share * limit) / Math.max(limit, Math.abs(residual));
  const kept = Math.exp((-Math.LN2 * minutes) / HALF_LIFE_MINUTES);
  const capped = Math.min(Math.abs(residual), OUTLIER * limit);
  const learnedFrom = kept * before.learnedFrom + share;
  const toward = share / (learnedFrom + PRIOR_WEIGHT);
  const learned = {
    gram: before.gram.map((value, at) => kept * value + weight * productAt(features, at)),
    moment: before.moment.map((value, at) => kept * value + weight * (features[at] ?? 0) * change),
    variance: Math.max(MIN_VARIANCE, lerp(before.variance, capped * capped, toward)),
    learnedFrom,
  };
  return { ...learned, weights: solvedWeights(learned) };
}

/** @returns the change of ln(turns/s) that the features speak for */
export const predictedChange = ({ weights }: ChangeMemory, features: readonly number[]): number =>
  weights.reduce((sum, weight, at) => sum + weight * (features[at] ?? 0), 0);

/** Row and column of each place in the upper triangle. */
const PLACES: readonly (readonly [row: number, column: number])[] = Array.from(
  { length: FEATURES },
  (_, row) => Array.from({ length: FEATURES - row }, (_unused, more) => [row, row + more] as const),
).flat();

function productAt(features: readonly number[], at: number): number {
  const [row, column] = PLACES[at] ?? [0, 0];
  return (features[row] ?? 0) * (features[column] ?? 0);
}

/** The place of each row and column. */
const PLACE_OF = PRIOR.map((_, row) =>
  PRIOR.map((_unused, column) =>
    PLACES.findIndex(([r, c]) => r === Math.min(row, column) && c === Math.max(row, column)),
  ),
);

/** @returns the most likely weights: (Σ w x xᵀ + λI) θ = Σ w x y + λ θ₀ with λ = σ² / 0.3² */
function solvedWeights({
  gram,
  moment,
  variance,
}: Pick<ChangeMemory, "gram" | "moment" | "variance">): readonly number[] {
  const ridge = variance / (PRIOR_SD * PRIOR_SD);
  const rows = PLACE_OF.map((places, row) => [
    ...places.map((place, column) => (gram[place] ?? 0) + (row === column ? ridge : 0)),
    (moment[row] ?? 0) + ridge * (PRIOR[row] ?? 0),
  ]);
  return solved(rows).map((weight) => clamp(weight, -MAX_WEIGHT, MAX_WEIGHT));
}

/** Gauss-Jordan without pivots: the matrix is positive definite by its ridge. */
function solved(rows: readonly number[][]): readonly number[] {
  for (const [at, pivotRow] of rows.entries()) {
    for (const [other, row] of rows.entries()) {
      if (other !== at) subtract(row, pivotRow, at);
    }
  }
  return rows.map((row, at) => (row.at(-1) ?? 0) / (row[at] ?? 1));
}

function subtract(row: number[], pivotRow: readonly number[], at: number): void {
  const factor = (row[at] ?? 0) / (pivotRow[at] ?? 1);
  for (let column = at; column < pivotRow.length; column += 1) {
    row[column] = (row[column] ?? 0) - factor * (pivotRow[column] ?? 0);
  }
}
