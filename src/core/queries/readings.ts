/** From the answers to a fleet's queries to its readings. */
import type { FleetSignals, ObjectiveReading, SignalReading } from "../observation.ts";
import type { Combine } from "../profiles/signal-table.ts";
import type { SignalProblem } from "../signals/names.ts";
import { epochMs, ratio } from "../units.ts";
import type { Batch, FleetPlan, PlannedReading } from "./fleet-plan.ts";
import { signalRecord } from "../signals/signal-record.ts";

export interface AnsweredSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** May be NaN or infinite: a sample that is there and says so. */
  readonly value: number;
}

export type BatchOutcome =
  | {
      readonly kind: "answered";
      readonly batch: Batch;
      /** By the key of the part; a part without series may be missing. */
      readonly parts: ReadonlyMap<string, readonly AnsweredSeries[]>;
      /** Warnings of the source; null for a clean answer. */
      readonly degraded: string | null;
    }
  | { readonly kind: "failed"; readonly problem: SignalProblem; readonly detail: string };

/** Outcomes by the name of the batch. */
export type Outcomes = ReadonlyMap<string, BatchOutcome>;

type Planned = Extract<PlannedReading, { kind: "planned" }>;
type PartRef = Planned["value"];
type Absent = Extract<SignalReading, { kind: "absent" }>;
/** null where there is no series. */
type Found = number | null | Absent;

/** Queries are quoted up to here: enough to see the series and the matchers. */
const QUOTED_QUERY_CHARACTERS = 240;

export const absent = (problem: SignalProblem, detail: string): Absent => ({
  kind: "absent",
  problem,
  detail,
});

/**
 * @returns the reading of one signal. Without an `up` series for its targets nobody knows what
 * share of them answered: the coverage is then 0 and `degraded` says so.
 */
export function readingOf(planned: PlannedReading, outcomes: Outcomes): SignalReading {
  if (planned.kind === "refused") {
    return absent(planned.problem ?? "not-configured", planned.detail);
  }
  const value = numberOf(planned.value, planned.combine, outcomes);
  const newestSeconds = numberOf(planned.newest, { kind: "one" }, outcomes);
  if (value === null) return absent("empty", noSamples(planned.value, outcomes));
  if (typeof value === "object") return value;
  if (newestSeconds === null) return absent("empty", noSamples(planned.newest, outcomes));
  if (typeof newestSeconds === "object") return newestSeconds;
  const coverage = numberOf(planned.coverage, { kind: "one" }, outcomes);
  if (coverage !== null && typeof coverage === "object") return coverage;
  return {
    kind: "value",
    value: value * planned.factor,
    observedAt: epochMs(Math.round(newestSeconds * 1000)),
    coverage: ratio(coverage ?? 0),
    degraded: degradation(planned, coverage, outcomes),
  };
}

function degradation(planned: Planned, coverage: number | null, outcomes: Outcomes): string | null {
  const notes: string[] = [];
  for (const { batch } of [planned.value, planned.newest, planned.coverage]) {
    const outcome = outcomes.get(batch);
    if (outcome?.kind === "answered" && outcome.degraded !== null) notes.push(outcome.degraded);
  }
  if (coverage === null) notes.push(`coverage unknown: ${noSamples(planned.coverage, outcomes)}`);
  return notes.length === 0 ? null : [...new Set(notes)].join("; ");
}

function numberOf(ref: PartRef, combine: Combine, outcomes: Outcomes): Found {
  const outcome = outcomes.get(ref.batch);
  if (outcome === undefined) return absent("bad-answer", `query ${ref.batch} was not asked`);
  if (outcome.kind === "failed") return absent(outcome.problem, outcome.detail);
  const series = outcome.parts.get(ref.key) ?? [];
  const [only] = series;
  if (only === undefined) return null;
  if (combine.kind === "sum-of-label-products") return sumOfProducts(ref, series, combine.labels);
  if (series.length === 1) return only.value;
  return absent(
    "bad-answer",
    `query ${ref.batch}: expected one series for ${ref.key}, found ${series.length}; ` +
      "aggregate it, for example with sum()",
  );
}

function sumOfProducts(
  ref: PartRef,
  series: readonly AnsweredSeries[],
  labels: readonly string[],
): number | Absent {
  let sum = 0;
  for (const { labels: found, value } of series) {
    const wrong = labels.find((label) => !/^\d+$/.test(found[label] ?? ""));
    if (wrong !== undefined) return notWhole(ref, wrong, found[wrong] ?? "");
    sum += labels.reduce((product, label) => product * Number(found[label]), value);
  }
  return sum;
}

const notWhole = (ref: PartRef, label: string, text: string): Absent =>
  absent(
    "bad-answer",
    `query ${ref.batch}: ${ref.key} needs a whole number in the label ${label}, found "${text}"`,
  );

function noSamples(ref: PartRef, outcomes: Outcomes): string {
  const outcome = outcomes.get(ref.batch);
  const parts = outcome?.kind === "answered" ? outcome.batch.parts : [];
  const query = parts.find(({ key }) => key === ref.key)?.promql ?? ref.key;
  if (query.length <= QUOTED_QUERY_CHARACTERS) return `no samples for ${query}`;
  const shown = query.slice(0, QUOTED_QUERY_CHARACTERS);
  return `no samples for ${shown}…, which reads ${seriesIn(query).join(", ")}`;
}

const seriesIn = (promql: string): readonly string[] => [
  ...new Set([...promql.matchAll(/([a-zA-Z_:][a-zA-Z0-9_:]*)\{/g)].map(([, name = ""]) => name)),
];

/** @returns a reading for every signal and objective of the plan. */
export const everyReading = (
  plan: FleetPlan,
  read: (planned: PlannedReading) => SignalReading,
): { readonly signals: FleetSignals; readonly objectives: readonly ObjectiveReading[] } => ({
  signals: signalRecord((name) => read(plan.signals[name])),
  objectives: plan.objectives.map(({ name, reading }) => ({ name, share: read(reading) })),
});
