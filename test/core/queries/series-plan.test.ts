import { describe, expect, it } from "vitest";
import type { CompiledFleet } from "../../../src/core/compiled.ts";
import type { AnsweredSeries, BatchOutcome } from "../../../src/core/queries/readings.ts";
import { planSeries, readSeries } from "../../../src/core/queries/series-plan.ts";
import { EIGHT_UNITS } from "../../support/builders/compiled.ts";
import { aFleet } from "../../support/reports/compiled.ts";

const fleet = (
  signals: Partial<CompiledFleet["signals"]> = {},
  more: Partial<CompiledFleet> = {},
) =>
  aFleet("coder", {
    signals: { ...aFleet().signals, matchers: { job: "a" }, ...signals },
    ...more,
  });

const promqlOf = (of: CompiledFleet): Readonly<Record<string, string>> =>
  Object.fromEntries(
    planSeries(of).flatMap(({ parts }) => parts.map(({ key, promql }) => [key, promql] as const)),
  );

const target = { apiVersion: "apps/v1", kind: "Deployment", namespace: "agents", name: "" };
const split: Partial<CompiledFleet> = {
  workloads: [
    { ...EIGHT_UNITS, role: "Prefill", target: { ...target, name: "prefill" } },
    { ...EIGHT_UNITS, name: "d", role: "Decode", target: { ...target, name: "decode" } },
  ],
};

describe("what is asked", () => {
  it.each([
    [
      "targets of a series, by all of its spellings",
      "engine-waiting",
      'count(count by (job, instance) ((vllm:num_requests_waiting{job="a"} ' +
        'or vllm_num_requests_waiting{job="a"})))',
    ],
    [
      "targets that there are",
      "engine-presence_all",
      'count(count by (job, instance) ((vllm:num_requests_running{job="a"} ' +
        'or vllm_num_requests_running{job="a"})))',
    ],
  ])("%s", (_what, key, promql) => {
    expect(promqlOf(fleet())[key]).toBe(promql);
  });

  it("bounds of both histograms", () => {
    const { TTFT, ITL } = promqlOf(fleet());
    expect(TTFT).toContain('count by (le) ((vllm:time_to_first_token_seconds_bucket{job="a"}');
    expect(ITL).toContain('vllm:inter_token_latency_seconds_bucket{job="a"}');
  });

  it("samples in a window of rates, of targets that were up all through it", () => {
    expect(promqlOf(fleet())["samples"]).toBe(
      'quantile(0.5, (count_over_time(vllm:num_requests_running{job="a"}[60s]) or ' +
        'count_over_time(vllm_num_requests_running{job="a"}[60s])) ' +
        "and on (job, instance) (min_over_time(up[60s]) == 1) " +
        "and on (job, instance) (up offset 60s))",
    );
  });

  it("of prefilling pods alone where decode pods would count twice", () => {
    const promql = promqlOf(fleet({}, split));
    expect(promql["engine-prompt"]).toContain('pod=~"(prefill)-.+"');
    expect(promql["engine-presence_prefilling"]).toContain('pod=~"(prefill)-.+"');
    expect(promql["engine-generated"]).not.toContain("pod=~");
  });

  it("a gateway's series, with the matchers that it shares", () => {
    const promql = promqlOf(fleet({ edge: "llm-d-epp", matchers: { job: "a", model_name: "m" } }));
    expect(promql["edge-requests"]).toBe(
      'count(count by (job, instance) (llm_d_epp_request_total{model_name="m"}))',
    );
    expect(Object.keys(promqlOf(fleet())).filter((key) => key.startsWith("edge"))).toEqual([]);
  });

  it("nothing of pods that cannot be told apart", () => {
    const alike = split.workloads?.map((workload) => ({
      ...workload,
      target: null,
      podLabels: {},
    }));
    const promql = promqlOf(fleet({}, { workloads: alike ?? [] }));
    expect(promql["engine-prompt"]).toBeUndefined();
    expect(promql["engine-running"]).toBeDefined();
  });
});

describe("what the answers say", () => {
  const answered = (parts: Readonly<Record<string, readonly AnsweredSeries[]>>): BatchOutcome => ({
    kind: "answered",
    batch: { name: "any", parts: [] },
    parts: new Map(Object.entries(parts)),
    degraded: null,
  });
  const number = (value: number): readonly AnsweredSeries[] => [{ labels: {}, value }];
  const bound = (le: string): AnsweredSeries => ({ labels: { le }, value: 8 });

  const reading = readSeries(
    fleet(),
    new Map([
      [
        "targets",
        answered({
          "engine-presence_all": number(8),
          "engine-presence_prefilling": number(6),
          "engine-prompt": number(5),
          "engine-running": number(8),
        }),
      ],
      [
        "shape",
        answered({
          TTFT: [bound("+Inf"), bound("2.5"), bound("1.0"), bound("1")],
          samples: number(4),
        }),
      ],
    ]),
  );
  const of = (key: string) => reading.series.find((series) => series.key === key);

  it("targets of each series, and of those that should have it", () => {
    expect(reading.targets).toBe(8);
    expect(of("prompt")).toMatchObject({ source: "engine", targets: 5, expected: 6 });
    expect(of("running")).toMatchObject({ targets: 8, expected: 8 });
    expect(of("kvUsage")).toMatchObject({ targets: 0, expected: 6 });
  });

  it("bounds in order, as both versions of Prometheus spell them", () => {
    expect(reading.bucketsSeconds).toEqual({ TTFT: [1, 2.5], ITL: [] });
  });

  it("how many samples a rate sees; null where nobody knows", () => {
    expect(reading.samplesPerWindow).toBe(4);
    expect(readSeries(fleet(), new Map())).toMatchObject({ targets: 0, samplesPerWindow: null });
  });
});
