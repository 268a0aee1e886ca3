/** Histograms as engines export them: counts in buckets whose bounds the engine chose. */

/** Cumulative counts, one per bound and one for +Inf, as under the label `le`. */
export type Cumulative = readonly number[];

export class Histogram {
  private readonly bounds: readonly number[];
  private readonly counts: number[];

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(valueSeconds: number, weight = 1): void {
    let bucket = 0;
    for (const bound of this.bounds) {
      if (valueSeconds <= bound) break;
      bucket += 1;
    }
    this.counts[bucket] = (this.counts[bucket] ?? 0) + weight;
  }

  cumulative(): Cumulative {
    let total = 0;
    return this.counts.map((count) => {
      total += count;
      return total;
    });
  }
}

/** @returns what was counted between two readings. */
export const increase = (from: Cumulative, to: Cumulative): Cumulative =>
  to.map((count, index) => count - (from[index] ?? 0));

/**
 * PromQL's `histogram_quantile`: linear inside the bucket, from 0 in the lowest, the highest finite
 * bound for what lies beyond it.
 * @returns null for an empty histogram: the query asks for more than 0 observations.
 */
export function histogramQuantile(
  q: number,
  bounds: readonly number[],
  counts: Cumulative,
): number | null {
  const rank = q * (counts.at(-1) ?? 0);
  if (!(rank > 0)) return null;
  const bucket = counts.findIndex((count) => count >= rank);
  const upper = bounds[bucket];
  if (upper === undefined) return bounds.at(-1) ?? null;
  const lower = bounds[bucket - 1] ?? 0;
  const below = counts[bucket - 1] ?? 0;
  const inside = (counts[bucket] ?? 0) - below;
  return lower + ((upper - lower) * (rank - below)) / inside;
}

/**
 * The share of observations at or below a bound.
 * @returns null when `threshold` is not a bound, or nothing was counted: such a query is empty.
 */
export function shareWithin(
  thresholdSeconds: number,
  bounds: readonly number[],
  counts: Cumulative,
): number | null {
  const within = counts[bounds.indexOf(thresholdSeconds)];
  const total = counts.at(-1) ?? 0;
  return within === undefined || total <= 0 ? null : within / total;
}
