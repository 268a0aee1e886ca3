/** One plot over time, as SVG that needs no script. */
import type { TimelineColumn } from "../../api/timeline.ts";
import type { Html } from "../page/html.ts";
import { html } from "../page/html.ts";
import { linearAxis, timeTicks } from "./axis.ts";
import type { Axis } from "./axis.ts";
import type { PlotPoint } from "./reduce.ts";
import { reduced } from "./reduce.ts";

export interface PlotLine {
  readonly label: string;
  /** Class of the style sheet that gives it its colour. */
  readonly tone: string;
  readonly column: TimelineColumn;
  /** Filled to the bottom; a stepped line holds each value until the next. */
  readonly shape?: "line" | "dashed" | "area" | "step" | "step-dashed";
}

export interface TimePlot {
  readonly title: string;
  /** What a screen reader says in place of the picture. */
  readonly summary: string;
  readonly lines: readonly PlotLine[];
  readonly format: (value: number) => string;
  readonly low?: number;
  readonly high?: number;
  /** Between two columns of equal length. */
  readonly band?: { readonly low: TimelineColumn; readonly high: TimelineColumn };
  /** A level to stay above or below. */
  readonly level?: { readonly value: number; readonly label: string };
}

export interface PlotWindow {
  readonly fromSeconds: number;
  readonly stepSeconds: number;
  readonly steps: number;
  /** Stretches to point at, in seconds, with what to call them. */
  readonly marks: readonly { readonly from: number; readonly to: number; readonly name: string }[];
  /** What the world did, in seconds, with what to call it. */
  readonly events: readonly { readonly at: number; readonly name: string }[];
}

/** The style sheet gives it so many pixels, whatever the page is wide. */
const HEIGHT = 110;
/** Of the lines' own coordinates, stretched to the page: one a pixel of a wide one. */
const WIDTH = 886;

interface Scales {
  readonly x: (step: number) => number;
  readonly y: Axis;
}

/** Text and strokes keep their size at every width: lines alone are stretched. */
export function timePlot(plot: TimePlot, window: PlotWindow): Html {
  const scales = scalesOf(plot, window);
  const { band, level } = plot;
  return html`<div class="plot"><svg role="img" aria-label="${plot.summary}">
${grid(plot, window, scales)}${marks(window)}
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none">
${band === undefined ? "" : bandPath(band, scales)}
${plot.lines.map((line) => linePath(line, scales))}</svg>
${level === undefined ? "" : levelLine(level, scales)}${events(window)}</svg></div>`;
}

function scalesOf(plot: TimePlot, { steps }: PlotWindow): Scales {
  const columns = [...plot.lines.map(({ column }) => column), plot.band?.high ?? []];
  const values = columns.flatMap((column) =>
    reduced(column, WIDTH).flatMap((points) => points.map(({ value }) => value)),
  );
  const highest = values.reduce((most, value) => Math.max(most, value), plot.level?.value ?? 0);
  const lowest = values.reduce((least, value) => Math.min(least, value), highest);
  const low = plot.low ?? lowest - (highest - lowest) * 0.06;
  const high = plot.high ?? (highest > low ? highest + (highest - low) * 0.06 : low + 1);
  return {
    x: (step) => (step / Math.max(1, steps)) * WIDTH,
    y: linearAxis({ low, high, from: HEIGHT, to: 0 }, 3),
  };
}

const px = (value: number): string => String(Math.round(value * 10) / 10);

/** Where an instant is across the plot; before and after it, at its edge. */
function across({ fromSeconds, stepSeconds, steps }: PlotWindow, seconds: number): number {
  const share = (seconds - fromSeconds) / Math.max(1, steps * stepSeconds);
  return Math.min(1, Math.max(0, share)) * 100;
}

const share = (percent: number): string => `${Math.round(percent * 100) / 100}%`;

/** From here on the name of a time would not fit beside the edge. */
const LAST_TIME = 98;

function grid({ format }: TimePlot, window: PlotWindow, { y }: Scales): readonly Html[] {
  const { fromSeconds, stepSeconds, steps } = window;
  const span = steps * stepSeconds;
  const rows = y.ticks.map((value) => {
    const at = px(y.at(value));
    return html`<line class="grid" x2="100%" y1="${at}" y2="${at}"/>
      <text class="tick" text-anchor="end" x="-6"
      y="${px(y.at(value) + 4)}">${format(value)}</text>`;
  });
  const times = timeTicks(fromSeconds, fromSeconds + span, 10).filter(
    (at) => across(window, at) < LAST_TIME,
  );
  const columns = times.map((at, index) => {
    const x = share(across(window, at));
    // A phone has room for every other one.
    return html`<line class="grid" x1="${x}" x2="${x}" y2="${HEIGHT}"/>
      <text class="tick${index % 2 === 1 ? " other" : ""}" text-anchor="middle" x="${x}"
      y="${HEIGHT + 17}">${timeLabel(at, span)}</text>`;
  });
  return [...rows, ...columns];
}

