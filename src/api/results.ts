/** The result of one simulated run, as `simulate --format json` prints it. */
export const RESULT_SCHEMA_VERSION = 1;

/** Seconds; null where nothing was counted. */
export interface LatencyResult {
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** A change of the traffic or a fault, and how it was absorbed. */
export interface SurgeResult {
  readonly startSeconds: number;
  /** `traffic`, or the kind of fault. */
  readonly cause: string;
  /** Of the rate of new sessions; 1 for faults. */
  readonly factor: number;
  /** null: not inside the objective again before the run ended. */
  readonly timeToAbsorbSeconds: number | null;
  /** Outside the objectives, until the next one began: a fleet may leave them again. */
  readonly outsideSeconds: number;
  readonly violations: number;
  readonly extraGpuHours: number;
}

/** One fleet of several: its share of the result. */
export interface FleetResult {
  /** `namespace/name`. */
  readonly fleet: string;
  readonly offered: number;
  readonly completed: number;
  readonly attainment: number;
  readonly violations: number;
  readonly latency: SimulationResult["latency"];
  readonly hitRate: number | null;
}

/** How a reference came to its plan: what it reports is the replay of one of its rounds. */
export interface ReferenceResult {
  /** GPU-hours that a missed turn was priced at; null for a reference without a price. */
  readonly gpuHoursPerMiss: number | null;
  readonly rounds: readonly {
    /** As planned; null where nothing is planned but the count. */
    readonly planned: { readonly gpuHours: number; readonly violations: number } | null;
    readonly replayed: { readonly gpuHours: number; readonly violations: number };
    /** Steps in which the replay missed more than planned: dearer in the next round. */
    readonly repairedSteps: number;
  }[];
  /** Index of the round reported: the cheapest replay at the price. */
  readonly reported: number;
}

export interface SimulationResult {
  readonly schemaVersion: typeof RESULT_SCHEMA_VERSION;
  readonly scenario: string;
  readonly policy: string;
  readonly seed: number;
  readonly simulatedSeconds: number;
  readonly turns: {
    readonly offered: number;
    readonly arrived: number;
    readonly completed: number;
    readonly rejected: number;
    readonly abandoned: number;
    readonly inFlight: number;
    readonly lost: number;
  };
  readonly slo: {
    /** Share of the judged turns that met every objective; 1 when there was none. */
    readonly attainment: number;
    /** Offered turns but for those so late that, served at once, they would outlast the run. */
    readonly judged: number;
    readonly violations: number;
    /** During which some fleet was outside an objective over the last five minutes. */
    readonly violationSeconds: number;
    /** Share of the judged turns that met each objective; `fleet objective` with several fleets. */
    readonly byObjective: Readonly<Record<string, number>>;
  };
  /** With several fleets, quantiles are theirs alone: here they are null. */
  readonly latency: {
    readonly ttft: LatencyResult;
    readonly itl: LatencyResult;
    readonly e2e: LatencyResult;
  };
  readonly cache: {
    readonly hitRate: number | null;
    readonly idealHitRate: number | null;
    readonly coldTokens: number;
    readonly promptTokens: number;
  };
  readonly gpuHours: {
    readonly held: number;
    readonly serving: number;
    readonly wasted: number;
    readonly marginal: number;
    readonly loaned: number;
  };
  readonly costUsd: number | null;
  readonly racks: {
    readonly mean: number;
    readonly peak: number;
    readonly scaleUps: number;
    readonly scaleDowns: number;
    readonly moves: number;
  };
  readonly surges: readonly SurgeResult[];
  readonly forecast: {
    /** Share of the forecasts whose central interval held what came. */
    readonly coverage80: number | null;
    readonly coverage95: number | null;
    /** Mean over p10, p50 and p90, as a share of mean demand. */
    readonly pinballLoss: number | null;
  };
  readonly decisions: {
    /** Decisions opened: changes of a count, carried out or not. */
    readonly total: number;
    readonly byReason: Readonly<Record<string, number>>;
    /** Approved by people. */
    readonly confirmed: number;
    readonly expired: number;
  };
  /** An entry a fleet where there are several, none otherwise. */
  readonly fleets: readonly FleetResult[];
  /** Of runs of a reference only. */
  readonly reference?: ReferenceResult;
}
