/** A Prometheus histogram: cumulative counts below fixed bounds. */
export interface Histogram {
  readonly bounds: readonly number[];
  /** Not cumulative; one more than the bounds, for +Inf. */
  readonly counts: number[];
  sum: number;
}

export const emptyHistogram = (bounds: readonly number[]): Histogram => ({
  bounds,
  counts: Array.from({ length: bounds.length + 1 }, () => 0),
  sum: 0,
});

export function observe(histogram: Histogram, value: number, times = 1): void {
  const found = histogram.bounds.findIndex((bound) => value <= bound);
  const index = found === -1 ? histogram.bounds.length : found;
  histogram.counts[index] = (histogram.counts[index] ?? 0) + times;
  histogram.sum += value * times;
}

export const countOf = ({ counts }: Histogram): number => counts.reduce((sum, n) => sum + n, 0);

/** @returns the share of observations at or below a bound, NaN without any. */
export function shareWithin(histogram: Histogram, bound: number): number {
  const below = histogram.counts.filter((_, i) => (histogram.bounds[i] ?? Infinity) <= bound);
  return below.reduce((sum, n) => sum + n, 0) / countOf(histogram);
}
