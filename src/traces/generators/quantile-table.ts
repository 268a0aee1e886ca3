/** Distributions given by a few of their quantiles, as publications give them. */

/** A probability, ascending, and the value that this share of draws does not exceed. */
export type QuantilePoint = readonly [probability: number, value: number];

const logit = (p: number): number => Math.log(p / (1 - p));

/**
 * Interpolates ln(value) over ln(p/(1 − p)), so that pieces are log-logistic and tails are power
 * laws between the points; beyond the first and the last point their values hold.
 * @param points values above 0, ascending
 * @returns the value at a share of 0..1
 */
export function quantileTable(points: readonly QuantilePoint[]): (share: number) => number {
  const at = points.map(([p]) => logit(p));
  const logs = points.map(([, value]) => Math.log(value));
  const last = points.length - 1;
  return (share) => {
    const x = share <= 0 ? Number.NEGATIVE_INFINITY : logit(share);
    const next = at.findIndex((each) => each >= x);
    if (next <= 0) return points[next === 0 ? 0 : last]?.[1] ?? Number.NaN;
    const [x0, x1] = [at[next - 1] ?? 0, at[next] ?? 0];
    const [y0, y1] = [logs[next - 1] ?? 0, logs[next] ?? 0];
    return Math.exp(y0 + ((y1 - y0) * (x - x0)) / (x1 - x0));
  };
}
