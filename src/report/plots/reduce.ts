/** Columns as many as there are pixels, and no peak or trough of them lost. */
import type { TimelineColumn } from "../../api/timeline.ts";

/** A value of the column, by its index. */
export interface PlotPoint {
  readonly at: number;
  readonly value: number;
}

/**
 * The smallest and the largest value of each of so many equal buckets, in the order they came: what
 * is drawn through them covers the same pixels as all values would.
 * @returns stretches without gaps: where a whole bucket is unknown, a new one begins
 */
export function reduced(
  column: TimelineColumn,
  buckets: number,
): readonly (readonly PlotPoint[])[] {
  const size = Math.max(1, column.length / buckets);
  const stretches: PlotPoint[][] = [];
  let open: PlotPoint[] | null = null;
  for (let bucket = 0; bucket * size < column.length; bucket += 1) {
    const points = extremes(column, Math.floor(bucket * size), Math.floor((bucket + 1) * size));
    if (points.length === 0) open = null;
    else if (open === null) {
      open = [...points];
      stretches.push(open);
    } else open.push(...points);
  }
  return stretches;
}

function extremes(column: TimelineColumn, from: number, to: number): readonly PlotPoint[] {
  let low: PlotPoint | null = null;
  let high: PlotPoint | null = null;
  for (let at = from; at < Math.min(column.length, to); at += 1) {
    const value = column[at] ?? null;
    if (value === null) continue;
    if (low === null || value < low.value) low = { at, value };
    if (high === null || value > high.value) high = { at, value };
  }
  if (low === null || high === null) return [];
  if (low.at === high.at) return [low];
  return low.at < high.at ? [low, high] : [high, low];
}
