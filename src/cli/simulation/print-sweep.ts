/** A sweep as text, Markdown or JSON. */
import type { SweepResult } from "../../api/comparison.ts";
import { count, knobText, percent, printedSections, withInterval } from "./print-section.ts";
import type { ResultFormat } from "./print-results.ts";

export function printedSweep(result: SweepResult, format: ResultFormat): string {
  if (format === "json") return JSON.stringify(result);
  const section = {
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
  };
  return printedSections([section], format);
}
