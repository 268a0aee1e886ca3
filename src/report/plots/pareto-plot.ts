/**
 * What policies cost against what they miss, with intervals, and the settings they were tried at.
 */
import type { ComparedEstimate } from "../../api/comparison.ts";
import type { Html } from "../page/html.ts";
import { NOTHING, html } from "../page/html.ts";
import { count } from "../text.ts";
import { linearAxis, logAxis } from "./axis.ts";
import type { Axis } from "./axis.ts";

export interface ParetoPoint {
  readonly policy: string;
  /** Of the setting: shown where it is pointed at, and to screen readers in the table. */
  readonly setting: string;
  readonly gpuHours: ComparedEstimate;
  readonly violations: ComparedEstimate;
  /** The one setting that is compared: drawn larger. */
  readonly chosen: boolean;
  readonly reference: boolean;
}

/** The style sheet gives it so many pixels, whatever the page is wide. */
const HEIGHT = 280;
/** Of the lines' own coordinates, stretched to the page. */
const WIDTH = 100;
/** The style sheet has so many colours; as many policies more are squares, so that each differs. */
const TONES = 6;

interface Scales {
  readonly x: Axis;
  readonly y: Axis;
}

/** Text and points keep their size at every width: lines alone are stretched. */
export function paretoPlot(points: readonly ParetoPoint[], label: string): Html {
  const scales = scalesOf(points);
  const policies = [...new Set(points.map(({ policy }) => policy))];
  const own = (policy: string): readonly ParetoPoint[] =>
    points.filter((point) => point.policy === policy);
  const lines = policies.map(
    (policy, at) => html`<g class="tone-${at % TONES}">${curve(own(policy), scales)}
      ${own(policy).map((point) => bars(point, scales))}</g>`,
  );
  const dots = policies.map(
    (policy, at) => html`<g class="tone-${at % TONES}">
      ${own(policy).map((point) => dot(point, at >= TONES, scales))}</g>`,
  );
  return html`<p class="panel-title keys">${policies.map(key)}</p>
    <div class="plot pareto"><svg role="img" aria-label="${label}">${axes(scales)}
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none">${lines}</svg>
    ${dots}</svg></div>`;
}

const key = (policy: string, at: number): Html =>
  html`<span><i class="key tone-${at % TONES}${at < TONES ? " round" : ""}"></i>${policy}</span>`;

/** Around the means: an interval over two seeds may be wider than everything that was tried. */
function scalesOf(points: readonly ParetoPoint[]): Scales {
  const hours = points.map(({ gpuHours }) => gpuHours.mean);
  const missed = points.map(({ violations }) => violations.mean);
  const [least, most] = [Math.min(...hours), Math.max(...hours)];
  const margin = (most - least || most || 1) * 0.08;
  const x = { low: Math.max(0, least - margin), high: most + margin, from: 0, to: WIDTH };
  const low = Math.max(1, Math.min(...missed) / ROOM);
  const y = { low, high: Math.max(...missed, low) * ROOM, from: HEIGHT, to: 0 };
  return { x: linearAxis(x, 6), y: logAxis(y) };
}

/** Above and below: so that an axis has its ticks where all points miss about the same. */
const ROOM = 2;

const px = (value: number): string => value.toFixed(1);
/** Across, where lines are not stretched. */
const share = (value: number): string => `${value.toFixed(2)}%`;

function axes({ x, y }: Scales): readonly Html[] {
  const columns = x.ticks.map((value, at) => {
    const place = share(x.at(value));
    return html`<line class="grid" x1="${place}" x2="${place}" y2="${HEIGHT}"/>
      <text class="tick${at % 2 === 1 ? " other" : ""}" text-anchor="middle" x="${place}"
      y="${HEIGHT + 16}">${count(value)}</text>`;
  });
  const rows = y.ticks.map((value) => {
    const place = px(y.at(value));
    return html`<line class="grid" x2="100%" y1="${place}" y2="${place}"/>
      <text class="tick" text-anchor="end" x="-6"
      y="${px(y.at(value) + 4)}">${count(value)}</text>`;
  });
  const titles = html`<text class="tick" text-anchor="middle" x="50%" y="${HEIGHT + 34}">GPU-hours
    held (fewer is better)</text><text class="tick" x="0" dx="6" y="-6">violations, logarithmic
    (fewer is better)</text>`;
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

/** What lies beyond the plot is cut off. */
function bars({ chosen, gpuHours, violations }: ParetoPoint, { x, y }: Scales): Html {
  if (gpuHours.low === gpuHours.high && violations.low === violations.high) return NOTHING;
  const [cx, cy] = [px(x.at(gpuHours.mean)), px(y.at(violations.mean))];
  const across = `M${px(x.at(gpuHours.low))} ${cy}H${px(x.at(gpuHours.high))}`;
  const up = `M${cx} ${px(y.at(violations.low))}V${px(y.at(violations.high))}`;
  return html`<path class="line${chosen ? "" : " faint"}" d="${across}${up}"/>`;
}

function dot(point: ParetoPoint, square: boolean, { x, y }: Scales): Html {
  const { chosen, gpuHours, policy, reference, setting, violations } = point;
  const name = `dot${reference ? " hollow" : ""}`;
  const place = { cx: share(x.at(gpuHours.mean)), cy: px(y.at(violations.mean)) };
  const radius = chosen ? 6 : 3;
  const which = setting === "" ? policy : `${policy}, ${setting}`;
  const told = html`<title>${which}: ${count(gpuHours.mean)} GPU-hours,
    ${count(violations.mean)} violations</title>`;
  return square
    ? html`<rect class="${name}" x="${place.cx}" y="${place.cy}" width="${2 * radius}"
      height="${2 * radius}" transform="translate(-${radius} -${radius})">${told}</rect>`
    : html`<circle class="${name}" cx="${place.cx}" cy="${place.cy}"
      r="${radius}">${told}</circle>`;
}
