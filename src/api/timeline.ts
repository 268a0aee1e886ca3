/**
 * One simulated run over time, as reports read it. Columns of equal length, a value a step; kept
 * out
 * of the result, whose JSON stays small.
 */

/** Values by step; null where nothing was measured. */
export type TimelineColumn = readonly (number | null)[];

/** The columns; latencies keep their peak, hit rates their trough, counts add up. */
export interface TimelineColumns {
  /** Turns that arrived. */
  readonly arrived: TimelineColumn;
  /** Of them, those that met every objective. */
  readonly met: TimelineColumn;
  /** Forecast of the turns per second at this step, made a lead time before it. */
  readonly forecastP10: TimelineColumn;
  readonly forecastP50: TimelineColumn;
  readonly forecastP90: TimelineColumn;
  /** Seconds, as a Prometheus showed them. */
  readonly ttftP95: TimelineColumn;
  readonly itlP95: TimelineColumn;
  /** Share of prompt tokens served from a cache, as a Prometheus showed it. */
  readonly hitRate: TimelineColumn;
  readonly racksWanted: TimelineColumn;
  /** Held or on the way. */
  readonly racksHeld: TimelineColumn;
  /** Serving or warming. */
  readonly racksServing: TimelineColumn;
  readonly racksArriving: TimelineColumn;
}

export type TimelineSeries = keyof TimelineColumns;

/** Racks that were asked for at once. */
export interface TimelineOrder {
  readonly pool: string;
  readonly racks: number;
  /** Since the start of the run, as all instants here. */
  readonly askedSeconds: number;
  /** When the last of them served its first turn; null: not before the run ended. */
  readonly servedSeconds: number | null;
  /** The lead time as it was known when they were asked for. */
  readonly expected: { readonly p50Seconds: number; readonly p95Seconds: number };
}

export interface TimelineObjective {
  readonly name: string;
  readonly metric: "TTFT" | "ITL";
  readonly thresholdSeconds: number;
  readonly share: number;
}

export interface FleetTimeline {
  /** `namespace/name`. */
  readonly fleet: string;
  readonly objectives: readonly TimelineObjective[];
  /** GPUs of one rack, the dearest pool's where they differ. */
  readonly gpusPerRack: number;
  readonly series: TimelineColumns;
  /** Oldest first. */
  readonly orders: readonly TimelineOrder[];
}

export interface RunTimeline {
  readonly schemaVersion: 1;
  /** Of the simulated start, since the Unix epoch. */
  readonly startsAtSeconds: number;
  /** Width of a step: a minute, or more so that a long run stays bounded. */
  readonly stepSeconds: number;
  readonly fleets: readonly FleetTimeline[];
}
