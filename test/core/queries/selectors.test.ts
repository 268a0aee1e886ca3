import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quoted, scopesOf, spelled, targetMatchers } from "../../../src/core/queries/selectors.ts";
import type { CompiledWorkload } from "../../../src/core/compiled.ts";
import { aFleet, aWorkload } from "../../adapters/prometheus/a-fleet.ts";

const prefilling = (workloads: readonly CompiledWorkload[]) => {
  const scope = scopesOf(aFleet({ matchers: { namespace: "a" } }, { workloads }), []).prefilling;
  return scope.kind === "scope" ? scope.extra : `refused: ${scope.detail}`;
};

describe("a quoted value", () => {
  it("can always be read back, and never ends early", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const text = quoted(value);
        expect(text).toMatch(/^"(?:[^"\\\n]|\\.)*"$/);
        expect(JSON.parse(text)).toBe(value);
      }),
    );
  });
});

describe("matchers under a series' own names of labels", () => {
  it("keep their values, and the labels that it calls the same", () => {
    const matchers = { namespace: "agents", model_name: "m" };
    expect(spelled(matchers, { model_name: "model" })).toEqual({ namespace: "agents", model: "m" });
    expect(spelled(matchers, {})).toEqual(matchers);
  });
});

describe("pods that prefill", () => {
  it("are all where nothing is split", () => {
    expect(prefilling([aWorkload("serve", "Aggregated")])).toBe("");
    expect(prefilling([])).toBe("");
  });

  it("are named by their workloads where decode is apart", () => {
    const workloads = [
      aWorkload("prefill", "Prefill"),
      aWorkload("decode", "Decode"),
      aWorkload("v1.2", "Aggregated"),
    ];
    expect(prefilling(workloads)).toBe(String.raw`pod=~"(prefill|v1\\.2)-.+"`);
  });

  it("exclude a decode workload whose name continues one of theirs", () => {
    const workloads = [aWorkload("coder", "Prefill"), aWorkload("coder-decode", "Decode")];
    expect(prefilling(workloads)).toBe('pod=~"(coder)-.+",pod!~"(coder-decode)-.+"');
  });

  it("are told apart by the pod label that differs, under its name in Prometheus", () => {
    const workloads = [
      aWorkload("p", "Prefill", { app: "coder", "llm-d.ai/role": "prefill" }),
      aWorkload("both", "Aggregated", { app: "coder", "llm-d.ai/role": "both" }),
      aWorkload("d", "Decode", { app: "coder", "llm-d.ai/role": "decode" }),
    ];
    expect(prefilling(workloads)).toBe('llm_d_ai_role=~"prefill|both"');
  });

  it("are refused where nothing tells them apart, rather than taken to be all", () => {
    const workloads = [
      aWorkload("p", "Prefill", { app: "coder" }),
      aWorkload("d", "Decode", { app: "coder" }),
    ];
    expect(prefilling(workloads)).toBe(
      "refused: the workloads p cannot be told from the Decode workloads d: expected a target's " +
        "name or a pod label that differs, or an override of the signal",
    );
  });
});

describe("a fleet's scopes", () => {
  it("give the gateway the labels that it shares, and `up` those of targets", () => {
    const matchers = { namespace: "a", pod: "x", model_name: "m", class: "short" };
    const { edge } = scopesOf(aFleet({ matchers }), ["namespace", "model_name"]);
    expect(edge).toMatchObject({ matchers: { namespace: "a", model_name: "m" } });
    expect(targetMatchers(matchers)).toEqual({ namespace: "a", pod: "x" });
  });

  it.each(['a"} or up{b', "", "0a", "a-b", "ü"])("refuse the label name %j", (label) => {
    const scopes = scopesOf(aFleet({ matchers: { [label]: "x" } }), []);
    for (const scope of Object.values(scopes)) {
      expect(scope).toMatchObject({
        kind: "refused",
        detail: expect.stringContaining("is no label name"),
      });
    }
  });
});
