/** An evaluation, for people. */
import type { EvaluatedSide, EvaluatedValue, Evaluation } from "../../api/evaluation.ts";
import type { ReportTable } from "../../report/report-input.ts";
import { markdownTable, table } from "../table.ts";

const VERDICTS: Readonly<Record<Evaluation["recommendation"]["verdict"], string>> = {
  adopt: "Recommended: adopt the candidate",
  keep: "Recommended: keep the policy that acts",
  "trade-off": "A trade-off, for people to choose",
  "not-sure": "Not sure",
  refused: "No recommendation",
};

export const verdictOf = ({ recommendation: { verdict, text } }: Evaluation): string =>
  `${VERDICTS[verdict]}: ${text}.`;

export function evaluationText(result: Evaluation): string {
  return [
    verdictOf(result),
    "",
    demandOf(result),
    table(...matchTable(result)),
    "",
    `Per block, 95 % intervals over ${result.sampledBy}:`,
    table(...measureTable(result)),
    "",
    "By objective, which is by class of traffic where its matchers name one:",
    table(...objectiveTable(result)),
  ].join("\n");
}

export function evaluationMarkdown(result: Evaluation): string {
  return [
    `**${verdictOf(result)}**`,
    "",
    demandOf(result),
    "",
    markdownTable(...matchTable(result)),
    "",
    `Per block, 95 % intervals over ${result.sampledBy}:`,
    "",
    markdownTable(...measureTable(result)),
    "",
    "By objective, which is by class of traffic where its matchers name one:",
    "",
    markdownTable(...objectiveTable(result)),
  ].join("\n");
}

type Table = readonly [header: readonly string[], rows: readonly (readonly string[])[]];

/** Both sides, what tells them apart, and how far the simulation is to be believed. */
export function evaluationTables(result: Evaluation): readonly ReportTable[] {
  const titled = (title: string, note: string, [header, rows]: Table): ReportTable => ({
    title,
    note,
    header,
    rows,
  });
  const over = `95 % intervals over ${result.sampledBy}`;
  return [
    titled("Per block", over, measureTable(result)),
    titled("By objective", over, objectiveTable(result)),
    titled("The policy that acted, simulated, beside the log", "", matchTable(result)),
  ];
}

const demandOf = (result: Evaluation): string =>
  `${simulatedDemand(result)} The policy that acted, simulated, beside the log:`;

/** What was simulated, in a sentence. */
export function simulatedDemand({
  blocks,
  seeds,
  sessions,
}: Pick<Evaluation, "blocks" | "seeds" | "sessions">): string {
  const from = blocks[0]?.from ?? "";
  const until = blocks.at(-1)?.until ?? "";
  const runs = `${seeds} ${seeds === 1 ? "run" : "runs"}`;
  return (
    `${blocks.length} blocks from ${from} to ${until}, ${runs} of each, ` +
    `simulated with sessions of profile ${sessions.profile}.`
  );
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
/** A change of a share: a percentage of a percentage is what nobody means. */
const points = (share: number): string => `${(share * 100).toFixed(2)} points`;

const matchTable = ({ matches }: Evaluation): Table => [
  ["fleet", "objective", "recorded", "simulated", "apart"],
  matches.map(({ fleet, objective, recorded, replayed }) => [
    fleet,
    objective,
    percent(recorded),
    percent(replayed),
    points(Math.abs(recorded - replayed)),
  ]),
];

interface Measure {
  readonly name: string;
  readonly of: (side: EvaluatedSide) => EvaluatedValue;
  readonly show: (value: number) => string;
  /** Of a change, where it is told otherwise. */
  readonly showChange?: (value: number) => string;
}

const digits =
  (count: number) =>
  (value: number): string =>
    value.toFixed(count);

export const MEASURES: readonly Measure[] = [
  { name: "attainment", of: ({ attainment }) => attainment, show: percent, showChange: points },
  { name: "asked to confirm", of: ({ interventions }) => interventions, show: digits(1) },
  { name: "minutes to absorb", of: ({ absorbMinutes }) => absorbMinutes, show: digits(1) },
  { name: "minutes outside", of: ({ outsideMinutes }) => outsideMinutes, show: digits(1) },
  { name: "GPU-hours", of: ({ gpuHours }) => gpuHours, show: digits(0) },
  { name: "USD", of: ({ costUsd }) => costUsd, show: digits(0) },
];

export const ranged = ({ mean, low, high }: EvaluatedValue, show: Measure["show"]): string =>
  `${show(mean)} (${show(low)} to ${show(high)})`;

const measureTable = ({ incumbent, candidate, change }: Evaluation): Table => [
  ["measure", "acts", "candidate", "change"],
  MEASURES.map(({ name, of, show, showChange = show }) => [
    name,
    show(of(incumbent).mean),
    show(of(candidate).mean),
    ranged(of(change), showChange),
  ]),
];

const objectiveTable = ({ objectives }: Evaluation): Table => [
  ["fleet", "objective", "acts", "candidate", "change"],
  objectives.map(({ fleet, objective, incumbent, candidate, change }) => [
    fleet,
    objective,
    percent(incumbent.mean),
    percent(candidate.mean),
    ranged(change, points),
  ]),
];
