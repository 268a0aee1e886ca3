/** Plots as figures: of each finding where it happened, and of each run all of it. */
import type { FleetRun } from "../findings/fleet-run.ts";
import { stretchOf } from "../findings/fleet-run.ts";
import { surgeName } from "../surges.ts";
import type { RunPlot } from "../plots/run-plots.ts";
import { RUN_PLOTS, runPlot } from "../plots/run-plots.ts";
import type { TimePlot } from "../plots/time-plot.ts";
import { timePlot } from "../plots/time-plot.ts";
import type { FoundAt } from "./findings-section.ts";
import { KIND_NAMES } from "./findings-section.ts";
import type { Html } from "./html.ts";
import { NOTHING, html } from "./html.ts";

/** What is seen of the time around a finding, beside its own: before it and after it, each. */
const AROUND = 1;
const LEAST_SECONDS = 3 * 3_600;

/** What a finding's own plot is best seen with. */
const WITH: Readonly<Record<RunPlot, readonly RunPlot[]>> = {
  attainment: ["attainment", "demand", "racks"],
  latency: ["latency"],
  demand: ["demand", "attainment"],
  racks: ["racks", "demand", "attainment"],
  "hit-rate": ["hit-rate", "attainment"],
};

/** @returns nothing where the finding is not of a stretch of a run */
export function findingFigure(found: FoundAt, run: FleetRun | undefined): Html {
  const { finding, number, plot } = found;
  const { from, to } = finding;
  if (run === undefined || from === null || to === null) return NOTHING;
  if (finding.plot === "pareto" || finding.plot === "tables") return NOTHING;
  const around = Math.max(LEAST_SECONDS, AROUND * (to - from));
  const part = stretchOf(run, Math.max(0, from - around), to + around);
  const window = {
    fromSeconds: part.from * run.stepSeconds,
    stepSeconds: run.stepSeconds,
    steps: part.to - part.from,
    marks: [{ from, to, name: String(number) }],
    events: eventsOf(run),
  };
  const panels = WITH[finding.plot].map((name) => panel(runPlot(name, run, part), window));
  return html`<figure id="${plot}" class="card">
    <figcaption>Plot ${number}: ${KIND_NAMES[finding.kind]}, ${run.run} <span>
    <a href="#finding-${number}">back to finding ${number}</a></span></figcaption>
${panels}</figure>`;
}

/** Surges and faults of the scenario. */
const eventsOf = ({ surges }: FleetRun): PlotWindow["events"] =>
  surges.map((surge) => ({ at: surge.startSeconds, name: surgeName(surge) }));

type PlotWindow = Parameters<typeof timePlot>[1];

function panel(plot: TimePlot, window: PlotWindow): Html {
  const keys = plot.lines.map(
    ({ label, tone }) => html`<span><i class="key ${tone}"></i>${label}</span>`,
  );
  const known = plot.lines.some(({ column }) => column.some((value) => value !== null));
  if (!known) return html`<p class="panel quiet">${plot.title}: not measured.</p>`;
  return html`<div class="panel"><p class="panel-title">${plot.title} ${keys}</p>
    ${timePlot(plot, window)}</div>`;
}

export function runFigure(run: FleetRun, found: readonly FoundAt[], id: string): Html {
  const own = found.filter(
    ({ finding }) => finding.run === run.run && finding.fleet === run.timeline.fleet,
  );
  const window = {
    fromSeconds: 0,
    stepSeconds: run.stepSeconds,
    steps: run.steps,
    events: eventsOf(run),
  };
  const panels = RUN_PLOTS.map((name) => {
    const marks = own.flatMap(({ finding, number }) =>
      finding.plot === name && finding.from !== null && finding.to !== null
        ? [{ from: finding.from, to: finding.to, name: String(number) }]
        : [],
    );
    return panel(runPlot(name, run, { from: 0, to: run.steps }), { ...window, marks });
  });
  return html`<figure id="${id}" class="card">
    <figcaption>${run.run}, ${run.timeline.fleet} <span>Numbers are those of the findings. Each
    pixel shows the lowest and the highest value of its time.</span></figcaption>
${panels}</figure>`;
}
