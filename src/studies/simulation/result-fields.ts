/** Which numbers the result of a scenario can have, known before it is run. */
import type { SurgeResult } from "../../api/results.ts";
import type { CompiledScenario } from "../../config/compiled-scenario.ts";
import type { ExpectedBound } from "../../config/expected-bounds.ts";
import type { FieldError } from "../../config/field-error.ts";
import type { CompiledFleet } from "../../core/compiled.ts";
import { REASONS } from "../../core/reasons.ts";
import { seconds } from "../../core/units.ts";
import type { KernelResults } from "../../sim/kernel/contract.ts";
import { disturbancesOf } from "./disturbances.ts";
import { fieldsBeside, numberAt } from "./expected-check.ts";
import { type FinishedFleet, type RunTotals, simulationResult } from "./simulation-result.ts";

/** @returns an error for each bound on what no result of the scenario has */
export function unknownFields(
  bounds: readonly ExpectedBound[],
  scenario: CompiledScenario,
): readonly FieldError[] {
  const full = simulationResult(scenario.group.fleets.map(finished), totalsOf(scenario));
  return bounds
    .filter(({ path }) => numberAt(full, path) === null)
    .map(({ path }) => ({
      path: `bounds.${path}`,
      found: JSON.stringify(path),
      expected: `a number of the result, such as ${fieldsBeside(full, path).join(", ")}`,
    }));
}

/** Of everything there is one, so that nothing is left out of the result for want of turns. */
const LATENCY = { count: 1, mean: 1, p50: 1, p90: 1, p95: 1, p99: 1, max: 1 } as const;
const OFFERED = { offered: 1, judged: 1, promptTokens: 1, idealTokens: 1 } as const;
const COUNTS = { arrived: 1, completed: 1, rejected: 0, abandoned: 0, inFlight: 0 } as const;

function finished(fleet: CompiledFleet): FinishedFleet {
  const kernel: KernelResults = {
    counts: COUNTS,
    ttft: LATENCY,
    itl: LATENCY,
    e2e: LATENCY,
    metAll: 1,
    met: fleet.objectives.map(() => 1),
    promptTokens: 1,
    coldTokens: 0,
    slices: [],
    turnSecondsInSystem: 1,
  };
  return { fleet, kernel, offered: OFFERED };
}

function totalsOf(scenario: CompiledScenario): RunTotals {
  const { durationMs, group, name, policy } = scenario;
  const priced = group.pools.every(({ price }) => price !== null);
  return {
    scenario: name,
    policy,
    seed: scenario.seeds[0] ?? 1,
    simulatedSeconds: durationMs === null ? 1 : seconds(durationMs),
    violationSeconds: 0,
    gpuHours: { held: 0, serving: 0, wasted: 0, marginal: 0, loaned: 0 },
    costUsd: priced ? 0 : null,
    racks: { mean: 0, peak: 0, scaleUps: 0, scaleDowns: 0, moves: 0 },
    surges: disturbancesOf(scenario).map(({ atMs, cause, factor }) =>
      absorbed({ startSeconds: atMs / 1_000, cause, factor }),
    ),
    forecast: { coverage80: 1, coverage95: 1, pinballLoss: 0 },
    decisions: {
      total: 0,
      byReason: Object.fromEntries(Object.keys(REASONS).map((code) => [code, 0])),
      confirmed: 0,
      expired: 0,
    },
  };
}

const absorbed = (begun: Pick<SurgeResult, "startSeconds" | "cause" | "factor">): SurgeResult => ({
  ...begun,
  timeToAbsorbSeconds: 0,
  outsideSeconds: 0,
  violations: 0,
  extraGpuHours: 0,
});
