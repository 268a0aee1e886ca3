/** What a report is made of. */
import type { ComparisonPoint, ComparisonResult } from "../api/comparison.ts";
import type { SimulationResult } from "../api/results.ts";
import type { RunTimeline } from "../api/timeline.ts";
import type { Finding } from "./finding.ts";

/** One run that timelines are drawn of. */
export interface ReportRun {
  /** What people tell it from the others by: "breakwater", "hpa-queue, seed 2". */
  readonly name: string;
  readonly result: SimulationResult;
  readonly timeline: RunTimeline;
}

/** A table of somebody else's figures, shown as it is. */
export interface ReportTable {
  readonly title: string;
  readonly note: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface ReportInput {
  readonly title: string;
  /** One or two sentences under the title. */
  readonly about: string;
  /** What makes the same report again. */
  readonly command: string;
  readonly version: string;
  readonly runs: readonly ReportRun[];
  readonly comparison?: ComparisonResult;
  /** Settings that were tried, where there is no comparison. */
  readonly points?: readonly ComparisonPoint[];
  readonly tables?: readonly ReportTable[];
  /** What others found, beside what is found here. */
  readonly findings?: readonly Finding[];
}
