/** A comparison as text, Markdown or JSON; losses stand beside gains. */
import type { ComparisonResult, ComparisonRow } from "../../api/comparison.ts";
import { count, knobText, percent, printedSections, withInterval } from "./print-section.ts";
import type { Section } from "./print-section.ts";
import type { ResultFormat } from "./print-results.ts";

export function printedComparison(result: ComparisonResult, format: ResultFormat): string {
  if (format === "json") return JSON.stringify(result);
  return printedSections([rowSection(result), summarySection(result)], format);
}

const NEVER = "never";

const HEADER = [
  "scenario",
  "policy",
  "knob",
  "attainment",
  "GPU-hours",
  "violations",
  "at our GPU-hours",
  "GPU-hours at our attainment",
];

function rowSection({ rows, summary }: ComparisonResult): Section {
  const how =
    summary.tune === "one"
      ? "one configuration for all scenarios"
      : "the others tuned to each scenario in hindsight, ours as it comes";
  return {
    title: "Scenarios",
    note:
      `Seeds: ${summary.seeds}; ${how}; 95 % intervals over seeds. The others are shown at about ` +
      "our GPU-hours; the last two columns are read off their fronts.",
    header: HEADER,
    rows: rows.map(cellsOf),
  };
}

function cellsOf(row: ComparisonRow): readonly string[] {
  const { interval, kind } = row;
  const readOff = (value: number | null): string => {
    if (kind === "reference") return "";
    return value === null ? NEVER : count(value);
  };
  return [
    row.scenario,
    row.policy,
    knobText(row),
    withInterval(interval.attainment, percent),
    withInterval(interval.gpuHours, count),
    withInterval(interval.violations, count),
    readOff(row.violationsAtOurGpuHours),
    readOff(row.gpuHoursAtOurAttainment),
  ];
}

function summarySection({ summary }: ComparisonResult): Section {
  const { policies, attainmentFrom, attainmentTo, ours, scenarios, strongest } = summary;
  const range = `${percent(attainmentFrom)} to ${percent(attainmentTo)}`;
  const ratio = (value: number): string => `${value.toFixed(2)}x`;
  return {
    title: `Others over ${ours}`,
    note:
      `Geometric means, scenarios: ${scenarios}, at attainments from ${range}; above 1 is ` +
      "for us; a level that is never reached is lost, not left out." +
      (strongest === null ? "" : ` Strongest: ${strongest}.`),
    header: ["policy", "violations", "GPU-hours", "lost by it", "lost by us", "compared"],
    rows: policies.map((found) => [
      found.policy,
      withInterval(found.violationsRatio, ratio),
      found.gpuHoursRatio === null ? NEVER : withInterval(found.gpuHoursRatio, ratio),
      String(found.lostByThem),
      String(found.lostByUs),
      String(found.compared),
    ]),
  };
}
