/** Policies that another one beats both ways: fewer violations and no more GPU-hours, or both. */
import type { ComparisonPoint, ComparisonResult } from "../../api/comparison.ts";
import type { Finding } from "../finding.ts";
import { severityOf } from "../finding.ts";
import type { ReportRun } from "../report-input.ts";
import { pairedDifference } from "../statistics/paired.ts";
import { sumOf } from "../statistics/robust.ts";
import { count, percent } from "../text.ts";
import { fleetRuns, inSteps } from "./fleet-run.ts";

/** Pieces of a run that are compared with each other: days, or a fourteenth of shorter runs. */
const DAY_SECONDS = 86_400;
const PIECES = 14;

interface Pieces {
  readonly violations: readonly number[];
  readonly gpuHours: readonly number[];
}

/** @returns of runs of one scenario and seed, those that another one dominates */
export function dominatedRuns(runs: readonly ReportRun[]): readonly Finding[] {
  return runs.flatMap((run) => {
    const rivals = runs.filter(
      ({ result }) =>
        result.scenario === run.result.scenario &&
        result.seed === run.result.seed &&
        result.policy !== run.result.policy,
    );
    const found = rivals.flatMap((rival) => dominatedBy(run, rival));
    return found.toSorted((a, b) => b.cost - a.cost).slice(0, 1);
  });
}

function dominatedBy(run: ReportRun, rival: ReportRun): readonly Finding[] {
  const [own, theirs] = [piecesOf(run), piecesOf(rival)];
  const missed = pairedDifference(own.violations, theirs.violations);
  const hours = pairedDifference(own.gpuHours, theirs.gpuHours);
  if (missed.mean < 0 || hours.mean < 0) return [];
  const confidence = Math.max(missed.confidence, hours.confidence);
  if (confidence < SURE) return [];
  const more = (a: readonly number[], b: readonly number[]): number => sumOf(a) - sumOf(b);
  const violations = more(own.violations, theirs.violations);
  const gpuHours = more(own.gpuHours, theirs.gpuHours);
  return [finding({ run: run.name, rival: rival.name, violations, gpuHours, confidence }, theirs)];
}

/** One-sided, of either of two differences: 2.5 % each. */
const SURE = 0.975;

function finding(
  found: {
    readonly run: string;
    readonly rival: string;
    readonly violations: number;
    readonly gpuHours: number;
    readonly confidence: number;
  },
  rival: Pieces,
): Finding {
  const { run, violations, gpuHours, confidence } = found;
  const [base, hours] = [sumOf(rival.violations), sumOf(rival.gpuHours)];
  const cost = Math.max(violations / Math.max(1, base + violations), gpuHours / Math.max(1, hours));
  return {
    kind: "dominated-policy",
    severity: severityOf(cost),
    confidence,
    run,
    fleet: null,
    from: null,
    to: null,
    plot: "pareto",
    sentence:
      `${run} is dominated by ${found.rival}: ${count(violations)} more violations ` +
      `(${count(base + violations)} where it had ${count(base)}) and ${count(gpuHours)} more ` +
      `GPU-hours (${percent(gpuHours / Math.max(1, hours))}); no price makes it the better choice.`,
    numbers: { violations, gpuHours },
    cost,
  };
}

function piecesOf(run: ReportRun): Pieces {
  const violations: number[] = [];
  const gpuHours: number[] = [];
  for (const fleet of fleetRuns(run)) {
    const seconds = fleet.steps * fleet.stepSeconds;
    const size = inSteps(fleet, Math.min(DAY_SECONDS, seconds / PIECES));
    const held = fleet.timeline.series.racksHeld;
    const hoursEach = (fleet.stepSeconds * fleet.timeline.gpusPerRack) / 3_600;
    for (let from = 0, at = 0; from < fleet.steps; from += size, at += 1) {
      const add = (into: number[], value: number): void => {
        into[at] = (into[at] ?? 0) + value;
      };
      add(violations, sumOf(fleet.missed.slice(from, from + size)));
      add(gpuHours, sumOf(held.slice(from, from + size)) * hoursEach);
    }
  }
  return { violations, gpuHours };
}

/** @returns of the rows of a comparison, those that another row of the scenario dominates */
export function dominatedRows({ rows }: ComparisonResult): readonly Finding[] {
  const able = rows.filter(({ kind }) => kind !== "reference");
  return able.flatMap((row) => {
    const rivals = able.filter(
      (rival) => rival.scenario === row.scenario && rival.policy !== row.policy,
    );
    const found = rivals.flatMap((rival) =>
      dominates(rival, row) ? [rowFinding(row, rival)] : [],
    );
    return found.toSorted((a, b) => b.cost - a.cost).slice(0, 1);
  });
}

/** Intervals that do not touch differ; where there is one seed they are points. */
export function dominates(better: ComparisonPoint, worse: ComparisonPoint): boolean {
  const a = better.interval;
  const b = worse.interval;
  const noDearer = better.gpuHours <= worse.gpuHours;
  const noWorse = better.violations <= worse.violations;
  const clearly = a.violations.high < b.violations.low || a.gpuHours.high < b.gpuHours.low;
  return noDearer && noWorse && clearly;
}

function rowFinding(row: ComparisonPoint, rival: ComparisonPoint): Finding {
  const named = (point: ComparisonPoint): string => `${point.policy} in ${point.scenario}`;
  const difference = {
    run: named(row),
    rival: rival.policy,
    violations: row.violations - rival.violations,
    gpuHours: row.gpuHours - rival.gpuHours,
    confidence: intervalConfidence(row),
  };
  const base = { violations: [rival.violations], gpuHours: [rival.gpuHours] };
  return { ...finding(difference, base), run: null };
}

/** Intervals of 95 % that do not touch; of a single seed there are none, and nobody knows. */
export const intervalConfidence = ({ interval }: ComparisonPoint): number =>
  interval.violations.low < interval.violations.high ? 0.95 : 0.5;
