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

export interface SurgeResult {
  readonly startSeconds: number;
  readonly factor: number;
  /** null: not inside the objective again before the run ended. */
  readonly timeToAbsorbSeconds: number | null;
  readonly violations: number;
  readonly extraGpuHours: number;
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
    readonly attainment: number;
    readonly violations: number;
    readonly violationSeconds: number;
    readonly byObjective: Readonly<Record<string, number>>;
  };
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
    readonly coverage80: number | null;
    readonly coverage95: number | null;
    readonly pinballLoss: number | null;
  };
  readonly decisions: {
    readonly total: number;
    readonly byReason: Readonly<Record<string, number>>;
    readonly confirmed: number;
    readonly expired: number;
  };
}
