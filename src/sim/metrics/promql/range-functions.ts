/**
 * Functions over the samples of a window, as Prometheus computes them (promql/functions.go), for
 * all series of a run at once.
 */
import { type SampleLog, STALE } from "../sample-log.ts";
import type { RangeRule, Run } from "./series.ts";

/** The rows of a window and the instants it is extrapolated to. */
export interface Window {
  readonly firstRow: number;
  readonly endRow: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Where a reader puts its results: one a column, from `at` on. */
export interface Results {
  cells: Float64Array;
  at: number;
}

/** @returns false, and writes nothing, where the series of the run have no result */
export type RangeFunction = (window: Window, run: Run, results: Results) => boolean;

/** Samples nearer to the window's edge than this many mean intervals are extrapolated to it. */
const EXTRAPOLATED_INTERVALS = 1.1;

/** What counters did in a window: a pass over its rows, or over the two that matter. */
class Rises {
  count = 0;
  firstRow = 0;
  lastRow = 0;
  first = new Float64Array(0);
  last = new Float64Array(0);
  /** Sum of what each had reached whenever it began at 0 again. */
  resets = new Float64Array(0);

  over({ firstRow, endRow }: Window, { log, firstColumn, length }: Run): void {
    if (this.first.length < length) this.grow(length);
    const end = Math.min(endRow, log.endRow);
    this.count = 0;
    if (end - firstRow >= 2 && log.isSteady(firstRow, end, firstColumn)) {
      this.add(log.chunkOf(firstRow), log.offsetOf(firstRow) + firstColumn, length, firstRow);
      this.add(log.chunkOf(end - 1), log.offsetOf(end - 1) + firstColumn, length, end - 1);
      this.count = end - firstRow;
      return;
    }
    let row = firstRow;
    while (row < end) {
      const chunk = log.chunkOf(row);
      const chunkEnd = Math.min(end, (row | (log.chunkRows - 1)) + 1);
      let place = log.offsetOf(row) + firstColumn;
      for (; row < chunkEnd; row += 1) {
        if ((chunk[place] ?? Number.NaN) > STALE) this.add(chunk, place, length, row);
        place += log.width;
      }
    }
  }

  private add(chunk: Float64Array, place: number, length: number, row: number): void {
    if (this.count === 0) {
      this.firstRow = row;
      this.begin(chunk, place, length);
    } else this.step(chunk, place, length);
    this.lastRow = row;
    this.count += 1;
  }

  private begin(chunk: Float64Array, place: number, length: number): void {
    for (let i = 0; i < length; i += 1) {
      const value = chunk[place + i] ?? 0;
      this.first[i] = value;
      this.last[i] = value;
      this.resets[i] = 0;
    }
  }

  /** Most of what a read costs is spent here. */
  private step(chunk: Float64Array, place: number, length: number): void {
    const { last, resets } = this;
    for (let i = 0; i < length; i += 1) {
      const value = chunk[place + i] ?? 0;
      const before = last[i] ?? 0;
      if (value < before) resets[i] = (resets[i] ?? 0) + before;
      last[i] = value;
    }
  }

  private grow(length: number): void {
    this.first = new Float64Array(length);
    this.last = new Float64Array(length);
    this.resets = new Float64Array(length);
  }
}

/** `rate` (per second of the window) or `increase` of counters, extrapolated, resets included. */
export function counterFunction(rule: RangeRule, perSecond: boolean): RangeFunction {
  const rises = new Rises();
  const extent = new Extent();
  return (window, run, { cells, at }) => {
    rises.over(window, run);
    if (rises.count < 2) return false;
    extent.place(window, run, rises);
    const { sampled, startGap } = extent;
    const divisor = perSecond ? (window.toMs - window.fromMs) / 1_000 : 1;
    const usual = factorOf(rule, extent, Number.POSITIVE_INFINITY) / divisor;
    for (let i = 0; i < run.length; i += 1) {
      const first = rises.first[i] ?? 0;
      const rise = (rises.last[i] ?? 0) - first + (rises.resets[i] ?? 0);
      // The same as zero >= startGap, without a division; below 0 it is no counter.
      const isUsual = first < 0 || sampled * first >= startGap * rise;
      cells[at + i] =
        rise * (isUsual ? usual : factorOf(rule, extent, sampled * (first / rise)) / divisor);
    }
    return true;
  };
}

/** Seconds: between first and last sample, the mean between two, and from the window's edges. */
class Extent {
  sampled = Number.NaN;
  interval = Number.NaN;
  startGap = Number.NaN;
  endGap = Number.NaN;

