/** A mean over seeds or cases and how far it can be trusted. */

export interface Estimate {
  readonly mean: number;
  /** 95 % interval; both equal the mean where there is one value only. */
  readonly low: number;
  readonly high: number;
}

/**
 * Two-sided 95 % quantiles of Student's t by degrees of freedom from 1 (R: `qt(0.975, 1:30)`).
 */
const T_975 = [
  12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157,
  2.228139, 2.200985, 2.178813, 2.160369, 2.144787, 2.13145, 2.119905, 2.109816, 2.100922, 2.093024,
  2.085963, 2.079614, 2.073873, 2.068658, 2.063899, 2.059539, 2.055529, 2.051831, 2.048407, 2.04523,
  2.042272,
] as const;
/** The normal quantile, and what t adds to it: error below 0.001 from 31 degrees of freedom on. */
const Z_975 = 1.959964;
const T_SLOPE = 2.46;

/** @returns the 97.5 % quantile of Student's t; `degrees` from 1 */
export function studentT(degrees: number): number {
  return T_975[degrees - 1] ?? Z_975 + T_SLOPE / degrees;
}

/** @throws RangeError when there is no value */
export function estimate(values: readonly number[]): Estimate {
  const count = values.length;
  if (count === 0) throw new RangeError("an estimate needs at least one value");
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { mean, low: mean, high: mean };
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const half = studentT(count - 1) * Math.sqrt(squares / (count - 1) / count);
  return { mean, low: mean - half, high: mean + half };
}

/** @param logs natural logarithms of ratios @returns their geometric mean and its interval */
export function geometricMean(logs: readonly number[]): Estimate {
  const { mean, low, high } = estimate(logs);
  return { mean: Math.exp(mean), low: Math.exp(low), high: Math.exp(high) };
}
