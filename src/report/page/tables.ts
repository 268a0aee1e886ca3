/** Figures of a report as tables. */
import type { ComparedEstimate, ComparisonResult } from "../../api/comparison.ts";
import type { SimulationResult } from "../../api/results.ts";
import type { ReportInput, ReportRun, ReportTable } from "../report-input.ts";
import { surgeName } from "../surges.ts";
import { count, duration, moment, percent, settingText } from "../text.ts";
import type { Html } from "./html.ts";
import { html } from "./html.ts";

export function tableHtml({ header, note, rows, title }: ReportTable): Html {
  const cells = (row: readonly string[]): readonly Html[] =>
    row.map((cell, at) => (at === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`));
  const caption = note === "" ? title : `${title}. ${note}`;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${title}"><table>
    <caption>${caption}</caption>
<thead><tr>${header.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${cells(row)}</tr>`)}</tbody></table></div>`;
}

/** @returns every table of the report, in its order */
export function tablesOf({ comparison, runs, tables = [] }: ReportInput): readonly ReportTable[] {
  return [
    ...(comparison === undefined ? [] : [summaryTable(comparison), rowTable(comparison)]),
    ...(runs.length === 0 ? [] : [runTable(runs)]),
    ...(runs.some(({ result }) => result.surges.length > 0) ? [surgeTable(runs)] : []),
    ...tables,
  ];
}

interface Figure {
  readonly name: string;
  readonly of: (result: SimulationResult) => string;
}

const NONE = "–";
const orNone = (value: number | null, written: (value: number) => string): string =>
  value === null ? NONE : written(value);
const seconds = (value: number | null): string =>
  orNone(value, (known) =>
    known < 1 ? `${(known * 1_000).toFixed(1)} ms` : `${known.toFixed(2)} s`,
  );

const FIGURES: readonly Figure[] = [
  { name: "attainment", of: ({ slo }) => percent(slo.attainment) },
  { name: "violations", of: ({ slo }) => count(slo.violations) },
  { name: "outside the objectives for", of: ({ slo }) => duration(slo.violationSeconds) },
  { name: "TTFT p95", of: ({ latency }) => seconds(latency.ttft.p95) },
  { name: "ITL p95", of: ({ latency }) => seconds(latency.itl.p95) },
  { name: "hit rate", of: ({ cache }) => orNone(cache.hitRate, percent) },
  { name: "GPU-hours held", of: ({ gpuHours }) => count(gpuHours.held) },
  { name: "of them wasted", of: ({ gpuHours }) => count(gpuHours.wasted) },
  { name: "US dollars", of: ({ costUsd }) => orNone(costUsd, count) },
  { name: "racks, mean", of: ({ racks }) => racks.mean.toFixed(2) },
  { name: "racks, peak", of: ({ racks }) => String(racks.peak) },
  { name: "racks out, in", of: ({ racks }) => `${racks.scaleUps}, ${racks.scaleDowns}` },
  { name: "forecast in its 80 %", of: ({ forecast }) => orNone(forecast.coverage80, percent) },
];

const runTable = (runs: readonly ReportRun[]): ReportTable => ({
  title: "Figures of the runs drawn here",
  note: "",
  header: ["figure", ...runs.map(({ name }) => name)],
  rows: FIGURES.map(({ name, of }) => [name, ...runs.map(({ result }) => of(result))]),
});

const surgeTable = (runs: readonly ReportRun[]): ReportTable => ({
  title: "Surges and faults",
  note: "Turns that missed and racks beyond those held at its start, until the next one or the end",
  header: ["run", "what", "at", "outside for", "inside again after", "missed", "GPU-hours more"],
  rows: runs.flatMap(({ name, result }) =>
    result.surges.map((surge) => [
      name,
      surgeName(surge),
      moment(surge.startSeconds, result.simulatedSeconds > 86_400),
      duration(surge.outsideSeconds),
      orNone(surge.timeToAbsorbSeconds, duration),
      count(surge.violations),
      count(surge.extraGpuHours),
    ]),
  ),
});

const interval = (
  { high, low, mean }: ComparedEstimate,
  written: (value: number) => string,
): string =>
  low === high ? written(mean) : `${written(mean)} (${written(low)} to ${written(high)})`;

const rowTable = ({ rows, summary }: ComparisonResult): ReportTable => ({
  title: "Scenarios",
  note: `95 % intervals over ${summary.seeds} seeds; every scenario is shown, losses included`,
  header: ["scenario", "policy", "setting", "attainment", "GPU-hours", "violations"],
  rows: rows.map((row) => [
    row.scenario,
    row.policy,
    settingText(row.knob),
    interval(row.interval.attainment, percent),
    interval(row.interval.gpuHours, count),
    interval(row.interval.violations, count),
  ]),
});

const ratio = (value: number): string => `${value.toFixed(2)}x`;

const summaryTable = ({ summary }: ComparisonResult): ReportTable => ({
  title: `Others over ${summary.ours}`,
  note:
    `At attainments from ${percent(summary.attainmentFrom)} to ` +
    `${percent(summary.attainmentTo)}; above 1 is for ${summary.ours}; a level that is never ` +
    "reached is lost",
  header: ["policy", "violations at equal GPU-hours", "GPU-hours at equal attainment", "lost"],
  rows: summary.policies.map(({ gpuHoursRatio, lostByThem, compared, policy, violationsRatio }) => [
    policy,
    interval(violationsRatio, ratio),
    gpuHoursRatio === null ? "never" : interval(gpuHoursRatio, ratio),
    `${lostByThem} of ${compared}`,
  ]),
});
