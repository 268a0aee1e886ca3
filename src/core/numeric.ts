/**
 * Arithmetic whose result must not depend on the Node version: `Math.pow` and `**` differ between
 * majors, so powers are built from exp and log, which are only used through here.
 */

/** @returns x to the power y, for x >= 0; Infinity for 0 to a negative power. */
export function power(x: number, y: number): number {
  if (y === 0) return 1;
  if (x <= 0) return y > 0 ? 0 : Number.POSITIVE_INFINITY;
  return Math.exp(y * Math.log(x));
}

export const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));

/** @returns NaN of none */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** @returns the value to two decimals: what people are shown, never what is reckoned with */
export const toHundredths = (value: number): number => Math.round(value * 100) / 100;

/** Linear between a (t = 0) and b (t = 1). */
export const lerp = (a: number, b: number, t: number): number => a + (b - a) * t;

/**
 * Standard normal distribution function, absolute error < 7.5e-8 (Abramowitz & Stegun 26.2.17).
 */
export function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = 0.3989422804014327 * Math.exp((-z * z) / 2) * series;
  return z >= 0 ? 1 - tail : tail;
}

/** Standard normal quantiles of the probabilities the forecast uses. */
export const NORMAL_QUANTILES = {
  p2_5: -1.9599639845400545,
  p10: -1.2815515655446004,
  p50: 0,
  p70: 0.5244005127080407,
  p80: 0.8416212335729143,
  p90: 1.2815515655446004,
  p95: 1.6448536269514722,
  p97_5: 1.9599639845400545,
  p99: 2.3263478740408408,
} as const;

/** Orders lists of numbers by the first place in which they differ, the smaller first. */
export function compareRanks(a: readonly number[], b: readonly number[]): number {
  const differing = a.findIndex((value, index) => value !== b[index]);
  return differing < 0 ? 0 : (a[differing] ?? 0) - (b[differing] ?? 0);
}
