/** One target of a fleet: its series and their samples. */
import type { Column } from "./exported-series.ts";
import type { Series } from "./promql/series.ts";
import { SampleLog } from "./sample-log.ts";
import type { TargetLabels } from "./target-labels.ts";
import { seriesLabels } from "./target-labels.ts";
import type { TimeAxis } from "./time-axis.ts";

/** A series with what its family is called. */
export interface StoredSeries extends Series {
  readonly column: number;
  readonly family: Pick<Column, "family" | "type">;
}

/** Chunks of an hour and of four minutes, at scrapes every 15 s. */
const KEPT_SHIFT = 8;
export const RECENT_SHIFT = 4;

export interface ScrapedTargetOptions {
  readonly axis: TimeAxis;
  readonly labels: TargetLabels;
  readonly kept: readonly Column[];
  readonly recent: readonly Column[];
  readonly keptMs: number;
  readonly recentMs: number;
}

export class ScrapedTarget {
  readonly kept: SampleLog;
  readonly recent: SampleLog;
  readonly series: readonly StoredSeries[];
  /** The newest scrape that found the target in discovery. */
  lastRow = -1;
  /** Scrapes since then. */
  missed = 0;

  constructor(options: ScrapedTargetOptions) {
    const { axis, labels, keptMs, recentMs } = options;
    this.kept = logOf(options.kept, KEPT_SHIFT);
    this.recent = logOf(options.recent, RECENT_SHIFT);
    const store = (log: SampleLog, ms: number, columns: readonly Column[]) =>
      columns.map(({ name, labels: own, family, type }, column) => ({
        labels: seriesLabels(name, own, labels),
        axis,
        log,
        column,
        keptMs: ms,
        family: { family, type },
      }));
    this.series = [
      ...store(this.kept, keptMs, options.kept),
      ...store(this.recent, recentMs, options.recent),
    ];
  }

  /** The row of both logs is written. */
  close(): void {
    this.kept.close();
    this.recent.close();
  }

  /** The target left discovery: all its series end. */
  end(row: number): void {
    this.kept.markStale(row);
    this.recent.markStale(row);
  }
}

/** Gauges come first; one behind them costs those who read counters time, but is not misread. */
function logOf(columns: readonly Column[], shift: number): SampleLog {
  const firstCounter = columns.findIndex(({ type }) => type !== "gauge");
  return new SampleLog(columns.length, shift, firstCounter < 0 ? columns.length : firstCounter);
}
