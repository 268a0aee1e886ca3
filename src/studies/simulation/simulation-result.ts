/** The result of a run, put together from what its parts counted. */
import type { FleetResult, LatencyResult, SimulationResult } from "../../api/results.ts";
import type { CompiledFleet } from "../../core/compiled.ts";
import type { KernelResults, LatencySummary } from "../../sim/kernel/contract.ts";
import type { OfferedCounts } from "./offered-turns.ts";

/** One fleet at the end of a run. */
export interface FinishedFleet {
  readonly fleet: CompiledFleet;
  readonly kernel: KernelResults;
  readonly offered: OfferedCounts;
}

/** What does not come from the turns. */
export type RunTotals = Pick<
  SimulationResult,
  | "scenario"
  | "policy"
  | "seed"
  | "simulatedSeconds"
  | "gpuHours"
  | "costUsd"
  | "racks"
  | "surges"
  | "forecast"
  | "decisions"
> & { readonly violationSeconds: number };

export function simulationResult(
  fleets: readonly FinishedFleet[],
  totals: RunTotals,
): SimulationResult {
  const { violationSeconds, ...rest } = totals;
  const [only] = fleets;
  const latency =
    only !== undefined && fleets.length === 1 ? latencyOf(only.kernel) : latencyOfAll(fleets);
  const judged = sum(fleets, ({ offered }) => offered.judged);
  const met = sum(fleets, ({ kernel }) => kernel.metAll);
  return {
    schemaVersion: 1,
    scenario: rest.scenario,
    policy: rest.policy,
    seed: rest.seed,
    simulatedSeconds: rest.simulatedSeconds,
    turns: turnsOf(fleets),
    slo: {
      attainment: shareOf(met, judged),
      judged,
      violations: Math.max(0, judged - met),
      violationSeconds,
      byObjective: byObjective(fleets),
    },
    latency,
    cache: cacheOf(fleets),
    gpuHours: rest.gpuHours,
    costUsd: rest.costUsd,
    racks: rest.racks,
    surges: rest.surges,
    forecast: rest.forecast,
    decisions: rest.decisions,
    fleets: fleets.length > 1 ? fleets.map(fleetResult) : [],
  };
}

function turnsOf(fleets: readonly FinishedFleet[]): SimulationResult["turns"] {
  const of = (name: keyof KernelResults["counts"]): number =>
    sum(fleets, ({ kernel }) => kernel.counts[name]);
  const [arrived, completed, rejected] = [of("arrived"), of("completed"), of("rejected")];
  const [abandoned, inFlight] = [of("abandoned"), of("inFlight")];
  return {
    offered: sum(fleets, ({ offered }) => offered.offered),
    arrived,
    completed,
    rejected,
    abandoned,
    inFlight,
    lost: arrived - completed - rejected - abandoned - inFlight,
  };
}

function byObjective(fleets: readonly FinishedFleet[]): Readonly<Record<string, number>> {
  const many = fleets.length > 1;
  return Object.fromEntries(
    fleets.flatMap(({ fleet, kernel, offered }) =>
      fleet.objectives.map(({ name }, at) => [
        many ? `${fleet.key} ${name}` : name,
        shareOf(kernel.met[at] ?? 0, offered.judged),
      ]),
    ),
  );
}

function cacheOf(fleets: readonly FinishedFleet[]): SimulationResult["cache"] {
  const promptTokens = sum(fleets, ({ kernel }) => kernel.promptTokens);
  const coldTokens = sum(fleets, ({ kernel }) => kernel.coldTokens);
  const offered = sum(fleets, (each) => each.offered.promptTokens);
  const ideal = sum(fleets, (each) => each.offered.idealTokens);
  return {
    hitRate: promptTokens > 0 ? 1 - coldTokens / promptTokens : null,
    idealHitRate: offered > 0 ? ideal / offered : null,
    coldTokens,
    promptTokens,
  };
}

function fleetResult({ fleet, kernel, offered }: FinishedFleet): FleetResult {
  return {
    fleet: fleet.key,
    offered: offered.offered,
    completed: kernel.counts.completed,
    attainment: shareOf(kernel.metAll, offered.judged),
    violations: Math.max(0, offered.judged - kernel.metAll),
    latency: latencyOf(kernel),
    hitRate: kernel.promptTokens > 0 ? 1 - kernel.coldTokens / kernel.promptTokens : null,
  };
}

const latencyOf = ({ ttft, itl, e2e }: KernelResults): SimulationResult["latency"] => ({
  ttft: summary(ttft),
  itl: summary(itl),
  e2e: summary(e2e),
});

function latencyOfAll(fleets: readonly FinishedFleet[]): SimulationResult["latency"] {
  const over = (of: (kernel: KernelResults) => LatencySummary): LatencyResult =>
    together(fleets.map(({ kernel }) => of(kernel)));
  return {
    ttft: over(({ ttft }) => ttft),
    itl: over(({ itl }) => itl),
    e2e: over(({ e2e }) => e2e),
  };
}

const NOTHING: LatencyResult = {
  mean: null,
  p50: null,
  p90: null,
  p95: null,
  p99: null,
  max: null,
};

function summary({ count, mean, p50, p90, p95, p99, max }: LatencySummary): LatencyResult {
  return count === 0 ? NOTHING : { mean, p50, p90, p95, p99, max };
}

/** Means and maxima can be put together, quantiles cannot. */
function together(summaries: readonly LatencySummary[]): LatencyResult {
  const counted = summaries.filter(({ count }) => count > 0);
  const count = sum(counted, (each) => each.count);
  if (count === 0) return NOTHING;
  return {
    ...NOTHING,
    mean: sum(counted, (each) => each.mean * each.count) / count,
    max: Math.max(...counted.map(({ max }) => max)),
  };
}

const shareOf = (part: number, whole: number): number =>
  whole > 0 ? Math.min(1, part / whole) : 1;

const sum = <T>(entries: readonly T[], value: (entry: T) => number): number =>
  entries.reduce((total, entry) => total + value(entry), 0);
