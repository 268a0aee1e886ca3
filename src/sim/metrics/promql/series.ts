/** What queries are evaluated over: series with their samples, found by name. */
import type { SampleLog } from "../sample-log.ts";
import type { TimeAxis } from "../time-axis.ts";
import type { Labels } from "./vector.ts";

export interface Series {
  readonly labels: Labels;
  readonly axis: TimeAxis;
  readonly log: SampleLog;
  readonly column: number;
  /** How far back its samples are kept. */
  readonly keptMs: number;
}

/**
 * Series of one name in columns side by side of one target. A scrape brings samples of all of them
 * or of none, so what is worked out about their times holds for all.
 */
export interface Run {
  readonly axis: TimeAxis;
  readonly log: SampleLog;
  readonly firstColumn: number;
  readonly length: number;
}

export interface SeriesIndex {
  /** Changes whenever a series comes or goes. */
  generation(): number;
  named(name: string): readonly Series[];
}

/**
 * `left-open`: a window of w seconds at t holds samples later than t − w, as Prometheus 3 has it.
 * `closed`: those at t − w too, and the older rule of extrapolation; checked against 2.42.
 */
export type RangeRule = "left-open" | "closed";

/** @returns the series in the same order, those in columns side by side joined. */
export function runsOf(series: readonly Series[]): readonly Run[] {
  const runs: { axis: TimeAxis; log: SampleLog; firstColumn: number; length: number }[] = [];
  for (const { axis, log, column } of series) {
    const last = runs.at(-1);
    if (last?.log === log && last.firstColumn + last.length === column) last.length += 1;
    else runs.push({ axis, log, firstColumn: column, length: 1 });
  }
  return runs;
}
