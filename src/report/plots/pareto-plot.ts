/**
 * What policies cost against what they miss, with intervals, and the settings they were tried at.
 */
import type { ComparedEstimate } from "../../api/comparison.ts";
import type { Html } from "../page/html.ts";
import { html } from "../page/html.ts";
import { count } from "../text.ts";
import { linearAxis, logAxis } from "./axis.ts";
import type { Axis } from "./axis.ts";

export interface ParetoPoint {
  readonly policy: string;
  /** Of the setting: shown where it is pointed at, and to screen readers in the table. */
  readonly setting: string;
  readonly gpuHours: ComparedEstimate;
  readonly violations: ComparedEstimate;
  /** The one setting that is compared: drawn larger, with its name. */
  readonly chosen: boolean;
  readonly reference: boolean;
}

const WIDTH = 960;
const HEIGHT = 340;
const LEFT = 70;
const RIGHT = 150;
const TOP = 18;
const BOTTOM = 44;
/** The style sheet has so many colours; more policies begin again, and names tell them apart. */
const TONES = 6;

interface Scales {
  readonly x: Axis;
  readonly y: Axis;
}

export function paretoPlot(points: readonly ParetoPoint[], label: string): Html {
  const scales = scalesOf(points);
  const policies = [...new Set(points.map(({ policy }) => policy))];
  const groups = policies.map((policy, at) => {
    const own = points.filter((point) => point.policy === policy);
    const marks = own.map((point) => mark(point, scales));
    return html`<g class="tone-${at % TONES}">${curve(own, scales)}${marks}</g>`;
  });
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">
${axes(scales)}${groups}${names(points, policies, scales)}</svg>`;
}

function scalesOf(points: readonly ParetoPoint[]): Scales {
  const hours = points.flatMap(({ gpuHours }) => [gpuHours.low, gpuHours.high]);
  const missed = points.flatMap(({ violations }) => [violations.low, violations.high]);
  const [least, most] = [Math.min(...hours), Math.max(...hours)];
  const margin = (most - least || most || 1) * 0.06;
  const x = {
    low: Math.max(0, least - margin),
    high: most + margin,
    from: LEFT,
    to: WIDTH - RIGHT,
  };
  const low = Math.max(1, Math.min(...missed) / ROOM);
  const y = { low, high: Math.max(...missed, low) * ROOM, from: HEIGHT - BOTTOM, to: TOP };
  return { x: linearAxis(x, 6), y: logAxis(y) };
}

/** Above and below: so that an axis has its ticks where all points miss about the same. */
const ROOM = 2;

const px = (value: number): string => value.toFixed(1);

function axes({ x, y }: Scales): readonly Html[] {
  const bottom = HEIGHT - BOTTOM;
  const columns = x.ticks.map(
    (value) =>
      html`<path class="grid" d="M${px(x.at(value))} ${TOP}V${bottom}"/>
        <text class="tick" text-anchor="middle" x="${px(x.at(value))}"
        y="${bottom + 16}">${count(value)}</text>`,
  );
  const rows = y.ticks.map(
    (value) =>
      html`<path class="grid" d="M${LEFT} ${px(y.at(value))}H${WIDTH - RIGHT}"/>
        <text class="tick" text-anchor="end" x="${LEFT - 6}"
        y="${px(y.at(value) + 4)}">${count(value)}</text>`,
  );
  const titles = html`<text class="tick" text-anchor="middle" x="${(LEFT + WIDTH - RIGHT) / 2}"
    y="${HEIGHT - 8}">GPU-hours held (fewer is better)</text>
    <text class="tick" x="${LEFT + 6}" y="${TOP + 10}">violations, logarithmic (fewer is
    better)</text>`;
  return [...columns, ...rows, titles];
}

function curve(points: readonly ParetoPoint[], { x, y }: Scales): Html {
  const ordered = points.toSorted((a, b) => a.gpuHours.mean - b.gpuHours.mean);
  const path = ordered.map(({ gpuHours, violations }, at) => {
    const place = `${px(x.at(gpuHours.mean))} ${px(y.at(violations.mean))}`;
    return `${at === 0 ? "M" : "L"}${place}`;
  });
  return html`<path class="line front" d="${path.join("")}"/>`;
}

function mark({ chosen, gpuHours, reference, violations }: ParetoPoint, { x, y }: Scales): Html {
  const [cx, cy] = [px(x.at(gpuHours.mean)), px(y.at(violations.mean))];
  const across = `M${px(x.at(gpuHours.low))} ${cy}H${px(x.at(gpuHours.high))}`;
  const up = `M${cx} ${px(y.at(violations.low))}V${px(y.at(violations.high))}`;
  const hollow = reference ? " hollow" : "";
  return html`<path class="line" d="${across}${up}"/>
    <circle class="dot${hollow}" cx="${cx}" cy="${cy}" r="${chosen ? 6 : 3}"/>`;
}

const LINE_PX = 14;

/** Beside the plot, where the chosen setting is, but none over another. */
function names(
  points: readonly ParetoPoint[],
  policies: readonly string[],
  { x, y }: Scales,
): readonly Html[] {
  const wanted = policies.flatMap((policy, at) => {
    const own = points.filter((point) => point.policy === policy);
    const point = own.find(({ chosen }) => chosen) ?? own[0];
    return point === undefined ? [] : [{ policy, at, point, y: y.at(point.violations.mean) }];
  });
  let free = TOP;
  return wanted
    .toSorted((a, b) => a.y - b.y)
    .map(({ policy, at, point, y: height }) => {
      const place = Math.max(free, height);
      free = place + LINE_PX;
      const from = `${px(x.at(point.gpuHours.mean) + 8)} ${px(height)}`;
      return html`<path class="leader" d="M${from}L${WIDTH - RIGHT + 6} ${px(place)}"/>
        <text class="policy tone-${at % TONES}" x="${WIDTH - RIGHT + 10}"
        y="${px(place + 4)}">${policy}</text>`;
    });
}
