import { describe, expect, it } from "vitest";
import { printedResults } from "../../../src/cli/simulation/print-results.ts";
import { resultRows } from "../../../src/cli/simulation/result-table.ts";
import { aResult } from "../../support/builders/results.ts";

const surge = {
  startSeconds: 1_800,
  cause: "traffic",
  factor: 4,
  timeToAbsorbSeconds: 930,
  outsideSeconds: 900,
  violations: 1_234,
  extraGpuHours: 5,
};
const quiet = aResult(0, 0, { scenario: "quiet", simulatedSeconds: 7_200 });
const first = {
  ...quiet,
  turns: { ...quiet.turns, offered: 1_234_567 },
  slo: {
    attainment: 0.98765,
    judged: 1_000,
    violations: 12,
    violationSeconds: 90,
    byObjective: { ttft: 0.99 },
  },
  latency: {
    ...quiet.latency,
    ttft: { mean: 0.25, p50: 0.2, p90: 0.5, p95: 1, p99: 12.5, max: 20 },
  },
  decisions: { total: 3, byReason: { burst: 3 }, confirmed: 0, expired: 0 },
  surges: [surge],
};
const second = { ...quiet, seed: 2, surges: [{ ...surge, timeToAbsorbSeconds: null }] };

const valuesOf = (name: string): readonly string[] | undefined =>
  resultRows([first, second]).find((row) => row.name === name)?.values;

describe("a planner reads", () => {
  it.each([
    ["offered", ["1,234,567", "10,000"]],
    ["attainment", ["98.77 %", "100.00 %"]],
    ["outside for", ["90 s", "0 s"]],
    ["met ttft", ["99.00 %", "–"]],
    ["TTFT mean / p50 / p95 / p99", ["250.0 ms / 200.0 ms / 1.00 s / 12.50 s", "– / – / – / –"]],
    ["US dollars", ["–", "–"]],
    ["for burst", ["3", "0"]],
    [
      "x 4 at 30.0 min: absorbed, outside, violations",
      ["15.5 min, 15.0 min, 1,234", "never, 15.0 min, 1,234"],
    ],
  ])("%s", (name, values) => {
    expect(valuesOf(name)).toEqual(values);
  });
});

describe("results are printed", () => {
  it("as a table with a column a seed", () => {
    const [title, , header, row] = printedResults([first, second], "text").split("\n");
    expect(title).toBe("quiet, policy breakwater, 2.00 simulated hours");
    expect(header).toMatch(/^ +seed 1 +seed 2$/);
    expect(row).toMatch(/^turns {2,}offered {2,}1,234,567 {2,}10,000$/);
  });

  it("as Markdown", () => {
    const lines = printedResults([first], "markdown").split("\n");
    expect(lines.slice(0, 5)).toEqual([
      "## quiet, policy breakwater, 2.00 simulated hours",
      "",
      "|  |  | seed 1 |",
      "| --- | --- | ---: |",
      "| turns | offered | 1,234,567 |",
    ]);
  });

  it("as JSON, a line a run", () => {
    const lines = printedResults([first, second], "json").split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([first, second]);
  });
});
