import { describe, expect, it } from "vitest";
import type { EvaluatedValue, Evaluation } from "../../../src/api/evaluation.ts";
import { evaluationReport } from "../../../src/cli/evaluate/evaluation-report.ts";
import { reportPage } from "../../../src/report/report-page.ts";

const sure = (mean: number): EvaluatedValue => ({ mean, low: mean * 0.9, high: mean * 1.1 });
const unsure = (mean: number): EvaluatedValue => ({ mean, low: mean - 1, high: mean + 1 });
const side = (attainment: number, gpuHours: number) => ({
  attainment: sure(attainment),
  interventions: sure(2),
  absorbMinutes: sure(9),
  outsideMinutes: sure(30),
  gpuHours: sure(gpuHours),
  costUsd: sure(1_000),
});

const EVALUATION: Evaluation = {
  schemaVersion: 1,
  recommendation: { verdict: "trade-off", text: "fewer turns miss <it>, for more GPU-hours" },
  blocks: [{ from: "2026-11-01T00:00:00Z", until: "2026-11-02T00:00:00Z" }],
  seeds: 3,
  sampledBy: "seeds",
  sessions: { profile: "coding-agent", scale: 1 },
  matches: [{ fleet: "agents/coder", objective: "ttft", recorded: 0.98, replayed: 0.981 }],
  incumbent: side(0.98, 1_000),
  candidate: side(0.99, 1_050),
  change: {
    attainment: sure(0.01),
    interventions: unsure(0.2),
    absorbMinutes: unsure(0),
    outsideMinutes: unsure(0.5),
    gpuHours: sure(50),
    costUsd: unsure(0),
  },
  objectives: [],
  recordedGpuHours: 990,
};

describe("an evaluation as a report", () => {
  const report = evaluationReport(EVALUATION, "breakwater evaluate --log a.jsonl");

  it("leads with the recommendation, then what is sure to change, and nothing that is not", () => {
    expect(report.findings?.map(({ sentence }) => sentence)).toEqual([
      "A trade-off, for people to choose: fewer turns miss <it>, for more GPU-hours.",
      "With the candidate attainment goes from 98.00 % to 99.00 % a block: " +
        "1.00 points (0.90 points to 1.10 points).",
      "With the candidate GPU-hours goes from 1000 to 1050 a block: 50 (45 to 55).",
    ]);
  });

  it("weighs a change of attainment by what is missed, others by what there is", () => {
    expect(report.findings?.map(({ severity }) => severity)).toEqual(["high", "high", "medium"]);
  });

  it.each(["not-sure", "refused"] as const)(
    "%s alarms nobody and claims no confidence",
    (verdict) => {
      const recommendation = { ...EVALUATION.recommendation, verdict };
      const [first] = evaluationReport({ ...EVALUATION, recommendation }, "").findings ?? [];
      expect(first).toMatchObject({ kind: "recommendation", severity: "low", confidence: null });
      const page = reportPage({ ...report, findings: first === undefined ? [] : [first] });
      expect(page).not.toContain("Confidence");
    },
  );

  it("is a page whose links lead somewhere and that escapes what it is told", () => {
    const page = reportPage(report);
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
    expect(page).toContain("fewer turns miss &lt;it&gt;");
    expect(page.indexOf("A trade-off")).toBeLessThan(page.indexOf("With the candidate attainment"));
  });
});
