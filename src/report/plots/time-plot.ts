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
}

const WIDTH = 960;
const HEIGHT = 150;
const LEFT = 62;
const RIGHT = 12;
const TOP = 16;
const BOTTOM = 24;
/** One a pixel: more would be drawn over each other. */
const BUCKETS = WIDTH - LEFT - RIGHT;

interface Scales {
  readonly x: (step: number) => number;
  readonly y: Axis;
  readonly bottom: number;
}

export function timePlot(plot: TimePlot, window: PlotWindow): Html {
  const scales = scalesOf(plot, window);
  const { band, level } = plot;
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${plot.summary}">
${grid(plot, window, scales)}${marks(window)}
${band === undefined ? "" : bandPath(band, scales)}
${plot.lines.map((line) => linePath(line, scales))}
${level === undefined ? "" : levelLine(level, scales)}</svg>`;
}

function scalesOf(plot: TimePlot, { steps }: PlotWindow): Scales {
  const columns = [...plot.lines.map(({ column }) => column), plot.band?.high ?? []];
  const values = columns.flatMap((column) =>
    reduced(column, BUCKETS).flatMap((points) => points.map(({ value }) => value)),
  );
  const highest = values.reduce((most, value) => Math.max(most, value), plot.level?.value ?? 0);
  const lowest = values.reduce((least, value) => Math.min(least, value), highest);
  const low = plot.low ?? lowest - (highest - lowest) * 0.06;
  const high = plot.high ?? (highest > low ? highest + (highest - low) * 0.06 : low + 1);
  const bottom = HEIGHT - BOTTOM;
  return {
    x: (step) => LEFT + (step / Math.max(1, steps)) * BUCKETS,
    y: linearAxis({ low, high, from: bottom, to: TOP }, 3),
    bottom,
  };
}

const px = (value: number): string => String(Math.round(value * 10) / 10);

function grid({ format }: TimePlot, window: PlotWindow, { y }: Scales): readonly Html[] {
  const { fromSeconds, stepSeconds, steps } = window;
  const to = fromSeconds + steps * stepSeconds;
  const x = (seconds: number): number =>
    LEFT + ((seconds - fromSeconds) / (to - fromSeconds)) * BUCKETS;
  const rows = y.ticks.map((value) => {
    const at = px(y.at(value));
    return html`<path class="grid" d="M${LEFT} ${at}H${WIDTH - RIGHT}"/>
      <text class="tick" text-anchor="end" x="${LEFT - 6}"
      y="${px(y.at(value) + 4)}">${format(value)}</text>`;
  });
  const times = timeTicks(fromSeconds, to, 10).filter((at) => x(at) < WIDTH - RIGHT - 16);
  const columns = times.map(
    (at) =>
      html`<path class="grid" d="M${px(x(at))} ${TOP}V${HEIGHT - BOTTOM}"/>
        <text class="tick" text-anchor="middle" x="${px(x(at))}"
        y="${HEIGHT - 7}">${timeLabel(at, to - fromSeconds)}</text>`,
  );
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

/** At least as wide as a finger of the eye: a minute of fourteen days is a twentieth of a pixel. */
const LEAST_MARK = 3;

function marks({ fromSeconds, stepSeconds, steps, marks: all }: PlotWindow): readonly Html[] {
  const span = steps * stepSeconds;
  const x = (seconds: number): number =>
    LEFT + (Math.min(span, Math.max(0, seconds - fromSeconds)) / span) * BUCKETS;
  return all.map(({ from, to, name }) => {
    const width = Math.max(LEAST_MARK, x(to) - x(from));
    const middle = px(x(from) + width / 2);
    return html`<rect class="mark" x="${px(x(from))}" y="${TOP}" width="${px(width)}"
      height="${HEIGHT - BOTTOM - TOP}"/><text class="name" text-anchor="middle" x="${middle}"
      y="${TOP - 4}">${name}</text>`;
  });
}

const STROKES: Readonly<Record<string, string>> = {
  dashed: "dashed",
  "step-dashed": "dashed",
};

function linePath({ column, shape = "line", tone }: PlotLine, scales: Scales): Html {
  const stepped = shape.startsWith("step") || shape === "area";
  const stretches = reduced(column, BUCKETS);
  const path = stretches.map((points) => strokePath(points, scales, stepped)).join("");
  if (shape !== "area") {
    return html`<path class="line ${tone} ${STROKES[shape] ?? ""}" d="${path}"/>`;
  }
  const areas = stretches.map((points) => {
    const [first, last] = [points[0]?.at ?? 0, (points.at(-1)?.at ?? 0) + 1];
    const edge = strokePath(points, scales, true).slice(1);
    const bottom = px(scales.bottom);
    return `M${px(scales.x(first))} ${bottom}L${edge}H${px(scales.x(last))}V${bottom}Z`;
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
  const upper = reduced(high, BUCKETS / 2).flat();
  const lower = reduced(low, BUCKETS / 2).flat();
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
  return html`<path class="line objective dashed" d="M${LEFT} ${px(at)}H${WIDTH - RIGHT}"/>
    <text class="tick objective" text-anchor="end" x="${WIDTH - RIGHT - 4}"
    y="${px(text)}">${label}</text>`;
}
