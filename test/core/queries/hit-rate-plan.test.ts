import { describe, expect, it } from "vitest";
import { planHitRates, podHitRates } from "../../../src/core/queries/hit-rate-plan.ts";
import type { Outcomes } from "../../../src/core/queries/readings.ts";
import { aFleet, aWorkload } from "../../adapters/prometheus/a-fleet.ts";

const queriesOf = (fleet = aFleet()) => planHitRates(fleet).flatMap(({ parts }) => parts);

type PerPod = Readonly<Record<string, number>>;

function answered(prompt: PerPod, computed: PerPod): Outcomes {
  const [batch] = planHitRates(aFleet());
  if (batch === undefined) throw new Error("one batch");
  const series = (of: PerPod) =>
    Object.entries(of).map(([pod, value]) => ({ labels: { pod }, value }));
  const parts = new Map([
    ["prompt", series(prompt)],
    ["computed", series(computed)],
  ]);
  return new Map([["hit-rates", { kind: "answered", batch, parts, degraded: null }]]);
}

describe("what is asked of hit rates", () => {
  it("is the fleet's prompt tokens and those computed, each by pod, in one batch", () => {
    expect(planHitRates(aFleet())).toHaveLength(1);
    const [prompt, computed] = queriesOf();
    expect(prompt).toMatchObject({ key: "prompt" });
    expect(prompt?.promql).toMatch(
      /^sum by \(pod\) \(.*vllm:prompt_tokens_total\{namespace="agents",model_name="dsr1-fp4"\}/,
    );
    expect(computed?.promql).toMatch(/^sum by \(pod\) \(.*source="local_compute"/);
  });

  it.each(["vllm", "sglang", "trtllm"] as const)("leaves no sum over pods, of %s", (profile) => {
    const queries = queriesOf(aFleet({ profile }));
    expect(queries.map(({ key }) => key)).toEqual(["prompt", "computed"]);
    for (const { promql } of queries) expect(promql).not.toMatch(/\bsum\(/);
  });

  it("is nothing where frontends count, not engines", () => {
    expect(planHitRates(aFleet({ profile: "dynamo" }))).toEqual([]);
  });

  it("is nothing where prefilling pods cannot be told from the others", () => {
    const workloads = [aWorkload("p", "Prefill"), aWorkload("d", "Decode")].map((workload) => ({
      ...workload,
      target: null,
      podLabels: { app: "same" },
    }));
    expect(planHitRates(aFleet({}, { workloads }))).toEqual([]);
  });
});

describe("hit rates of pods", () => {
  it("are one less the share of prompt tokens that was computed, by name", () => {
    const outcomes = answered({ b: 1000, a: 400 }, { a: 100, b: 1000 });
    expect(podHitRates(outcomes)).toEqual([
      { pod: "a", hitRate: 0.75 },
      { pod: "b", hitRate: 0 },
    ]);
  });

  it.each([
    ["without traffic", { a: 0 }, { a: 0 }],
    ["that do not show what they compute", { a: 100 }, {}],
    ["whose rate is no number", { a: 100 }, { a: Number.NaN }],
    ["without a name", { "": 100 }, { "": 10 }],
  ] as const)("leave out pods %s", (_, prompt, computed) => {
    expect(podHitRates(answered(prompt, computed))).toEqual([]);
  });

  it.each([
    [101, 0],
    [-1, 1],
  ])("stay a share where counters were scraped apart: %f computed of 100", (computed, hitRate) => {
    expect(podHitRates(answered({ a: 100 }, { a: computed }))).toEqual([{ pod: "a", hitRate }]);
  });

  it("are none where nothing was answered", () => {
    const failed = { kind: "failed", problem: "timeout", detail: "late" } as const;
    expect(podHitRates(new Map([["hit-rates", failed]]))).toEqual([]);
    expect(podHitRates(new Map())).toEqual([]);
  });
});
