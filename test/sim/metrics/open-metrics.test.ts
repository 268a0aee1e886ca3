import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { epochMs } from "../../../src/core/units.ts";
import { createMetricsStore } from "../../../src/sim/metrics/metrics-store.ts";
import { timestampText, writeOpenMetrics } from "../../../src/sim/metrics/open-metrics.ts";
import { aFleet } from "../../adapters/prometheus/a-fleet.ts";
import { draws } from "../../support/draws.ts";
import { aSyntheticEngine } from "../../support/scrapes/synthetic-engines.ts";

function written(matchers: Readonly<Record<string, string>>): readonly string[] {
  const store = createMetricsStore({ lagMs: 0, keepEverything: true });
  const fleet = aFleet({ edge: "llm-d-epp", matchers });
  const engines = [aSyntheticEngine("serve-0"), aSyntheticEngine("serve-1")];
  const { uniform } = draws(3);
  for (const [scrape, at] of [60_000, 75_000, 90_500].entries()) {
    for (const engine of engines) engine.serve(uniform, 1);
    const targets = engines.map((engine) => engine.target());
    store.scrape({ fleet, at: epochMs(at), targets, gateway: { tries: scrape * 4, waiting: 0 } });
  }
  const lines: string[] = [];
  writeOpenMetrics(store, (line) => lines.push(line));
  return lines;
}

describe("OpenMetrics text", () => {
  const lines = written({ namespace: "agents", model_name: 'we"ird\\\n' });
  const families = lines.filter((line) => line.startsWith("# TYPE "));

  it("is lines, each family once, and an end", () => {
    expect(lines.every((line) => line.endsWith("\n"))).toBe(true);
    expect(new Set(families).size).toBe(families.length);
    expect(families).toContain("# TYPE vllm:time_to_first_token_seconds histogram\n");
    expect(families).toContain("# TYPE up gauge\n");
    expect(lines.at(-1)).toBe("# EOF\n");
    expect(lines.filter((line) => line.startsWith("#"))).toHaveLength(families.length + 1);
  });

  it("holds every sample with its labels and its instant in seconds", () => {
    const requests = lines.filter((line) => line.startsWith("llm_d_epp_request_total"));
    const labels = [
      'instance="coder-epp.agents:9090"',
      'job="agents/coder-llm-d-epp"',
      String.raw`model_name="we\"ird\\\n"`,
      'namespace="agents"',
      'pod="coder-epp"',
      'priority="0"',
    ];
    // Nothing was exported before the first request.
    expect(requests).toEqual([
      `llm_d_epp_request_total{${labels.join(",")}} 4 75\n`,
      `llm_d_epp_request_total{${labels.join(",")}} 8 90.5\n`,
    ]);
  });

  it("keeps the points of one histogram together: buckets by their bounds, count, sum", () => {
    const parts = lines.flatMap((line) => {
      const found = /^vllm:inter_token_latency_seconds_(\w+)\{.*?pod="(serve-\d)".* (\S+)\n$/;
      const [, part = "", pod = "", at = ""] = found.exec(line) ?? [];
      return part === "" ? [] : [[pod, Number(at), part] as const];
    });
    expect(parts).toHaveLength(2 * 3 * 22);
    expect(parts).toEqual(
      parts.toSorted(([a, atA], [b, atB]) => (a === b ? atA - atB : a < b ? -1 : 1)),
    );
    expect(parts.slice(18, 22).map(([, , part]) => part)).toEqual([
      "bucket",
      "bucket",
      "count",
      "sum",
    ]);
  });
});

describe("a timestamp", () => {
  it("is always the same millisecond to a reader that multiplies and cuts off", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4e12 }), (at) => {
        expect(Math.trunc(Number(timestampText(at)) * 1_000)).toBe(at);
      }),
    );
  });
});
