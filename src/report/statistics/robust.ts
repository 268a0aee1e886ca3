/** Estimates that up to half of the values may be wild without moving far. */

/** MAD of a normal distribution times this is its standard deviation. */
const MAD_TO_SIGMA = 1.4826;

/** @param share 0..1 @returns null of none; between two values the nearer one */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.round(share * (sorted.length - 1))] ?? null;
}

export const median = (values: readonly number[]): number | null => quantile(values, 0.5);

/** @returns the standard deviation that the median absolute deviation stands for; 0 of none */
export function robustSigma(values: readonly number[]): number {
  const middle = median(values);
  if (middle === null) return 0;
  return MAD_TO_SIGMA * (median(values.map((value) => Math.abs(value - middle))) ?? 0);
}

export const isNumber = (value: number | null | undefined): value is number =>
  typeof value === "number";

export const numbersOf = (values: readonly (number | null)[]): readonly number[] =>
  values.filter(isNumber);

export const sumOf = (values: readonly (number | null)[]): number =>
  values.reduce<number>((total, value) => total + (value ?? 0), 0);

/** @returns null of none */
export const meanOf = (values: readonly (number | null)[]): number | null => {
  const known = numbersOf(values);
  return known.length === 0 ? null : sumOf(known) / known.length;
};
