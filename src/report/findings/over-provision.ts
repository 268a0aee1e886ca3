/** Over-provision: racks that served though fewer, by what a rack was seen to carry, would have. */
import type { Finding } from "../finding.ts";
import { severityOf } from "../finding.ts";
import { blockMeans } from "../statistics/blocks.ts";
import type { Stretch } from "../statistics/episodes.ts";
import { merged, overlaps } from "../statistics/episodes.ts";
import { falls } from "../statistics/level-shifts.ts";
import { movingMax } from "../statistics/moving-max.ts";
import { isNumber, median, numbersOf } from "../statistics/robust.ts";
import { count, duration, percent, racks } from "../text.ts";
import type { ShownCapacity } from "./capacity.ts";
import type { FleetRun } from "./fleet-run.ts";
import { inSteps, placed, when } from "./fleet-run.ts";

/** Long beside the ticks of a controller, short beside a lead time. */
const BLOCK_SECONDS = 1_800;
const DAY_SECONDS = 86_400;
/** The default of scaleInStabilization: racks are held so long before they are given back. */
const HELD_SECONDS = 7_200;
const MOST_EPISODES = 4;
/** Of whole racks: the standard deviation of a variable that is uniform over one, 1/√12. */
const ROUNDING = Math.sqrt(1 / 12);

interface Surplus {
  /** Racks beyond those needed, by step; null where none served. */
  readonly unneeded: readonly (number | null)[];
  /** Racks beyond those needed and the run's usual margin, which grows with them. */
  readonly unusual: readonly (number | null)[];
}

export function overProvisionFindings(
  run: FleetRun,
  capacity: ShownCapacity | null,
): readonly Finding[] {
  if (capacity === null) return [];
  const surplus = surplusOf(run, capacity);
  const found = rises(run, surplus);
  const told = found.length > MOST_EPISODES ? together(found) : found.map(singly);
  return [
    ...told.map((each) => episodeFinding(run, each, capacity)),
    ...neverNeeded(run, surplus, capacity),
  ];
}

/** A stretch with more surplus than is usual at that time of day. */
interface Rise extends Stretch {
  /** Racks more than usual. */
  readonly racks: number;
}

/**
 * Giving a rack back and getting it again takes a lead time each: shorter stretches are no waste.
 */
function rises(run: FleetRun, surplus: Surplus): readonly Rise[] {
  const size = inSteps(run, BLOCK_SECONDS);
  const values = blockMeans(surplus.unusual, size).map((racks) => (racks === null ? null : -racks));
  const perDay = Math.round(DAY_SECONDS / (size * run.stepSeconds));
  const found = falls(values, { perDay, leastFall: 1, leastSigma: ROUNDING });
  const thereAndBack = Math.round((HELD_SECONDS + 2 * run.leadSeconds.p95) / BLOCK_SECONDS);
  return merged(found, thereAndBack).flatMap((stretch) => {
    if ((stretch.to - stretch.from) * BLOCK_SECONDS <= 2 * run.leadSeconds.p95) return [];
    const parts = found.filter((each) => overlaps(each, stretch));
    const racks = parts.map(({ usual, level }) => usual - level);
    const to = Math.min(run.steps, stretch.to * size);
    return [{ from: stretch.from * size, to, racks: median(racks) ?? 0 }];
  });
}

function surplusOf(run: FleetRun, { perRack }: ShownCapacity): Surplus {
  const { racksServing } = run.timeline.series;
  const reach = inSteps(run, HELD_SECONDS + run.leadSeconds.p95);
  const smooth = inSteps(run, SMOOTH_SECONDS);
  const peak = movingMax(running(run.demand, smooth), reach);
  const needed = peak.map((demand) => Math.max(1, demand / perRack));
  const beyond = (margin: number, round: (racks: number) => number) =>
    racksServing.map((serving, at) => {
      if (!isNumber(serving) || serving === 0) return null;
      return Math.max(0, serving - round(margin * (needed[at] ?? 0)));
    });
  const margins = racksServing.map((serving, at) => (serving ?? 0) / (needed[at] ?? 1));
  const usual = Math.max(1, median(margins.filter((margin) => margin > 0)) ?? 1);
  return { unneeded: beyond(1, Math.ceil), unusual: beyond(usual, (racks) => racks) };
}

/** As long as the blocks in which a rack's load was seen. */
const SMOOTH_SECONDS = 900;

/** @returns means over the last `size` steps */
function running(values: readonly (number | null)[], size: number): readonly number[] {
  let sum = 0;
  return values.map((value, at) => {
    sum += (value ?? 0) - (at >= size ? (values[at - size] ?? 0) : 0);
    return sum / Math.min(size, at + 1);
  });
}

interface Told extends Stretch {
  readonly parts: readonly Rise[];
}

const singly = (part: Rise): Told => ({ from: part.from, to: part.to, parts: [part] });

/** So many are a habit: one finding tells of all. */
const together = (parts: readonly Rise[]): readonly Told[] => [
  { from: parts[0]?.from ?? 0, to: parts.at(-1)?.to ?? 0, parts },
];

function episodeFinding(
  run: FleetRun,
  { parts, ...stretch }: Told,
  { confidence }: ShownCapacity,
): Finding {
  const steps = parts.reduce((sum, { from, to }) => sum + to - from, 0);
  const rackSteps = parts.reduce((sum, { from, to, racks }) => sum + racks * (to - from), 0);
  const gpuHours = gpuHoursOf(run, rackSteps);
  const cost = gpuHours / Math.max(1, run.gpuHours.held);
  const seconds = steps * run.stepSeconds;
  const more = Math.max(1, Math.round(rackSteps / Math.max(1, steps)));
  const times = parts.length > 1 ? `, in ${parts.length} stretches,` : "";
  return {
    ...placed(run, stretch, "racks"),
    kind: "over-provision",
    severity: severityOf(cost),
    confidence,
    sentence:
      `From ${when(run, stretch.from)} for ${duration(seconds)}${times} about ${racks(more)} ` +
      `more than its usual margin served demand that needed none of them: ` +
      `${count(gpuHours)} GPU-hours, ${percent(cost)} of those held.`,
    numbers: { racks: more, seconds, gpuHours, share: cost },
    cost,
  };
}

/** Racks that not even the peak of the run needed. */
function neverNeeded(
  run: FleetRun,
  { unneeded }: Surplus,
  { confidence }: ShownCapacity,
): readonly Finding[] {
  const least = numbersOf(unneeded).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  if (!Number.isFinite(least) || least < 1) return [];
  const gpuHours = gpuHoursOf(run, least * run.steps);
  const cost = gpuHours / Math.max(1, run.gpuHours.held);
  return [
    {
      ...placed(run, { from: 0, to: run.steps }, "racks"),
      from: null,
      to: null,
      kind: "over-provision",
      severity: severityOf(cost),
      confidence,
      sentence:
        `${racks(least)} of those serving were not needed at any time, the peak included: ` +
        `${count(gpuHours)} GPU-hours, ${percent(cost)} of those held.`,
      numbers: { racks: least, gpuHours, share: cost },
      cost,
    },
  ];
}

const gpuHoursOf = (run: FleetRun, rackSteps: number): number =>
  (rackSteps * run.stepSeconds * run.timeline.gpusPerRack) / 3_600;
