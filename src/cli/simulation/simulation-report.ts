/**
 * Reports of runs and comparisons: what `--report` writes, and the findings of `--format markdown`.
 */
import type { ComparisonResult, SweepResult } from "../../api/comparison.ts";
import { findingsMarkdown } from "../../report/report-markdown.ts";
import type { ReportInput, ReportRun } from "../../report/report-input.ts";
import { sweepSection } from "./print-sweep.ts";
import type { SimulationOutcome } from "../../studies/simulation-run.ts";
import { packageVersion } from "../version.ts";

/** @returns one run an outcome that has a timeline; seeds are named where there are several */
export function reportRuns(outcomes: readonly SimulationOutcome[]): readonly ReportRun[] {
  const seeds = new Set(outcomes.map(({ result }) => result.seed));
  const scenarios = new Set(outcomes.map(({ result }) => result.scenario));
  return outcomes.flatMap(({ result, timeline }) => {
    if (timeline === undefined) return [];
    const seed = seeds.size > 1 ? [`seed ${result.seed}`] : [];
    const scenario = scenarios.size > 1 ? [result.scenario] : [];
    return [{ name: [result.policy, ...scenario, ...seed].join(", "), result, timeline }];
  });
}

/** @throws RangeError when there is no outcome */
export function simulationReport(
  outcomes: readonly SimulationOutcome[],
  command: string,
): ReportInput {
  const [first] = outcomes;
  if (first === undefined) throw new RangeError("there is no run to report on");
  const { policy, scenario, simulatedSeconds } = first.result;
  const hours = Number((simulatedSeconds / 3_600).toFixed(2));
  const seeds = outcomes.map(({ result }) => result.seed).join(", ");
  return {
    title: `${scenario}: ${policy}`,
    about: `${hours} simulated hours, seed ${seeds}.`,
    command,
    version: packageVersion(),
    runs: reportRuns(outcomes),
  };
}

/** @param outcomes those that timelines are drawn of */
export function comparisonReport(
  comparison: ComparisonResult,
  outcomes: readonly SimulationOutcome[],
  command: string,
): ReportInput {
  const scenarios = [...new Set(comparison.rows.map(({ scenario }) => scenario))];
  const { ours, policies } = comparison.summary;
  const drawn = reportRuns(outcomes).map(({ name }) => name);
  const shown = drawn.length === 0 ? "" : ` Timelines: ${drawn.join("; ")}.`;
  return {
    title: `${ours} against ${policies.map(({ policy }) => policy).join(", ")}`,
    about: `Scenarios: ${scenarios.join(", ")}.${shown}`,
    command,
    version: packageVersion(),
    runs: reportRuns(outcomes),
    comparison,
  };
}

/** Fronts and what a knob would give; of a sweep no run is drawn. */
export function sweepReport(result: SweepResult, command: string): ReportInput {
  const named = (of: "policy" | "scenario"): string =>
    [...new Set(result.points.map((point) => point[of]))].join(", ");
  return {
    title: `Settings of ${named("policy")}`,
    about: `Scenarios: ${named("scenario")}. ${result.points.length} settings were tried.`,
    command,
    version: packageVersion(),
    runs: [],
    points: result.points,
    tables: [sweepSection(result)],
  };
}

/** Findings follow the tables, as in a report they are looked up after them. */
export const withFindings = (markdown: string, input: ReportInput): string =>
  `${markdown}\n\n${findingsMarkdown(input)}`;

const PLAIN = /^[\w./:=,@%+-]+$/;

/** @returns the command line that this process was started with, to be pasted into a shell */
export const commandLine = (args: readonly string[]): string =>
  ["breakwater", ...args]
    .map((arg) => (PLAIN.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`))
    .join(" ");
