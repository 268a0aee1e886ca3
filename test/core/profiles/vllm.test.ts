import { describe, expect, it } from "vitest";
import { SIGNAL_UNITS } from "../../../src/core/signals/names.ts";
import { LLM_D_EPP } from "../../../src/core/profiles/llm-d-epp.ts";
import { VLLM_BUCKETS_SECONDS, VLLM_SIGNALS } from "../../../src/core/profiles/vllm.ts";

const QUERIES = Object.entries({
  ...VLLM_SIGNALS.signals,
  ...VLLM_SIGNALS.objectives,
});

const namesIn = (promql: string) =>
  [...promql.matchAll(/\$\w+\((\w+)\)/g)].map(([, name = ""]) => name);

describe("the vLLM table", () => {
  it("has a query for every signal, in the signal's unit", () => {
    const units = Object.entries(VLLM_SIGNALS.signals).map(([name, { unit }]) => [name, unit]);
    expect(Object.fromEntries(units)).toEqual(SIGNAL_UNITS);
  });

  it.each(QUERIES)("%s names only series of the table", (_, { promql, newest }) => {
    for (const name of [...namesIn(promql), newest, VLLM_SIGNALS.presence]) {
      expect(Object.keys(VLLM_SIGNALS.series)).toContain(name);
    }
  });

  it.each(QUERIES)("%s divides by nothing that may be zero", (_, { promql }) => {
    for (const [, divisor = ""] of promql.matchAll(/\/ (.*)$/g)) expect(divisor).toMatch(/> 0\)$/);
  });

  it("asks for nothing that no query uses", () => {
    const used = QUERIES.flatMap(([, { promql, newest }]) => [...namesIn(promql), newest]);
    const unused = Object.keys(VLLM_SIGNALS.series).filter((name) => !used.includes(name));
    expect(unused).toEqual([]);
  });

  it.each(["TTFT", "ITL"] as const)("has the %s bounds in ascending order", (metric) => {
    const bounds = VLLM_BUCKETS_SECONDS[metric];
    expect([...bounds].sort((a, b) => a - b)).toEqual(bounds);
    expect(new Set(bounds).size).toBe(bounds.length);
  });

  it("reads prompts, hits and cache from the pods that prefill", () => {
    const scopes = ["prompt", "computed", "cached", "kvUsage", "cacheConfig", "ttft"].map(
      (name) => VLLM_SIGNALS.series[name]?.pods,
    );
    expect(new Set(scopes)).toEqual(new Set(["prefilling"]));
  });
});

describe("the llm-d-epp table", () => {
  it("names only series of its own", () => {
    const { arrivals, presence, series } = LLM_D_EPP;
    for (const name of [...namesIn(arrivals.promql), arrivals.newest, presence]) {
      expect(Object.keys(series)).toContain(name);
    }
  });
});
