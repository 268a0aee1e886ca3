/** The result of a comparison of policies, as `compare --format json` prints it. */

/** A mean and its 95 % interval. */
export interface ComparedEstimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** One policy with its knob at one value in one scenario, over all seeds. */
export interface ComparisonPoint {
  readonly scenario: string;
  readonly policy: string;
  readonly knob: { readonly name: string; readonly value: number };
  /** Share of the judged turns that met every objective. */
  readonly attainment: number;
  /** GPU-hours held, from grant to release. */
  readonly gpuHours: number;
  readonly violations: number;
  /** 95 % over seeds. */
  readonly interval: {
    readonly attainment: ComparedEstimate;
    readonly gpuHours: ComparedEstimate;
    readonly violations: ComparedEstimate;
  };
}

/** A point of a sweep. */
export interface SweepPoint extends ComparisonPoint {
  /** No cheaper setting of the policy has fewer violations in the scenario. */
  readonly onFront: boolean;
}

export interface SweepResult {
  readonly schemaVersion: 1;
  readonly points: readonly SweepPoint[];
}

export interface ComparisonRow extends ComparisonPoint {
  /** A reference is no competitor: what bounds, or explains, those that are. */
  /** A variant is ours without one of its parts. */
  readonly kind: "ours" | "variant" | "baseline" | "reference";
  /** Read off the policy's front; null: it is never so cheap. */
  readonly violationsAtOurGpuHours: number | null;
  /** Read off the policy's front; null: it never gets there. */
  readonly gpuHoursAtOurAttainment: number | null;
}

/** One policy against ours, over all scenarios; ratios above 1 are for us. */
export interface ComparedPolicy {
  readonly policy: string;
  /** Its violations over ours at equal GPU-hours. */
  readonly violationsRatio: ComparedEstimate;
  /** Its GPU-hours over ours at equal attainment; null: neither reaches any of the levels. */
  readonly gpuHoursRatio: ComparedEstimate | null;
  /** Levels of attainment x scenarios. */
  readonly compared: number;
  readonly lostByThem: number;
  readonly lostByUs: number;
}

export interface ComparisonResult {
  readonly schemaVersion: 1;
  readonly rows: readonly ComparisonRow[];
  /** Every setting that was tried. */
  readonly points: readonly ComparisonPoint[];
  readonly summary: {
    /** Whether the others have one configuration, or are tuned per scenario in hindsight. */
    readonly tune: "one" | "each";
    readonly ours: string;
    readonly scenarios: number;
    readonly seeds: number;
    readonly attainmentFrom: number;
    readonly attainmentTo: number;
    readonly policies: readonly ComparedPolicy[];
    /** The one with the fewest violations at our GPU-hours; null where there is none but ours. */
    readonly strongest: string | null;
  };
}
