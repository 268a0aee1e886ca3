import { describe, expect, it } from "vitest";
import { engineReadings, planEngines } from "../../../src/core/queries/engine-plan.ts";
import type { AnsweredSeries, Outcomes } from "../../../src/core/queries/readings.ts";
import { aFleet, aWorkload } from "../../adapters/prometheus/a-fleet.ts";

const series = (pod: string, value: number, labels: Record<string, string> = {}) => ({
  labels: { pod, ...labels },
  value,
});
const CACHE = { block_size: "16", num_gpu_blocks: "1000" };

function answered(parts: Readonly<Record<string, readonly AnsweredSeries[]>>): Outcomes {
  const [batch] = planEngines(aFleet());
  if (batch === undefined) throw new Error("one batch");
  const found = new Map(Object.entries(parts));
  return new Map([["engines", { kind: "answered", batch, parts: found, degraded: null }]]);
}

describe("what is asked engine by engine", () => {
  it("is series of the fleet's pods, not aggregated; three of them there must be", () => {
    const [batch] = planEngines(aFleet());
    const queries = batch?.parts.map(({ promql }) => promql) ?? [];
    expect(batch?.parts.map(({ key }) => key)).toEqual([
      "waiting",
      "kvUsage",
      "cache",
      "running",
      "cached",
    ]);
    expect(queries.join()).not.toMatch(/sum|avg/);
    expect(queries[0]).toContain(
      'vllm:num_requests_waiting{namespace="agents",model_name="dsr1-fp4"}',
    );
  });

  it("is nothing where prefilling pods cannot be told from the others", () => {
    const workloads = [aWorkload("p", "Prefill"), aWorkload("d", "Decode")].map((workload) => ({
      ...workload,
      target: null,
      podLabels: { app: "same" },
    }));
    expect(planEngines(aFleet({}, { workloads }))).toEqual([]);
  });
});

describe("readings of engines", () => {
  it("are one per pod, by name, the cache's tokens from its labels", () => {
    const outcomes = answered({
      waiting: [series("b", 3), series("a", 0)],
      kvUsage: [series("a", 0.25), series("b", 0.5)],
      cache: [series("a", 1, CACHE), series("b", 1, CACHE)],
    });
    expect(engineReadings(outcomes, "Aggregated")).toEqual([
      { pod: "a", role: "Aggregated", waitingTurns: 0, kvUsage: 0.25, kvTokens: 16_000 },
      { pod: "b", role: "Aggregated", waitingTurns: 3, kvUsage: 0.5, kvTokens: 16_000 },
    ]);
  });

  it("show running turns and cached tokens of the pods that have them", () => {
    const outcomes = answered({
      waiting: [series("a", 0), series("b", 0)],
      kvUsage: [series("a", 0.25), series("b", 0.5)],
      cache: [series("a", 1, CACHE), series("b", 1, CACHE)],
      running: [series("a", 7)],
      cached: [series("b", 1200)],
    });
    expect(engineReadings(outcomes, "Aggregated")).toMatchObject([
      { pod: "a", runningTurns: 7 },
      { pod: "b", cachedTokensPerSecond: 1200 },
    ]);
  });

  it("leave out a pod that does not show everything", () => {
    const outcomes = answered({
      waiting: [series("a", 0), series("b", 3), series("c", 1)],
      kvUsage: [series("a", 0.25), series("c", 0.5)],
      cache: [series("a", 1, CACHE), series("b", 1, CACHE), series("c", 1)],
    });
    expect(engineReadings(outcomes, "Aggregated").map(({ pod }) => pod)).toEqual(["a"]);
  });

  it("are none where nothing was answered", () => {
    const failed = { kind: "failed", problem: "timeout", detail: "" } as const;
    expect(engineReadings(new Map([["engines", failed]]), "Aggregated")).toEqual([]);
    expect(engineReadings(new Map(), "Aggregated")).toEqual([]);
  });
});