  place({ fromMs, toMs }: Window, { axis }: Run, rises: Rises): void {
    const firstMs = axis.timeOf(rises.firstRow);
    const lastMs = axis.timeOf(rises.lastRow);
    this.sampled = (lastMs - firstMs) / 1_000;
    this.interval = this.sampled / (rises.count - 1);
    this.startGap = (firstMs - fromMs) / 1_000;
    this.endGap = (toMs - lastMs) / 1_000;
  }
}

/**
 * @param zero seconds before the first sample at which the counter would have been 0: it is not
 *   extrapolated to before
 * @returns the span for which the rise is taken to have gone on, over the span that was sampled
 */
function factorOf(
  rule: RangeRule,
  { sampled, interval, startGap, endGap }: Extent,
  zero: number,
): number {
  const threshold = interval * EXTRAPOLATED_INTERVALS;
  const nearest = rule === "closed" ? Math.min(startGap, zero) : startGap;
  const within = nearest < threshold ? nearest : interval / 2;
  const start = rule === "closed" ? within : Math.min(within, zero);
  const end = endGap < threshold ? endGap : interval / 2;
  return (sampled + start + end) / sampled;
}

/** `deriv`: slope per second of the least-squares line, times counted from the first sample. */
export const deriv: RangeFunction = (window, run, { cells, at }) => {
  for (let i = 0; i < run.length; i += 1) {
    const slope = slopeOf(window, run, run.firstColumn + i);
    if (slope === null) return false;
    cells[at + i] = slope;
  }
  return true;
};

/** @returns null below two samples */
function slopeOf({ firstRow, endRow }: Window, { axis, log }: Run, column: number): number | null {
  let [count, initial, firstMs] = [0, 0, 0];
  let [sumX, sumY, sumXY, sumXX] = [0, 0, 0, 0];
  let isConstant = true;
  for (let row = firstRow; row < Math.min(endRow, log.endRow); row += 1) {
    const y = log.value(row, column);
    if (!(y > STALE)) continue;
    if (count === 0) {
      initial = y;
      firstMs = axis.timeOf(row);
    } else if (y !== initial) isConstant = false;
    const x = (axis.timeOf(row) - firstMs) / 1_000;
    count += 1;
    sumX += x;
    sumY += y;
    sumXY += x * y;
    sumXX += x * x;
  }
  if (count < 2) return null;
  if (isConstant) return 0;
  return (sumXY - (sumX * sumY) / count) / (sumXX - (sumX * sumX) / count);
}

/** `last_over_time`: markers between do not end it. */
export const lastOverTime: RangeFunction = (window, run, results) =>
  copyRow(lastRow(window, run), run, results);

/** An instant selector. */
export const newestValue: RangeFunction = (window, run, results) =>
  copyRow(newestRow(window, run), run, results);

/** `timestamp` of an instant selector: when its sample was taken, seconds. */
export const newestTimestamp: RangeFunction = (window, run, { cells, at }) => {
  const row = newestRow(window, run);
  if (row < 0) return false;
  const seconds = run.axis.timeOf(row) / 1_000;
  for (let i = 0; i < run.length; i += 1) cells[at + i] = seconds;
  return true;
};

function copyRow(row: number, { log, firstColumn, length }: Run, results: Results): boolean {
  if (row < 0) return false;
  const { cells, at } = results;
  for (let i = 0; i < length; i += 1) cells[at + i] = log.value(row, firstColumn + i);
  return true;
}

/** The row of the newest sample; -1 when there is none. */
function lastRow({ firstRow, endRow }: Window, { log, firstColumn }: Run): number {
  for (let row = lastOf(log, endRow); row >= firstRow; row -= 1) {
    if (log.value(row, firstColumn) > STALE) return row;
  }
  return -1;
}

/** The row of the newest sample; -1 when there is none, or a stale marker is newer. */
function newestRow({ firstRow, endRow }: Window, { log, firstColumn }: Run): number {
  for (let row = lastOf(log, endRow); row >= firstRow; row -= 1) {
    const value = log.value(row, firstColumn);
    if (value > STALE) return row;
    if (value === STALE) return -1;
  }
  return -1;
}

const lastOf = ({ endRow }: SampleLog, end: number): number => Math.min(end, endRow) - 1;
