/** One chart over the shared time axis, with a legend that shows the newest or pointed-at value. */
import type { Column } from "./chart-columns.ts";
import { el, setText, type Panel } from "./dom.ts";
import { dayAndMinute, minute, weekday } from "./format.ts";
import { pickInstant } from "./picking.ts";
import uPlot from "uplot";

export interface Line {
  readonly label: string;
  /** Name of a colour of the style sheet, such as `--demand`. */
  readonly colour: string;
  readonly shape?: "line" | "dashed" | "area" | "edge";
}

export interface ChartSpec {
  readonly title: string;
  readonly lines: readonly Line[];
  /** Writes a value of the vertical axis and the legend. */
  readonly format: (value: number) => string;
  /** Lowest and highest value to show for the lowest and highest there are. */
  readonly range: (low: number, high: number) => readonly [number, number];
  /** Indices of the lines between which the band is filled, upper first, and its colour. */
  readonly band?: { readonly lines: readonly [number, number]; readonly colour: string };
  /** Counts: each value holds until the next. */
  readonly stepped?: boolean;
}

export interface ChartValues {
  readonly x: readonly number[];
  readonly columns: readonly Column[];
  /** Values for the legend where they are not those drawn: a stack draws sums. */
  readonly legend?: readonly Column[];
  readonly nowSeconds: number;
  /** Stretches of time that are shaded, each with a word or two. */
  readonly marks?: readonly Mark[];
}

interface Mark {
  readonly fromSeconds: number;
  readonly untilSeconds: number;
  readonly text: string;
}

const HEIGHT_PX = 118;
/** Pointing at one chart points at the same instant in all. */
const SYNC_KEY = "breakwater";

/** @returns the chart; it is drawn on its first update with a width to draw on. */
export function timeChart(spec: ChartSpec): Panel<ChartValues> {
  const legend = legendPanel(spec);
  const plotArea = el("div", { class: "plot", role: "img" });
  let latest: ChartValues | null = null;
  let plot: uPlot | null = null;
  const point = (index: number | null): void => {
    if (latest !== null) legend.update({ values: latest, index });
  };
  const resize = (): void => {
    if (plotArea.clientWidth > 0) plot?.setSize({ width: plotArea.clientWidth, height: HEIGHT_PX });
  };
  plotArea.addEventListener("click", () => {
    const at = latest?.x[plot?.cursor.idx ?? -1];
    if (at !== undefined) pickInstant(plotArea, at);
  });
  new ResizeObserver(resize).observe(plotArea);
  window
    .matchMedia("(prefers-color-scheme: dark)")
    .addEventListener("change", () => plot?.redraw());
  return {
    element: el("figure", { class: "chart" }, legend.element, plotArea),
    update: (values) => {
      latest = values;
      const data = aligned(values);
      const width = plotArea.clientWidth;
      if (plot === null && width === 0) return;
      const shown = (): ChartValues | null => latest;
      if (plot === null) plot = new uPlot(options({ spec, width, point, shown }), data, plotArea);
      else plot.setData(data);
      point(plot.cursor.idx ?? null);
      plotArea.setAttribute("aria-label", `${spec.title}. ${legend.element.textContent}`);
    },
  };
}

function aligned({ x, columns }: ChartValues): uPlot.AlignedData {
  return [[...x], ...columns.map((column) => [...column])];
}

interface Pointed {
  readonly values: ChartValues;
  /** Instant under the pointer, null for the newest value of each line. */
  readonly index: number | null;
}

function legendPanel({ title, lines, format }: ChartSpec): Panel<Pointed> {
  const at = el("span", { class: "at" });
  const named = lines.filter(({ shape }) => shape !== "edge");
  const outputs = named.map(() => el("span", { class: "value" }));
  const entries = named.map(({ label, colour, shape = "line" }, index) =>
    el("li", {}, swatch(colour, shape), `${label} `, outputs[index] ?? ""),
  );
  const caption = el("span", { class: "chart-title" }, title, " ", at);
  return {
    element: el("figcaption", {}, caption, el("ul", { class: "legend" }, ...entries)),
    update: ({ values, index }) => {
      const shown = values.legend ?? values.columns;
      setText(at, index === null ? "" : `at ${dayAndMinute(values.x[index] ?? 0)}`);
      for (const [place, line] of named.entries()) {
        const column = shown[lines.indexOf(line)] ?? [];
        const value = index === null ? newest(column, values) : (column[index] ?? null);
        const output = outputs[place];
        if (output !== undefined) setText(output, value === null ? "–" : format(value));
      }
    },
  };
}

/** The style is set on the element, not in an attribute: the latter would be inline style. */
function swatch(colour: string, shape: string): HTMLElement {
  const element = el("span", { class: "swatch", "data-shape": shape });
  element.style.setProperty("--swatch", `var(${colour})`);
  return element;
}

