import { describe, expect, it } from "vitest";
import { batchPromql, planFleet, planHistory } from "../../../src/core/queries/fleet-plan.ts";
import type { CompiledFleet } from "../../../src/core/compiled.ts";
import { millis } from "../../../src/core/units.ts";
import { rateWindowMs } from "../../../src/core/signals/rate-window.ts";
import { aFleet, anObjective } from "../../adapters/prometheus/a-fleet.ts";

const textOf = (fleet: CompiledFleet, batch: string, key: string) =>
  planFleet(fleet)
    .batches.find(({ name }) => name === batch)
    ?.parts.find((part) => part.key === key)?.promql;

describe("the window of rates", () => {
  it.each([
    [1_000, 60_000],
    [15_000, 60_000],
    [30_000, 120_000],
  ])("with scrapes every %i ms is %i ms: four scrapes, a minute at least", (every, window) => {
    expect(rateWindowMs(millis(every))).toBe(window);
  });
});

describe("the queries of a tick", () => {
  it("are four, and one more per override", () => {
    const names = (fleet: CompiledFleet) => planFleet(fleet).batches.map(({ name }) => name);
    const overrides = [{ signal: "kvUsage", query: "x", unit: "ratio" }] as const;
    expect(names(aFleet()).sort()).toEqual(["freshness", "latency", "load", "objectives"]);
    expect(names(aFleet({ overrides }))).toContain("override kvUsage");
  });

  it("carry the fleet's matchers in every selector of an engine's series", () => {
    const matchers = { namespace: "agents", model_name: "m" };
    const texts = planFleet(aFleet({ matchers })).batches.flatMap(({ parts }) =>
      parts.map(({ promql }) => promql),
    );
    const selectors = texts.flatMap((text) => text.match(/vllm[:_][a-z_]+\{[^}]*\}/g) ?? []);
    expect(selectors.length).toBeGreaterThan(50);
    for (const selector of selectors) {
      expect(selector).toContain('namespace="agents"');
      if (!selector.includes("cache_config_info")) expect(selector).toContain('model_name="m"');
    }
  });

  it("take objectives over five minutes, with their own matchers", () => {
    const objective = anObjective({ matchers: { class: "short" }, thresholdMs: millis(2_500) });
    const text = textOf(aFleet({}, { objectives: [objective] }), "objectives", "objective-0");
    expect(text).toContain(
      String.raw`{le=~"2\\.5",namespace="agents",model_name="dsr1-fp4",class="short"}[300s]`,
    );
    expect(text).toMatch(/\/ \(sum\(.*\) > 0\)$/);
  });

  it("never use the prefix cache counters, which count waiting turns again", () => {
    expect(JSON.stringify(planFleet(aFleet()))).not.toContain("prefix_cache");
  });

  it("ask the gateway for arrivals where there is one, the engine otherwise", () => {
    const atEdge = textOf(aFleet({ edge: "llm-d-epp" }), "edge", "arrivals");
    expect(atEdge).toContain('rate(llm_d_epp_request_total{namespace="agents"');
    expect(textOf(aFleet(), "load", "arrivals")).toContain("deriv(vllm:num_requests_waiting{");
  });

  it("ask a gateway that holds turns back for them, beside the engines", () => {
    const text = textOf(aFleet({ edge: "llm-d-epp" }), "load", "waitingTurns");
    expect(text).toContain("llm_d_epp_flow_control_queue_size{");
    expect(textOf(aFleet({ edge: "dynamo" }), "load", "waitingTurns")).toBe(
      textOf(aFleet(), "load", "waitingTurns"),
    );
  });

  it("are not made for what an engine does not export", () => {
    const { signals, batches } = planFleet(aFleet({ profile: "trtllm" }));
    expect(signals.preemptions).toMatchObject({ kind: "refused", problem: "not-exported" });
    expect(JSON.stringify(batches)).not.toContain("paused");
  });

  it("take the coverage from targets that lately served the fleet", () => {
    const text = textOf(aFleet(), "freshness", "engine-coverage");
    expect(text).toMatch(
      /^avg\(up\{namespace="agents"\} and on \(job, instance\) \(last_over_time/,
    );
  });

  it("keep an override's comment from eating what follows", () => {
    const overrides = [{ signal: "kvUsage", query: "x # mine", unit: "percent" }] as const;
    const plan = planFleet(aFleet({ overrides }));
    const batch = plan.batches.find(({ name }) => name === "override kvUsage");
    expect(batch && batchPromql(batch)).toBe(
      'label_replace((x # mine\n), "breakwater_part", "value", "", "") or ' +
        'label_replace((max(timestamp(x # mine\n))\n), "breakwater_part", "newest", "", "")',
    );
    expect(plan.signals.kvUsage).toMatchObject({ factor: 0.01 });
  });

  it("refuse an override in a unit that is none of the signal's", () => {
    const overrides = [{ signal: "ttftP95", query: "x", unit: "minutes" }] as const;
    expect(planFleet(aFleet({ overrides })).signals.ttftP95).toEqual({
      kind: "refused",
      detail: `the override's unit "minutes" is none of ttftP95; expected s, ms`,
    });
  });
});

describe("the queries for recorded demand", () => {
  it("are the three rates, over a whole step at least", () => {
    const plan = planHistory(aFleet(), millis(300_000));
    expect(plan.batches).toHaveLength(1);
    expect(plan.batches[0]?.parts.map(({ key }) => key)).toEqual([
      "arrivals",
      "promptTokens",
      "generatedTokens",
    ]);
    expect(plan.batches[0]?.parts[1]?.promql).toContain("[300s]");
  });
});
