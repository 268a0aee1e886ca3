import { describe, expect, it } from "vitest";
import type { ComparisonResult, ComparisonRow } from "../../../src/api/comparison.ts";
import { printedComparison } from "../../../src/cli/simulation/print-comparison.ts";

const exactly = (mean: number) => ({ mean, low: mean, high: mean });

const aRow = (changes: Partial<ComparisonRow> = {}): ComparisonRow => ({
  scenario: "surge",
  policy: "breakwater",
  kind: "ours",
  knob: { name: "headroom-z", value: 1.2815515655446004 },
  attainment: 0.984,
  gpuHours: 200,
  violations: 160,
  violationsAtOurGpuHours: 160,
  gpuHoursAtOurAttainment: 200,
  interval: {
    attainment: exactly(0.984),
    gpuHours: { mean: 200, low: 190, high: 210 },
    violations: exactly(160),
  },
  ...changes,
});

const RESULT: ComparisonResult = {
  schemaVersion: 1,
  rows: [
    aRow(),
    aRow({
      policy: "hpa-queue",
      kind: "baseline",
      knob: { name: "target-waiting-per-pod", value: 5 },
      violationsAtOurGpuHours: 320.4,
      gpuHoursAtOurAttainment: null,
    }),
    aRow({ policy: "hpa-queue by the unit", kind: "reference", violationsAtOurGpuHours: null }),
  ],
  points: [],
  summary: {
    tune: "one",
    ours: "breakwater",
    scenarios: 1,
    seeds: 3,
    attainmentFrom: 0.95,
    attainmentTo: 0.995,
    strongest: "hpa-queue",
    policies: [
      {
        policy: "hpa-queue",
        violationsRatio: { mean: 2, low: 1.5, high: 2.5 },
        gpuHoursRatio: exactly(1.25),
        compared: 5,
        lostByThem: 1,
        lostByUs: 0,
      },
    ],
  },
};

const text = printedComparison(RESULT, "text").split("\n");
const lineOf = (start: RegExp): string => text.find((line) => start.test(line)) ?? "";

describe("a comparison printed", () => {
  it("shows every row with its knob, intervals where there are any", () => {
    expect(lineOf(/^surge +breakwater/)).toMatch(
      /headroom-z 1.282 +98.40 % +200 \(190..210\) +160 +160 +200$/,
    );
  });

  it("says never where a policy does not get there", () => {
    expect(lineOf(/^surge +hpa-queue +t/)).toMatch(/ 320 +never$/);
  });

  it("reads nothing off for references", () => {
    expect(lineOf(/^surge +hpa-queue by the unit/)).toMatch(/ 160$/);
  });

  it("sums up with intervals and losses of both sides", () => {
    expect(lineOf(/^hpa-queue/)).toMatch(/2.00x \(1.50x..2.50x\) +1.25x +1 +0 +5$/);
    expect(text.join("\n")).toContain("Strongest: hpa-queue.");
  });

  it("is a table in Markdown too", () => {
    const markdown = printedComparison(RESULT, "markdown");
    expect(markdown).toContain("## Scenarios");
    expect(markdown).toContain("| hpa-queue | 2.00x (1.50x..2.50x) | 1.25x | 1 | 0 | 5 |");
  });

  it("is the result itself in JSON", () => {
    expect(JSON.parse(printedComparison(RESULT, "json"))).toEqual(RESULT);
  });
});
