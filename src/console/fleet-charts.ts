/** The charts of one fleet, one below the other over the same time. */
import type { FleetView } from "../api/fleet-view.ts";
import type { HistoryPoint } from "../api/history-view.ts";
import { CAUSES } from "./cache-panel.ts";
import { chartColumns, level, risingBy, stack, type Columns, type Span } from "./chart-columns.ts";
import { el, type Panel } from "./dom.ts";
import { episodesPanel } from "./episodes-panel.ts";
import { episodesOf, type Episode } from "./episodes.ts";
import { latency, percent, significant } from "./format.ts";
import { timeChart, type ChartSpec, type ChartValues, type Line } from "./time-chart.ts";

export interface ChartInput {
  readonly fleet: FleetView;
  readonly points: readonly HistoryPoint[];
  readonly span: Span;
}

interface FleetChart {
  readonly spec: ChartSpec;
  readonly values: (columns: Columns, input: ChartInput) => Omit<ChartValues, "x" | "nowSeconds">;
}

/** @returns the charts that the fleet's objectives call for; they draw only while on screen. */
export function fleetCharts(fleet: FleetView): Panel<ChartInput> {
  const charts = [
    shareChart(fleet),
    ...latencyCharts(fleet),
    hitRateChart(),
    demandChart(),
    racksChart(),
  ].map(({ spec, values }) => ({ panel: timeChart(spec), values }));
  const plots = el("div", { class: "charts" }, ...charts.map(({ panel }) => panel.element));
  const falls = episodesPanel();
  const element = el("div", {}, plots, falls.element);
  let visible = false;
  let latest: ChartInput | null = null;
  const draw = (): void => {
    if (!visible || latest === null) return;
    const columns = chartColumns(latest.points, latest.span);
    const { nowSeconds } = latest.span;
    falls.update(episodesIn(columns.x, latest.points));
    for (const { panel, values } of charts) {
      panel.update({ x: columns.x, nowSeconds, ...values(columns, latest) });
    }
  };
  new IntersectionObserver((entries) => {
    visible = entries.at(-1)?.isIntersecting ?? false;
    draw();
  }).observe(element);
  return {
    element,
    update: (input) => {
      latest = input;
      draw();
    },
  };
}

const OBJECTIVE_COLOURS = ["--series-1", "--series-2", "--series-3", "--series-4"] as const;

function shareChart({ objectives }: FleetView): FleetChart {
  const lines = objectives.map(({ name }, index): Line => {
    return { label: name, colour: OBJECTIVE_COLOURS[index % OBJECTIVE_COLOURS.length] ?? "--text" };
  });
  const required: Line = { label: "required", colour: "--objective", shape: "dashed" };
  return {
    spec: {
      title: "Share within the objective's threshold",
      lines: [...lines, required],
      format: percent,
      range: (low) => [Math.max(0, Math.min(0.9, Math.floor(low * 20) / 20)), 1],
    },
    values: ({ x, series }, { fleet }) => {
      const strictest = Math.max(...fleet.objectives.map(({ requiredShare }) => requiredShare));
      const shares = objectives.map(({ name }) => series(`share/${name}`));
      return { columns: [...shares, level(x, strictest)] };
    },
  };
}

const LATENCIES = [
  { metric: "TTFT", series: "ttftP95", title: "Time to first token, p95", colour: "--series-1" },
  { metric: "ITL", series: "itlP95", title: "Time between tokens, p95", colour: "--series-2" },
] as const;

function latencyCharts({ objectives }: FleetView): FleetChart[] {
  return LATENCIES.flatMap(({ metric, series, title, colour }) => {
    const thresholds = objectives.filter((objective) => objective.metric === metric);
    if (thresholds.length === 0) return [];
    const limits = thresholds.map(
      ({ name }): Line => ({
        label: `threshold of ${name}`,
        colour: "--objective",
        shape: "dashed",
      }),
    );
    const chart: FleetChart = {
      spec: {
        title,
        lines: [{ label: "p95", colour }, ...limits],
        format: latency,
        range: (_low, high) => [0, high * 1.15],
      },
      values: (columns) => ({
        columns: [
          columns.series(series),
          ...thresholds.map(({ thresholdSeconds }) => level(columns.x, thresholdSeconds)),
        ],
      }),
    };
    return [chart];
  });
}

const episodesIn = (x: readonly number[], points: readonly HistoryPoint[]): readonly Episode[] =>
  episodesOf(points, { fromSeconds: x[0] ?? 0, untilSeconds: x.at(-1) ?? 0 });

function hitRateChart(): FleetChart {
  return {
    spec: {
      title: "Prefix-cache hit rate",
      lines: [
        { label: "observed", colour: "--series-3" },
        { label: "expected of these racks", colour: "--quiet", shape: "dashed" },
      ],
      format: percent,
      range: (low) => [Math.max(0, Math.floor((low - 0.05) * 10) / 10), 1],
    },
    values: ({ x, series }, { points }) => ({
      columns: [series("hitRate"), series("expectedHitRate")],
      marks: episodesIn(x, points).map((episode) => ({ ...episode, text: CAUSES[episode.cause] })),
    }),
  };
}

function demandChart(): FleetChart {
  return {
    spec: {
      title: "Demand and what was forecast for it, turns/s",
      lines: [
        { label: "forecast p99", colour: "--forecast-edge", shape: "dashed" },
        { label: "p90", colour: "--forecast-edge", shape: "edge" },
        { label: "p10", colour: "--forecast-edge", shape: "edge" },
        { label: "p10–p90, median", colour: "--forecast" },
        { label: "arrived", colour: "--text" },
      ],
      band: { lines: [1, 2], colour: "--forecast-band" },
      format: significant,
      range: (_low, high) => [0, high * 1.1],
    },
    values: ({ series, forecast }) => ({
      columns: [
        forecast("forecastP99"),
        forecast("forecastP90"),
        forecast("forecastP10"),
        forecast("forecastP50"),
        series("demand"),
      ],
    }),
  };
}

/** From the bottom of the stack to its top. */
const RACK_LAYERS = [
  { series: "racksServing", label: "serving", colour: "--phase-serving" },
  { series: "racksWarming", label: "warming", colour: "--phase-warming" },
  { series: "racksArriving", label: "arriving", colour: "--phase-arriving" },
  { series: "racksOther", label: "idle or in repair", colour: "--phase-aside" },
  { series: "racksLeaving", label: "leaving", colour: "--phase-leaving" },
] as const;

/**
 * The tallest sum is drawn first: each layer paints over the one above it. Right of now is when the
 * racks on their way are expected to serve.
 */
function racksChart(): FleetChart {
  const layers = RACK_LAYERS.toReversed();
  return {
    spec: {
      title: "Racks",
      lines: [
        ...layers.map(({ label, colour }): Line => ({ label, colour, shape: "area" })),
        { label: "wanted", colour: "--text", shape: "dashed" },
        { label: "expected to serve", colour: "--phase-serving", shape: "dashed" },
      ],
      format: String,
      range: (_low, high) => [0, Math.ceil(high) + 1],
      stepped: true,
    },
    values: ({ x, series }, { fleet, span: { nowSeconds } }) => {
      const plain = RACK_LAYERS.map((layer) => series(layer.series));
      const want = series("racksWant");
      const arrivals = (fleet.arrivals ?? []).map(({ expectedAtSeconds }) => expectedAtSeconds);
      const expected = risingBy(x, arrivals, { now: fleet.racks.serving, nowSeconds });
      return {
        columns: [...stack(plain).toReversed(), want, expected],
        legend: [...plain.toReversed(), want, expected],
      };
    },
  };
}