/** @returns the value now, or the last one before. */
function newest(column: Column, { x, nowSeconds }: ChartValues): number | null {
  return column.findLast((value, index) => value !== null && (x[index] ?? 0) <= nowSeconds) ?? null;
}

interface PlotContext {
  readonly spec: ChartSpec;
  readonly width: number;
  readonly point: (index: number | null) => void;
  readonly shown: () => ChartValues | null;
}

function options({ spec, width, point, shown }: PlotContext): uPlot.Options {
  const { band } = spec;
  return {
    width,
    height: HEIGHT_PX,
    legend: { show: false },
    tzDate: (atSeconds) => uPlot.tzDate(new Date(atSeconds * 1_000), "Etc/UTC"),
    cursor: { sync: { key: SYNC_KEY }, drag: { x: false, y: false }, points: { show: false } },
    scales: { y: { range: (_plot, low, high) => [...boundsOf(spec, low, high)] } },
    axes: [axis({ size: 22, values: (_plot, ticks) => ticks.map(timeLabels(ticks)) }), yAxis(spec)],
    series: [{}, ...spec.lines.map((line) => series(line, spec))],
    bands:
      band === undefined ? [] : [{ series: [...oneBased(band.lines)], fill: paint(band.colour) }],
    hooks: {
      setCursor: [(plot) => point(plot.cursor.idx ?? null)],
      drawClear: [(plot) => drawMarks(plot, shown()?.marks ?? [])],
      draw: [(plot) => drawNow(plot, shown()?.nowSeconds ?? 0)],
    },
  };
}

/** uPlot counts the time axis as series 0. */
const oneBased = ([upper, lower]: readonly [number, number]): [number, number] => [
  upper + 1,
  lower + 1,
];

function boundsOf(spec: ChartSpec, low: number | null, high: number | null): [number, number] {
  const [bottom, top] = spec.range(low ?? 0, high ?? 1);
  return [bottom, top > bottom ? top : bottom + 1];
}

function series(line: Line, spec: ChartSpec): uPlot.Series {
  const { colour, shape = "line" } = line;
  const stepped = spec.stepped === true ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  return {
    label: line.label,
    stroke: paint(colour),
    width: shape === "edge" ? 0 : shape === "area" ? 1 : 1.75,
    points: { show: false },
    ...(shape === "dashed" ? { dash: [5, 4] } : {}),
    ...(shape === "area" ? { fill: paint(colour) } : {}),
    ...(stepped === undefined ? {} : { paths: stepped }),
  };
}

function axis(changes: uPlot.Axis): uPlot.Axis {
  return {
    stroke: paint("--quiet"),
    grid: { stroke: paint("--grid"), width: 1 },
    ticks: { show: false },
    font: "11px system-ui, sans-serif",
    ...changes,
  };
}

const DAY_SECONDS = 86_400;

/** Over days the weekday is what tells ticks apart. */
function timeLabels(ticks: readonly number[]): (atSeconds: number) => string {
  const apart = (ticks[1] ?? 0) - (ticks[0] ?? 0);
  if (apart >= DAY_SECONDS) return weekday;
  const reach = (ticks.at(-1) ?? 0) - (ticks[0] ?? 0);
  return reach >= DAY_SECONDS ? dayAndMinute : minute;
}

/** Distances between the ticks of a count: there is no half rack. */
const COUNT_STEPS = [1, 2, 5, 10, 20, 50, 100];

function yAxis({ format, stepped }: ChartSpec): uPlot.Axis {
  const values: uPlot.Axis.DynamicValues = (_plot, ticks) => ticks.map(format);
  return axis({ size: 58, space: 22, values, ...(stepped ? { incrs: COUNT_STEPS } : {}) });
}

/** Colours are read when drawing, so that a change of scheme shows at the next frame. */
const paint = (name: string) => (): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function drawNow({ ctx, bbox, valToPos }: uPlot, nowSeconds: number): void {
  const x = Math.round(valToPos(nowSeconds, "x", true));
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  ctx.strokeStyle = paint("--quiet")();
  ctx.setLineDash([2, 3]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** A shade below the lines; its words where there is room for them. */
function drawMarks({ ctx, bbox, valToPos }: uPlot, marks: readonly Mark[]): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textBaseline = "top";
  for (const { fromSeconds, untilSeconds, text } of marks) {
    const from = Math.max(bbox.left, valToPos(fromSeconds, "x", true));
    const until = Math.min(bbox.left + bbox.width, valToPos(untilSeconds, "x", true));
    ctx.fillStyle = paint("--mark")();
    ctx.fillRect(from, bbox.top, Math.max(devicePixelRatio, until - from), bbox.height);
    if (ctx.measureText(text).width > until - from - 8 * devicePixelRatio) continue;
    ctx.fillStyle = paint("--quiet")();
    ctx.fillText(text, from + 4 * devicePixelRatio, bbox.top + 3 * devicePixelRatio);
  }
  ctx.restore();
}
