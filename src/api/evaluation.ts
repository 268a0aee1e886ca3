/** What `evaluate` found, as `evaluate --format json` prints it. */

/** A mean over blocks, or over seeds where there is one block, and its 95 % interval. */
export interface EvaluatedValue {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Of one block. */
export interface EvaluatedSide {
  /** Share of offered turns that met every objective. */
  readonly attainment: EvaluatedValue;
  /** Decisions that people were asked to confirm. */
  readonly interventions: EvaluatedValue;
  /** Mean length of an episode outside the objectives. */
  readonly absorbMinutes: EvaluatedValue;
  readonly outsideMinutes: EvaluatedValue;
  readonly gpuHours: EvaluatedValue;
  /** 0 where no price is known. */
  readonly costUsd: EvaluatedValue;
}

export interface Evaluation {
  readonly schemaVersion: 1;
  readonly recommendation: {
    readonly verdict: "adopt" | "keep" | "trade-off" | "not-sure" | "refused";
    readonly text: string;
  };
  readonly blocks: readonly { readonly from: string; readonly until: string }[];
  readonly seeds: number;
  readonly sampledBy: "blocks" | "seeds";
  /** Whose lengths and pauses sessions have; the factor that gives as many turns as recorded. */
  readonly sessions: { readonly profile: string; readonly scale: number };
  /** The recorded policy, simulated, beside what was recorded: the same signals, read alike. */
  readonly matches: readonly {
    readonly fleet: string;
    readonly objective: string;
    readonly recorded: number;
    readonly replayed: number;
  }[];
  readonly incumbent: EvaluatedSide;
  readonly candidate: EvaluatedSide;
  /** Candidate minus incumbent, on the same demand. */
  readonly change: EvaluatedSide;
  readonly objectives: readonly {
    readonly fleet: string;
    readonly objective: string;
    readonly incumbent: EvaluatedValue;
    readonly candidate: EvaluatedValue;
    readonly change: EvaluatedValue;
  }[];
  /** Of a block, as recorded. */
  readonly recordedGpuHours: number;
}
