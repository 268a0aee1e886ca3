/** A sweep as text, Markdown or JSON. */
import type { SweepResult } from "../../api/comparison.ts";
import {
  count,
  knobText,
  percent,
  printedSections,
  withInterval,
  type Section,
} from "./print-section.ts";
import type { ResultFormat } from "./print-results.ts";

export function printedSweep(result: SweepResult, format: ResultFormat): string {
  if (format === "json") return JSON.stringify(result);
  return printedSections([sweepSection(result)], format);
}

/** A row for each setting. */
export const sweepSection = (result: SweepResult): Section => ({
  title: "Settings",
  note: "95 % intervals over seeds; on a front: no cheaper setting has fewer violations.",
  header: ["scenario", "policy", "knob", "attainment", "GPU-hours", "violations", "front"],
  rows: result.points.map((point) => [
    point.scenario,
    point.policy,
    knobText(point),
    withInterval(point.interval.attainment, percent),
    withInterval(point.interval.gpuHours, count),
    withInterval(point.interval.violations, count),
    point.onFront ? "*" : "",
  ]),
});
