/** The plots of one fleet of a run, whole or a part of it. */
import type { FleetTimeline, TimelineColumn } from "../../api/timeline.ts";
import type { FleetRun } from "../findings/fleet-run.ts";
import { when } from "../findings/fleet-run.ts";
import type { PlotName } from "../finding.ts";
import { numbersOf } from "../statistics/robust.ts";
import { percent } from "../text.ts";
import type { PlotLine, TimePlot } from "./time-plot.ts";

export type RunPlot = Exclude<PlotName, "pareto" | "tables"> | "latency";

export const RUN_PLOTS: readonly RunPlot[] = [
  "attainment",
  "latency",
  "demand",
  "racks",
  "hit-rate",
];

/** Half-open, in steps. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

const MAKERS: Readonly<Record<RunPlot, (run: FleetRun, cut: Cut) => TimePlot>> = {
  attainment: attainmentPlot,
  latency: latencyPlot,
  demand: demandPlot,
  racks: racksPlot,
  "hit-rate": hitRatePlot,
};

type Cut = (column: TimelineColumn) => TimelineColumn;

export function runPlot(name: RunPlot, run: FleetRun, { from, to }: Part): TimePlot {
  const plot = MAKERS[name](run, (column) => column.slice(from, to));
  return { ...plot, summary: `${plot.title}. ${extremesText(plot, run, from)}` };
}

/** The peak and the trough of each line: what the eye would look for first. */
function extremesText({ lines, format }: TimePlot, run: FleetRun, from: number): string {
  const texts = lines.map(({ column, label }) => {
    const values = numbersOf(column);
    const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    if (values.length === 0) return `${label}: not measured`;
    const at = when(run, from + column.indexOf(most));
    return `${label}: ${format(least)} to ${format(most)}, the peak at ${at}`;
  });
  return `${texts.join("; ")}.`;
}

function attainmentPlot(run: FleetRun, cut: Cut): TimePlot {
  const { arrived } = run.timeline.series;
  const share = arrived.map((turns, at) =>
    turns === null || turns === 0 ? null : 1 - (run.missed[at] ?? 0) / turns,
  );
  const value = 1 - run.allowedShare;
  return {
    title: "Turns that met every objective",
    summary: "",
    lines: [{ label: "share of turns", tone: "series-1", column: cut(share) }],
    format: percent,
    high: 1.02,
    level: { value, label: `objectives ask for ${percent(value)}` },
  };
}

function latencyPlot({ timeline }: FleetRun, cut: Cut): TimePlot {
  const ttft = timeline.objectives.find(({ metric }) => metric === "TTFT");
  return {
    title: "Time to first token, p95",
    summary: "",
    lines: [{ label: "TTFT p95", tone: "series-2", column: cut(timeline.series.ttftP95) }],
    format: (seconds) => `${Number(seconds.toPrecision(3))} s`,
    low: 0,
    ...(ttft === undefined
      ? {}
      : {
          level: {
            value: ttft.thresholdSeconds,
            label: `${ttft.name}: ${ttft.thresholdSeconds} s`,
          },
        }),
  };
}

function demandPlot({ demand, timeline }: FleetRun, cut: Cut): TimePlot {
  const { forecastP10, forecastP50, forecastP90 } = timeline.series;
  const forecast: readonly PlotLine[] = forecastP50.some((value) => value !== null)
    ? [{ label: "forecast for then", tone: "forecast", column: cut(forecastP50), shape: "dashed" }]
    : [];
  return {
    title: "Demand against its forecast",
    summary: "",
    lines: [{ label: "turns/s that came", tone: "series-3", column: cut(demand) }, ...forecast],
    format: (value) => String(Number(value.toPrecision(3))),
    low: 0,
    band: { low: cut(forecastP10), high: cut(forecastP90) },
  };
}

function racksPlot({ timeline }: { readonly timeline: FleetTimeline }, cut: Cut): TimePlot {
  const { racksHeld, racksServing, racksWanted } = timeline.series;
  return {
    title: "Racks",
    summary: "",
    lines: [
      { label: "held or on the way", tone: "held", column: cut(racksHeld), shape: "area" },
      { label: "serving", tone: "serving", column: cut(racksServing), shape: "area" },
      { label: "wanted", tone: "wanted", column: cut(racksWanted), shape: "step-dashed" },
    ],
    format: (value) => String(Number(value.toFixed(1))),
    low: 0,
  };
}

function hitRatePlot({ timeline }: FleetRun, cut: Cut): TimePlot {
  return {
    title: "Hit rate",
    summary: "",
    lines: [
      { label: "share of prompt tokens", tone: "series-4", column: cut(timeline.series.hitRate) },
    ],
    format: percent,
  };
}
