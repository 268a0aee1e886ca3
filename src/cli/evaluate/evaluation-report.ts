/** An evaluation as a report: the recommendation, what is sure to change, the tables. */
import type { EvaluatedValue, Evaluation } from "../../api/evaluation.ts";
import { severityOf, type Finding } from "../../report/finding.ts";
import type { ReportInput } from "../../report/report-input.ts";
import { packageVersion } from "../version.ts";
import {
  evaluationTables,
  MEASURES,
  ranged,
  simulatedDemand,
  verdictOf,
} from "./evaluation-text.ts";

/** Of the intervals that an evaluation gives. */
const CONFIDENCE = 0.95;

export const evaluationReport = (result: Evaluation, command: string): ReportInput => ({
  title: "A candidate policy beside the one that acts",
  about: simulatedDemand(result),
  command,
  version: packageVersion(),
  runs: [],
  tables: evaluationTables(result),
  findings: [recommended(result), ...changes(result)],
});

const ABOUT_ALL = { run: null, fleet: null, from: null, to: null, plot: "tables" } as const;

/** What is to be done about it; where nothing is said, there is nothing to be sure of. */
const WEIGHT: Readonly<
  Record<Evaluation["recommendation"]["verdict"], Pick<Finding, "severity" | "confidence">>
> = {
  adopt: { severity: "high", confidence: CONFIDENCE },
  "trade-off": { severity: "high", confidence: CONFIDENCE },
  keep: { severity: "medium", confidence: CONFIDENCE },
  "not-sure": { severity: "low", confidence: null },
  refused: { severity: "low", confidence: null },
};

/** It leads: whatever else was found is a reason for it. */
const recommended = (result: Evaluation): Finding => ({
  ...ABOUT_ALL,
  kind: "recommendation",
  ...WEIGHT[result.recommendation.verdict],
  sentence: verdictOf(result),
  numbers: {},
  cost: Number.MAX_VALUE,
});

/** Measures that change by more than chance: 0 is not in their interval. */
function changes({ incumbent, candidate, change }: Evaluation): readonly Finding[] {
  return MEASURES.flatMap(({ name, of, show, showChange = show }) => {
    const moved = of(change);
    if (moved.low <= 0 && moved.high >= 0) return [];
    const [before, after] = [of(incumbent).mean, of(candidate).mean];
    const cost = relative(name, moved, before);
    const sentence =
      `With the candidate ${name} goes from ${show(before)} to ${show(after)} a block: ` +
      `${ranged(moved, showChange)}.`;
    const found = { kind: "change" as const, confidence: CONFIDENCE, sentence, cost };
    return [{ ...ABOUT_ALL, ...found, severity: severityOf(cost), numbers: { before, after } }];
  });
}

/** Of attainment the part that counts is what is missed. */
function relative(name: string, { mean }: EvaluatedValue, before: number): number {
  const whole = name === "attainment" ? 1 - before : before;
  return whole <= 0 ? 1 : Math.min(1, Math.abs(mean) / whole);
}
