/** From the answers of a fleet's batches to its readings. */
import type { SignalReading } from "../../core/observation.ts";
import type { SignalProblem } from "../../core/signals/names.ts";
import type { Combine } from "../../core/profiles/signal-table.ts";
import { epochMs, ratio } from "../../core/units.ts";
import { PortError, type PortErrorCode } from "../../ports/errors.ts";
import type { Answer, InstantSeries } from "./decode.ts";
import { type Batch, PART_LABEL, type PlannedReading } from "./fleet-plan.ts";

export type BatchOutcome =
  | { readonly kind: "answered"; readonly batch: Batch; readonly answer: Answer<InstantSeries> }
  | { readonly kind: "failed"; readonly error: PortError };

/** Outcomes by the name of the batch. */
export type Outcomes = ReadonlyMap<string, BatchOutcome>;

type PartRef = Extract<PlannedReading, { kind: "planned" }>["value"];

const PROBLEMS: Readonly<Record<PortErrorCode, SignalProblem>> = {
  timeout: "timeout",
  unreachable: "unreachable",
  "rate-limited": "unreachable",
  "server-error": "unreachable",
  conflict: "bad-answer",
  unauthorized: "unauthorized",
  forbidden: "unauthorized",
  "not-found": "not-configured",
  invalid: "bad-query",
  "bad-answer": "bad-answer",
};

/** Queries are quoted up to here: enough to see the series and the matchers. */
const QUOTED_QUERY_CHARACTERS = 240;

const absent = (problem: SignalProblem, detail: string): SignalReading => ({
  kind: "absent",
  problem,
  detail,
});

export const absentBecause = (error: PortError): SignalReading =>
  absent(PROBLEMS[error.code], error.message);

/**
 * @returns the reading of one signal. Without an `up` series for its targets nobody knows what
 * share of them answered: the coverage is then 0 and `degraded` says so.
 */
export function readingOf(planned: PlannedReading, outcomes: Outcomes): SignalReading {
  if (planned.kind === "refused") return absent("not-configured", planned.detail);
  try {
    const value = numberOf(planned.value, planned.combine, outcomes);
    const newestSeconds = numberOf(planned.newest, { kind: "one" }, outcomes);
    if (value === null) return absent("empty", noSamples(planned.value, outcomes));
    if (newestSeconds === null) return absent("empty", noSamples(planned.newest, outcomes));
    const coverage = numberOf(planned.coverage, { kind: "one" }, outcomes);
    return {
      kind: "value",
      value: value * planned.factor,
      observedAt: epochMs(Math.round(newestSeconds * 1000)),
      coverage: ratio(coverage ?? 0),
      degraded: degradation(planned, coverage, outcomes),
    };
  } catch (cause) {
    if (cause instanceof PortError) return absentBecause(cause);
    throw cause;
  }
}

function degradation(
  planned: Extract<PlannedReading, { kind: "planned" }>,
  coverage: number | null,
  outcomes: Outcomes,
): string | null {
  const notes = [planned.value, planned.newest, planned.coverage].flatMap(({ batch }) => {
    const note = answered(batch, outcomes).answer.degraded;
    return note === null ? [] : [note];
  });
  if (coverage === null) notes.push(`coverage unknown: ${noSamples(planned.coverage, outcomes)}`);
  return notes.length === 0 ? null : [...new Set(notes)].join("; ");
}

/** @throws PortError that of the failed batch, or `bad-answer` */
function answered(name: string, outcomes: Outcomes): Extract<BatchOutcome, { kind: "answered" }> {
  const outcome = outcomes.get(name);
  if (outcome?.kind === "answered") return outcome;
  throw outcome?.error ?? new PortError("bad-answer", `query ${name} was not asked`);
}

/** @returns null where there is no series. */
function numberOf(ref: PartRef, combine: Combine, outcomes: Outcomes): number | null {
  const { answer } = answered(ref.batch, outcomes);
  const series = answer.series.filter(({ labels }) => labels[PART_LABEL] === ref.key);
  if (series.length === 0) return null;
  if (combine.kind === "sum-of-label-products") return sumOfProducts(ref, series, combine.labels);
  if (series.length > 1) {
    throw new PortError(
      "bad-answer",
      `query ${ref.batch}: expected one series for ${ref.key}, found ${series.length}; ` +
        "aggregate it, for example with sum()",
    );
  }
  return series[0]?.value ?? null;
}

function sumOfProducts(
  ref: PartRef,
  series: readonly InstantSeries[],
  labels: readonly string[],
): number {
  const products = series.map(({ labels: found, value }) => {
    const factors = labels.map((label) => factorOf(ref, label, found[label] ?? ""));
    return factors.reduce((product, factor) => product * factor, value);
  });
  return products.reduce((sum, product) => sum + product, 0);
}

function factorOf(ref: PartRef, label: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new PortError(
    "bad-answer",
    `query ${ref.batch}: ${ref.key} needs a whole number in the label ${label}, found "${text}"`,
  );
}

function noSamples(ref: PartRef, outcomes: Outcomes): string {
  const part = answered(ref.batch, outcomes).batch.parts.find(({ key }) => key === ref.key);
  const query = part?.promql ?? ref.key;
  const shown =
    query.length > QUOTED_QUERY_CHARACTERS ? `${query.slice(0, QUOTED_QUERY_CHARACTERS)}…` : query;
  return `no samples for ${shown}`;
}
