/** What a report says first: one sentence with its numbers, and where to see it. */

export type FindingKind =
  | "violation-cluster"
  | "asked-late"
  | "arrived-late"
  | "over-provision"
  | "hit-rate-regime"
  | "forecast-miss"
  | "dominated-policy"
  | "knob"
  | "recommendation"
  | "change";

export type Severity = "high" | "medium" | "low";

/** Which plot shows it; where there is none, the tables. */
export type PlotName = "attainment" | "demand" | "racks" | "hit-rate" | "pareto" | "tables";

export interface Finding {
  readonly kind: FindingKind;
  readonly severity: Severity;
  /** 0..1; null where nothing is claimed. */
  readonly confidence: number | null;
  /** Of the run it was found in; null: of the comparison as a whole. */
  readonly run: string | null;
  readonly fleet: string | null;
  /** Seconds since the start of the run; null where it is about all of it. */
  readonly from: number | null;
  readonly to: number | null;
  readonly sentence: string;
  readonly numbers: Readonly<Record<string, number>>;
  readonly plot: PlotName;
  /** Of a cluster of violations, in a few words: clusters with the same one have it in common. */
  readonly cause?: string;
  /** What it cost, as a share of the run's error budget or of its GPU-hours; orders findings. */
  readonly cost: number;
}

/**
 * Shares of an error budget from which on-call is paged and from which a ticket is opened: 10 % and
 * 2 %, of the alerting chapter of Google's Site Reliability Workbook. GPU-hours go by the same.
 */
const HIGH = 0.1;
const MEDIUM = 0.02;

export function severityOf(cost: number): Severity {
  if (cost >= HIGH) return "high";
  return cost >= MEDIUM ? "medium" : "low";
}

/** What happened before why it happened, where both cost about the same. */
const ORDER: Readonly<Record<FindingKind, number>> = {
  "dominated-policy": 0,
  "violation-cluster": 1,
  "asked-late": 2,
  "arrived-late": 3,
  "hit-rate-regime": 4,
  "forecast-miss": 5,
  "over-provision": 6,
  knob: 7,
  recommendation: 8,
  change: 9,
};

/** Costs within a factor of √2 are about the same. */
const weight = ({ confidence, cost }: Finding): number =>
  Math.round(2 * Math.log2(Math.max(1e-9, cost * (confidence ?? 1))));

/** @returns the costliest first, what is less sure counting less */
export const ranked = (findings: readonly Finding[]): readonly Finding[] =>
  findings.toSorted(
    (a, b) =>
      weight(b) - weight(a) ||
      (a.run ?? "").localeCompare(b.run ?? "") ||
      ORDER[a.kind] - ORDER[b.kind] ||
      b.cost - a.cost,
  );
