import { describe, expect, it } from "vitest";
import type { CompiledFleet } from "../../../src/core/compiled.ts";
import type { KernelResults, LatencySummary } from "../../../src/sim/kernel/contract.ts";
import { simulationResult } from "../../../src/studies/simulation/simulation-result.ts";
import type {
  FinishedFleet,
  RunTotals,
} from "../../../src/studies/simulation/simulation-result.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";

const NONE: LatencySummary = { count: 0, mean: 0, p50: 0, p90: 0, p95: 0, p99: 0, max: 0 };
const some = (count: number, each: number): LatencySummary => ({
  count,
  mean: each,
  p50: each,
  p90: each,
  p95: each,
  p99: each,
  max: each,
});

const KERNEL: KernelResults = {
  counts: { arrived: 90, completed: 80, rejected: 1, abandoned: 4, inFlight: 5 },
  ttft: some(80, 1),
  itl: NONE,
  e2e: some(80, 3),
  metAll: 70,
  met: [75, 72],
  promptTokens: 1_000,
  coldTokens: 250,
  slices: [],
  turnSecondsInSystem: 0,
};
const OFFERED = { offered: 100, judged: 98, promptTokens: 1_000, idealTokens: 900 };

const finished = (
  fleet: CompiledFleet = aSmallFleet(),
  kernel: Partial<KernelResults> = {},
): FinishedFleet => ({ fleet, kernel: { ...KERNEL, ...kernel }, offered: OFFERED });

const TOTALS: RunTotals = {
  scenario: "s",
  policy: "breakwater",
  seed: 1,
  simulatedSeconds: 60,
  gpuHours: { held: 1, serving: 1, wasted: 0, marginal: 0, loaned: 0 },
  costUsd: null,
  racks: { mean: 1, peak: 1, scaleUps: 0, scaleDowns: 0, moves: 0 },
  surges: [],
  forecast: { coverage80: null, coverage95: null, pinballLoss: null },
  decisions: { total: 0, byReason: {}, confirmed: 0, expired: 0 },
  violationSeconds: 15,
};

describe("a result", () => {
  const result = simulationResult([finished()], TOTALS);

  it("counts turns that were offered and did not meet every objective as violations", () => {
    expect(result.slo).toMatchObject({ attainment: 70 / 98, judged: 98, violations: 28 });
    expect(Object.values(result.slo.byObjective)[0]).toBe(75 / 98);
  });

  it("accounts for every turn that arrived", () => {
    expect(result.turns).toEqual({ offered: 100, ...KERNEL.counts, lost: 0 });
    const counts = { ...KERNEL.counts, completed: 79 };
    expect(simulationResult([finished(undefined, { counts })], TOTALS).turns.lost).toBe(1);
  });

  it("has a hit rate and the ideal one, or none without prompts", () => {
    expect(result.cache).toMatchObject({ hitRate: 0.75, idealHitRate: 0.9 });
    const silent = simulationResult([finished(undefined, { promptTokens: 0 })], TOTALS);
    expect(silent.cache.hitRate).toBeNull();
  });

  it("has no latency where nothing was counted", () => {
    expect(result.latency.ttft.p99).toBe(1);
    expect(result.latency.itl.p99).toBeNull();
  });

  it("of several fleets is their sum, with what cannot be summed by fleet", () => {
    const other = aSmallFleet({ key: "agents/other", name: "other" });
    const slow = finished(other, { ttft: some(160, 4) });
    const both = simulationResult([finished(), slow], TOTALS);
    expect(both.turns.offered).toBe(200);
    expect(both.latency.ttft).toMatchObject({ mean: 3, max: 4, p99: null });
    expect(both.fleets.map(({ fleet, latency }) => [fleet, latency.ttft.p99])).toEqual([
      [aSmallFleet().key, 1],
      ["agents/other", 4],
    ]);
    expect(Object.keys(both.slo.byObjective)).toContain(
      `agents/other ${other.objectives[0]?.name}`,
    );
  });
});
