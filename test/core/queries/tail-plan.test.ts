import { describe, expect, it } from "vitest";
import type { AnsweredSeries, Outcomes } from "../../../src/core/queries/readings.ts";
import { planTails, tailReadings } from "../../../src/core/queries/tail-plan.ts";
import { aFleet, aWorkload } from "../../adapters/prometheus/a-fleet.ts";

function answered(parts: Readonly<Record<string, number>>): Outcomes {
  const [batch] = planTails(aFleet());
  if (batch === undefined) throw new Error("one batch");
  const found = Object.entries(parts).map(([key, value]): [string, readonly AnsweredSeries[]] => [
    key,
    [{ labels: {}, value }],
  ]);
  return new Map([["tails", { kind: "answered", batch, parts: new Map(found), degraded: null }]]);
}

describe("what is asked for the tails", () => {
  it("is the 0.9 quantile of each histogram over the usual window of rates", () => {
    const [batch] = planTails(aFleet());
    const [ttft, itl] = batch?.parts ?? [];
    expect(ttft?.key).toBe("ttftP90S");
    expect(ttft?.promql).toContain("histogram_quantile(0.9, sum by (le)");
    expect(ttft?.promql).toContain("vllm:time_to_first_token_seconds_bucket{");
    expect(ttft?.promql).toContain("[60s]");
    expect(itl?.promql).toContain("vllm:inter_token_latency_seconds_bucket{");
  });

  it("leaves out the first tokens of pods that cannot be told from the others", () => {
    const workloads = [aWorkload("p", "Prefill"), aWorkload("d", "Decode")].map((workload) => ({
      ...workload,
      target: null,
      podLabels: { app: "same" },
    }));
    const keys = planTails(aFleet({}, { workloads }))[0]?.parts.map(({ key }) => key);
    expect(keys).toEqual(["itlP90S"]);
  });
});

describe("the tails", () => {
  it("are what was answered, null for no answer or no number", () => {
    expect(tailReadings(answered({ ttftP90S: 2.5, itlP90S: 0.04 }))).toEqual({
      ttftP90S: 2.5,
      itlP90S: 0.04,
    });
    expect(tailReadings(answered({ ttftP90S: Number.NaN }))).toEqual({
      ttftP90S: null,
      itlP90S: null,
    });
  });

  it("are null where nothing was answered", () => {
    const failed = { kind: "failed", problem: "timeout", detail: "" } as const;
    const unknown = { ttftP90S: null, itlP90S: null };
    expect(tailReadings(new Map([["tails", failed]]))).toEqual(unknown);
    expect(tailReadings(new Map())).toEqual(unknown);
  });
});