const DAY = 86_400;

/** Whole days by their number, else the clock. */
function timeLabel(seconds: number, span: number): string {
  if (seconds % DAY === 0 && span > DAY) return `day ${seconds / DAY + 1}`;
  const minutes = Math.round((seconds % DAY) / 60);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Percent that are seen as more than a line: of fourteen days a minute is less than a pixel. */
const LEAST_MARK = 0.4;

function marks(window: PlotWindow): readonly Html[] {
  return window.marks.map(({ from, to, name }) => {
    const [start, end] = [across(window, from), across(window, to)];
    const width = Math.max(LEAST_MARK, end - start);
    return html`<rect class="mark" x="${share(start)}" width="${share(width)}"
      height="${HEIGHT}"/><text class="name" text-anchor="middle"
      x="${share(start + width / 2)}" y="-4">${name}</text>`;
  });
}

/** Beyond this, the name of an event is written to the left of its line. */
const LATE = 80;

function events(window: PlotWindow): readonly Html[] {
  const { fromSeconds, stepSeconds, steps } = window;
  const seen = window.events.filter(
    ({ at }) => at >= fromSeconds && at < fromSeconds + steps * stepSeconds,
  );
  return seen.map(({ at, name }) => {
    const x = across(window, at);
    const place = x > LATE ? html`text-anchor="end" dx="-4"` : html`dx="4"`;
    return html`<line class="event" x1="${share(x)}" x2="${share(x)}" y1="-14" y2="${HEIGHT}"/>
      <text class="event" x="${share(x)}" y="-15" ${place}>${name}</text>`;
  });
}

const STROKES: Readonly<Record<string, string>> = {
  dashed: "dashed",
  "step-dashed": "dashed",
};

function linePath({ column, shape = "line", tone }: PlotLine, scales: Scales): Html {
  const stepped = shape.startsWith("step") || shape === "area";
  const stretches = reduced(column, WIDTH);
  const path = stretches.map((points) => strokePath(points, scales, stepped)).join("");
  if (shape !== "area") {
    return html`<path class="line ${tone} ${STROKES[shape] ?? ""}" d="${path}"/>`;
  }
  const areas = stretches.map((points) => {
    const [first, last] = [points[0]?.at ?? 0, (points.at(-1)?.at ?? 0) + 1];
    const edge = strokePath(points, scales, true).slice(1);
    return `M${px(scales.x(first))} ${HEIGHT}L${edge}H${px(scales.x(last))}V${HEIGHT}Z`;
  });
  return html`<path class="area ${tone}" d="${areas.join("")}"/>`;
}

function strokePath(points: readonly PlotPoint[], { x, y }: Scales, stepped: boolean): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  const start = `M${px(x(first.at))} ${px(y.at(first.value))}`;
  const next = (point: PlotPoint): string => {
    const [across, up] = [px(x(point.at)), px(y.at(point.value))];
    return stepped ? `H${across}V${up}` : `L${across} ${up}`;
  };
  return start + rest.map(next).join("");
}

function bandPath(
  { low, high }: { readonly low: TimelineColumn; readonly high: TimelineColumn },
  scales: Scales,
): Html {
  const upper = reduced(high, WIDTH / 2).flat();
  const lower = reduced(low, WIDTH / 2).flat();
  const back = lower
    .toReversed()
    .map(({ at, value }) => `L${px(scales.x(at))} ${px(scales.y.at(value))}`);
  const path = upper.length === 0 ? "" : `${strokePath(upper, scales, false)}${back.join("")}Z`;
  return html`<path class="band" d="${path}"/>`;
}

function levelLine(
  { value, label }: { readonly value: number; readonly label: string },
  { y }: Scales,
): Html {
  const at = y.at(value);
  // Near the top the line that it is the level of is above it.
  const text = at < HEIGHT / 2 ? at + 13 : at - 4;
  return html`<line class="line objective dashed" x2="100%" y1="${px(at)}" y2="${px(at)}"/>
    <text class="tick objective" text-anchor="end" x="100%" dx="-4"
    y="${px(text)}">${label}</text>`;
}
