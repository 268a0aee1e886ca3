/** One fleet of a run, as the searches for findings read it. */
import type { SimulationResult, SurgeResult } from "../../api/results.ts";
import type { FleetTimeline } from "../../api/timeline.ts";
import type { PlotName } from "../finding.ts";
import type { ReportRun } from "../report-input.ts";
import { stepsIn } from "../statistics/blocks.ts";
import type { Stretch } from "../statistics/episodes.ts";
import { median, sumOf } from "../statistics/robust.ts";
import { count, moment } from "../text.ts";

export interface FleetRun {
  readonly run: string;
  readonly timeline: FleetTimeline;
  /** Whether the run has no other: else sentences have to say whose shares are. */
  readonly alone: boolean;
  readonly stepSeconds: number;
  readonly steps: number;
  readonly surges: readonly SurgeResult[];
  readonly gpuHours: SimulationResult["gpuHours"];
  /** Share of turns that may miss. */
  readonly allowedShare: number;
  /** Turns that may miss in the run: its error budget. */
  readonly budget: number;
  /** Turns that missed, those included that never came as their sessions had ended. */
  readonly violations: number;
  /** Turns that missed, by step. */
  readonly missed: readonly number[];
  /** Turns per second, by step. */
  readonly demand: readonly (number | null)[];
  /** What a rack takes to arrive. */
  readonly leadSeconds: { readonly p50: number; readonly p95: number };
}

/**
 * Where a run ordered nothing, the prior of the rack pools: grant 30 s, boot 27 min, join 75 s and
 * an
 * engine start of 10 min at the median, 56 min at p95.
 */
const USUAL_LEAD = { p50: 39 * 60, p95: 56 * 60 };

export function fleetRuns({ name, result, timeline }: ReportRun): readonly FleetRun[] {
  return timeline.fleets.map((fleet) => {
    const { arrived, met } = fleet.series;
    const allowedShare = allowed(fleet);
    const missed = arrived.map((turns, at) => Math.max(0, (turns ?? 0) - (met[at] ?? 0)));
    const own = result.fleets.find((each) => each.fleet === fleet.fleet) ?? result.slo;
    return {
      run: name,
      timeline: fleet,
      alone: timeline.fleets.length === 1,
      stepSeconds: timeline.stepSeconds,
      steps: arrived.length,
      surges: result.surges,
      gpuHours: result.gpuHours,
      allowedShare,
      budget: Math.max(1, allowedShare * sumOf(arrived)),
      violations: Math.max(own.violations, sumOf(missed)),
      missed,
      demand: arrived.map((turns) => (turns === null ? null : turns / timeline.stepSeconds)),
      leadSeconds: leadOf(fleet),
    };
  });
}

/**
 * What the most lenient objective allows: a turn that misses one in a burst mostly misses the
 * others,
 * so that their allowances do not add up.
 */
const allowed = ({ objectives }: FleetTimeline): number =>
  objectives.reduce((most, { share }) => Math.max(most, 1 - share), LEAST_ALLOWED);

/** Objectives of 100 % cannot be met for ever: a turn in a thousand counts for none. */
const LEAST_ALLOWED = 0.001;

function leadOf({ orders }: FleetTimeline): FleetRun["leadSeconds"] {
  const p50 = median(orders.map(({ expected }) => expected.p50Seconds));
  const p95 = median(orders.map(({ expected }) => expected.p95Seconds));
  return p50 === null || p95 === null ? USUAL_LEAD : { p50, p95: Math.max(p50, p95) };
}

export const inSteps = ({ stepSeconds }: FleetRun, seconds: number): number =>
  stepsIn(seconds, stepSeconds);

/** @returns steps between two instants, within the run */
export function stretchOf(run: FleetRun, fromSeconds: number, toSeconds: number): Stretch {
  const step = (seconds: number): number =>
    Math.min(run.steps, Math.max(0, Math.floor(seconds / run.stepSeconds)));
  const from = step(fromSeconds);
  return { from, to: Math.max(from + 1, step(toSeconds)) };
}

export const missedIn = ({ missed }: FleetRun, { from, to }: Stretch): number =>
  sumOf(missed.slice(from, to));

/** Turns that missed beyond what is allowed: what a cause beside others may be charged with. */
export const missedBeyond = (run: FleetRun, { from, to }: Stretch): number =>
  Math.max(
    0,
    missedIn(run, { from, to }) -
      run.allowedShare * sumOf(run.timeline.series.arrived.slice(from, to)),
  );

/** Nothing where none missed. */
export const beyondText = (violations: number, when: string): string =>
  violations < 1 ? "" : `; ${count(violations)} turns missed ${when}, beyond what is allowed`;

const DAY = 86_400;
const isLong = ({ steps, stepSeconds }: FleetRun): boolean => steps * stepSeconds > DAY;

/** When, as sentences say it. */
export const when = (run: FleetRun, step: number): string =>
  moment(step * run.stepSeconds, isLong(run));

export const whenSeconds = (run: FleetRun, seconds: number): string => moment(seconds, isLong(run));

/** What every finding of a stretch of a fleet's run has. */
export const placed = (run: FleetRun, { from, to }: Stretch, plot: PlotName) => ({
  run: run.run,
  fleet: run.timeline.fleet,
  from: from * run.stepSeconds,
  to: to * run.stepSeconds,
  plot,
});
