import { describe, expect, it } from "vitest";
import {
  engineLabels,
  gatewayLabels,
  seriesLabels,
} from "../../../src/sim/metrics/target-labels.ts";
import { aFleet, aWorkload } from "../../adapters/prometheus/a-fleet.ts";
import { aSyntheticEngine } from "../../support/scrapes/synthetic-engines.ts";

const target = aSyntheticEngine("serve-0").target();

describe("an engine's labels", () => {
  it("are those that the fleet's queries match, each where it comes from", () => {
    const matchers = { namespace: "ns", cluster: "east", model_name: "m", tier: "gold" };
    expect(engineLabels(aFleet({ matchers }), target)).toEqual({
      target: {
        job: "agents/coder",
        namespace: "ns",
        cluster: "east",
        instance: "serve-0:8000",
        pod: "serve-0",
      },
      exported: { engine: "0", model_name: "m", tier: "gold" },
    });
  });

  it("name the fleet's model where no matcher does, and never all pods alike", () => {
    const labels = engineLabels(aFleet({ matchers: { pod: "serve-7", job: "mine" } }), target);
    expect(labels.exported).toEqual({ engine: "0", model_name: "dsr1-fp4" });
    expect(labels.target).toMatchObject({ job: "mine", pod: "serve-0", namespace: "agents" });
  });

  it("include the labels of the role's pods, as discovery spells them", () => {
    const workloads = [
      aWorkload("p", "Prefill", { "llm-d.ai/role": "prefill" }),
      aWorkload("d", "Decode", { "llm-d.ai/role": "decode" }),
    ];
    const decode = aSyntheticEngine("d-0", { role: "Decode" }).target();
    expect(engineLabels(aFleet({}, { workloads }), decode).target).toMatchObject({
      llm_d_ai_role: "decode",
    });
  });
});

describe("the gateway's labels", () => {
  it("are the shared ones", () => {
    const matchers = { namespace: "ns", cluster: "east", model_name: "m", tier: "gold" };
    expect(gatewayLabels(aFleet({ matchers }))).toEqual({
      target: {
        job: "agents/coder-llm-d-epp",
        namespace: "ns",
        instance: "coder-epp.ns:9090",
        pod: "coder-epp",
        cluster: "east",
      },
      exported: { model_name: "m", priority: "0" },
    });
  });
});

describe("a series' labels", () => {
  const labels = engineLabels(aFleet(), target);

  it("are its own and the target's, in order behind the name", () => {
    const series = seriesLabels("vllm:x_bucket", { le: "1.0" }, labels);
    expect(Object.keys(series)).toEqual([
      "__name__",
      "engine",
      "instance",
      "job",
      "le",
      "model_name",
      "namespace",
      "pod",
    ]);
  });

  it("name no model on the cache's configuration, and only the target on `up`", () => {
    expect(seriesLabels("vllm:cache_config_info", {}, labels)).not.toHaveProperty("model_name");
    expect(Object.keys(seriesLabels("up", {}, labels))).toEqual([
      "__name__",
      "instance",
      "job",
      "namespace",
      "pod",
    ]);
  });
});
