/** Results of simulated runs, as far as a test says something about them. */
import type { LatencyResult, SimulationResult } from "../../../src/api/results.ts";

const NO_LATENCY: LatencyResult = {
  mean: null,
  p50: null,
  p90: null,
  p95: null,
  p99: null,
  max: null,
};

/** 10,000 turns offered, of which `violations` missed an objective, on `held` GPU-hours. */
export function aResult(
  violations: number,
  held: number,
  changes: Partial<SimulationResult> = {},
): SimulationResult {
  const offered = 10_000;
  return {
    schemaVersion: 1,
    scenario: "surge",
    policy: "breakwater",
    seed: 1,
    simulatedSeconds: 3_600,
    turns: {
      offered,
      arrived: offered,
      completed: offered,
      rejected: 0,
      abandoned: 0,
      inFlight: 0,
      lost: 0,
    },
    slo: {
      attainment: 1 - violations / offered,
      judged: offered,
      violations,
      violationSeconds: 0,
      byObjective: {},
    },
    latency: { ttft: NO_LATENCY, itl: NO_LATENCY, e2e: NO_LATENCY },
    cache: { hitRate: null, idealHitRate: null, coldTokens: 0, promptTokens: 0 },
    gpuHours: { held, serving: held, wasted: 0, marginal: 0, loaned: 0 },
    costUsd: null,
    racks: { mean: 1, peak: 1, scaleUps: 0, scaleDowns: 0, moves: 0 },
    surges: [],
    forecast: { coverage80: null, coverage95: null, pinballLoss: null },
    decisions: { total: 0, byReason: {}, confirmed: 0, expired: 0 },
    fleets: [],
    ...changes,
  };
}
