import { describe, expect, it } from "vitest";
import { rowsToDraw } from "../../../src/cli/simulation/drawn-runs.ts";
import {
  commandLine,
  reportRuns,
  sweepReport,
} from "../../../src/cli/simulation/simulation-report.ts";
import type { ComparisonResult } from "../../../src/api/comparison.ts";
import { reportPage } from "../../../src/report/report-page.ts";
import { aRun } from "../../support/reports/a-run.ts";

describe("the command that makes a report again", () => {
  it.each([
    [
      ["simulate", "a/b.yaml", "--report", "r.html"],
      "breakwater simulate a/b.yaml --report r.html",
    ],
    [["simulate", "my file.yaml"], "breakwater simulate 'my file.yaml'"],
    [["simulate", "it's"], "breakwater simulate 'it'\\''s'"],
    [["simulate", "$(rm)", ""], "breakwater simulate '$(rm)' ''"],
  ])("%j", (args, expected) => {
    expect(commandLine(args)).toBe(expected);
  });
});

describe("the runs of a report", () => {
  const { result, timeline } = aRun({ name: "ours", days: 1 });
  const timing = { wallMs: 0, tickMs: 0, ticks: 0 };

  it("are named by what tells them apart", () => {
    const other = { ...result, seed: 2 };
    const outcomes = [result, other].map((each) => ({ result: each, timing, timeline }));
    expect(reportRuns(outcomes).map(({ name }) => name)).toEqual(["ours, seed 1", "ours, seed 2"]);
    expect(reportRuns(outcomes.slice(0, 1)).map(({ name }) => name)).toEqual(["ours"]);
  });

  it("are those with a timeline", () => {
    expect(reportRuns([{ result, timing }])).toEqual([]);
  });
});

describe("of a comparison are drawn", () => {
  const estimate = { mean: 0, low: 0, high: 0 };
  const row = (scenario: string, policy: string, violations: number) => ({
    scenario,
    policy,
    kind: policy === "breakwater" ? ("ours" as const) : ("baseline" as const),
    knob: { name: "k", value: 1 },
    attainment: 1,
    gpuHours: 1,
    violations,
    interval: { attainment: estimate, gpuHours: estimate, violations: estimate },
    violationsAtOurGpuHours: null,
    gpuHoursAtOurAttainment: null,
  });
  const rows = ["a", "b", "c", "d", "e"].flatMap((scenario, at) => [
    row(scenario, "breakwater", at),
    row(scenario, "static", 9),
    row(scenario, "kpa", 9),
  ]);
  const comparison: ComparisonResult = {
    schemaVersion: 1,
    rows,
    points: [],
    summary: {
      tune: "one",
      ours: "breakwater",
      scenarios: 5,
      seeds: 1,
      attainmentFrom: 0.95,
      attainmentTo: 0.995,
      policies: [],
      strongest: "kpa",
    },
  };

  it("ours and the strongest other, where ours misses most", () => {
    expect(rowsToDraw(comparison).map(({ policy, scenario }) => `${scenario} ${policy}`)).toEqual([
      "b breakwater",
      "b kpa",
      "c breakwater",
      "c kpa",
      "d breakwater",
      "d kpa",
      "e breakwater",
      "e kpa",
    ]);
  });
});

describe("the report of a sweep", () => {
  const at = (mean: number) => ({ mean, low: mean * 0.95, high: mean * 1.05 });
  const point = (value: number, gpuHours: number, violations: number) => ({
    scenario: "launch-day",
    policy: "breakwater",
    knob: { name: "headroom", value },
    attainment: 0.99,
    gpuHours,
    violations,
    interval: { attainment: at(0.99), gpuHours: at(gpuHours), violations: at(violations) },
    onFront: true,
  });
  const points = [point(0.5, 900, 400), point(0.9, 1_000, 100)];
  const page = reportPage(sweepReport({ schemaVersion: 1, points }, "breakwater sweep a.yaml"));

  it("has the front, a row for each setting, and links that lead somewhere", () => {
    expect(page).toContain("Settings of breakwater");
    expect(page).toContain("<svg");
    expect(page).toContain("headroom 0.9");
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  });

  it("does not say of runs what it has not looked at", () => {
    const flat = [point(0.5, 900, 400), point(0.9, 900, 400)];
    const other = reportPage(sweepReport({ schemaVersion: 1, points: flat }, "breakwater sweep"));
    expect(other).not.toContain("no late rack");
  });
});
