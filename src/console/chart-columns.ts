/** The history of a fleet as columns over one shared time axis. */
import type { HistoryPoint } from "../api/history-view.ts";

export type Column = readonly (number | null)[];

export interface Columns {
  /** Instants in seconds, evenly spaced, into the future as far as the forecast reaches. */
  readonly x: readonly number[];
  /** Values of a series, one per instant. */
  series(name: string): Column;
  /** Values of a forecast series at the instants they were made *for*. */
  forecast(name: string): Column;
}

export interface Span {
  /** The instant shown. */
  readonly nowSeconds: number;
  /** Where the window ends; what is shown lies in it. */
  readonly endSeconds: number;
  readonly windowSeconds: number;
  readonly resolutionSeconds: number;
}

/** A young history is not stretched beyond this: five points would look like a trend. */
const SHORTEST_SECONDS = 900;

/** @returns the columns of the window, shortened to where the history begins. */
export function chartColumns(points: readonly HistoryPoint[], span: Span): Columns {
  const step = span.resolutionSeconds;
  const last = Math.floor(span.endSeconds / step) * step;
  const shownSeconds = shortened(span, last - (points[0]?.atSeconds ?? last));
  const first = last - Math.floor(shownSeconds / step) * step;
  const newest = points.findLast(({ atSeconds }) => atSeconds <= last);
  const count = (last + horizonOf(newest, step) - first) / step + 1;
  const x = Array.from({ length: count }, (_, index) => first + index * step);
  const place = (name: string, shift: (point: HistoryPoint) => number): Column => {
    const column: (number | null)[] = x.map(() => null);
    for (const point of points) {
      const index = (point.atSeconds + shift(point) - first) / step;
      if (index >= 0 && index < count) column[index] = point.values[name] ?? null;
    }
    return column;
  };
  return {
    x,
    series: (name) => place(name, () => 0),
    forecast: (name) => place(name, (point) => horizonOf(point, step)),
  };
}

function shortened({ windowSeconds }: Span, knownSeconds: number): number {
  return Math.min(windowSeconds, Math.max(SHORTEST_SECONDS, knownSeconds));
}

/** @returns the point's horizon in whole steps, as seconds. */
function horizonOf(point: HistoryPoint | undefined, step: number): number {
  return Math.round((point?.values["horizonSeconds"] ?? 0) / step) * step;
}

/** @returns the running sums over `columns`, first to last: what a stacked chart draws. */
export function stack(columns: readonly Column[]): readonly Column[] {
  let below: Column = [];
  return columns.map((column) => {
    below = column.map((value, index) => (value === null ? null : value + (below[index] ?? 0)));
    return below;
  });
}

/**
 * @returns what will be there if what is on its way comes when it is expected: `now` from the
 *   instant shown on, one more from each arrival on; nothing where nothing is on its way
 */
export function risingBy(
  x: readonly number[],
  arrivals: readonly number[],
  { now, nowSeconds }: { readonly now: number; readonly nowSeconds: number },
): Column {
  if (arrivals.length === 0) return x.map(() => null);
  const begins = x.findLast((at) => at <= nowSeconds) ?? nowSeconds;
  const there = (at: number): number => arrivals.filter((arrival) => arrival <= at).length;
  return x.map((at) => (at < begins ? null : now + there(at)));
}

/** @returns a column with `value` at every instant: the line of an objective. */
export const level = (x: readonly number[], value: number): Column => x.map(() => value);
