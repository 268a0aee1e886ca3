/** What a recording holds, in numbers. */
import type { FaultLog, SkippedLines } from "../diagnostics.ts";
import type { TraceFormatName } from "../formats/format.ts";
import { openRecording, readRates } from "../recording.ts";
import type { Recording, RecordingOptions } from "../recording.ts";
import type { RecordedStart } from "../sources/copies.ts";
import type { TurnTemplates } from "../turn-templates.ts";
import { ArrivalStatistics } from "./arrival-statistics.ts";
import type { Arrivals } from "./arrival-statistics.ts";
import { idealHits } from "./ideal-hits.ts";
import { QuantileSketch } from "./quantile-sketch.ts";
import type { QuantileSummary } from "./quantile-sketch.ts";

export interface TrafficInspection {
  readonly kind: "traffic";
  readonly sessions: number;
  readonly turns: number;
  /** null: sessions do not say when they began. */
  readonly arrivals: Arrivals | null;
  readonly inputTokens: QuantileSummary;
  readonly outputTokens: QuantileSummary;
  readonly turnsPerSession: QuantileSummary;
  /** Seconds between an answer and the turn that follows it; null: no turn follows another. */
  readonly pauseSeconds: QuantileSummary | null;
  /** Share of prompt tokens that a cache that forgets nothing would serve. */
  readonly idealHitRate: number;
}

export interface RateInspection {
  readonly kind: "rates";
  readonly records: number;
  readonly spanSeconds: number;
  readonly perSecond: QuantileSummary;
  readonly peakOverMean: number;
  readonly p99OverMean: number;
  readonly cv: number;
}

export type Inspection = (TrafficInspection | RateInspection) & {
  readonly schemaVersion: 1;
  readonly path: string;
  readonly format: TraceFormatName;
  readonly skipped: readonly SkippedLines[];
};

export interface InspectOptions extends Omit<RecordingOptions, "format" | "curves" | "faults"> {
  readonly format: TraceFormatName;
  readonly faults: FaultLog;
}

/** @throws TraceError */
export function inspectTrace(options: InspectOptions): Inspection {
  const { path, format, faults } = options;
  const body =
    format === "rate-csv" || format === "servegen-rate"
      ? inspectRates({ path, format, faults })
      : inspectTraffic(openRecording({ ...options, format }));
  return { schemaVersion: 1, path, format, ...body, skipped: faults.skipped() };
}

function inspectRates(options: Parameters<typeof readRates>[0]): RateInspection {
  const rates = new QuantileSketch();
  let squares = 0;
  let firstSeconds: number | null = null;
  let lastSeconds = 0;
  for (const { atSeconds, perSecond } of readRates(options)) {
    rates.add(perSecond);
    squares += perSecond * perSecond;
    firstSeconds ??= atSeconds;
    lastSeconds = atSeconds;
  }
  const perSecond = rates.summary();
  const { mean, max, p99 } = perSecond;
  const variance = squares / rates.count - mean * mean;
  return {
    kind: "rates",
    records: rates.count,
    spanSeconds: lastSeconds - (firstSeconds ?? 0),
    perSecond,
    peakOverMean: max / mean,
    p99OverMean: p99 / mean,
    cv: Math.sqrt(Math.max(0, variance)) / mean,
  };
}

const inspectTraffic = (recording: Recording): TrafficInspection =>
  recording.anonymous ? ofTurns(recording.starts?.() ?? []) : ofSessions(recording);

function ofTurns(starts: Iterable<RecordedStart>): TrafficInspection {
  const [input, output, turns] = [new QuantileSketch(), new QuantileSketch(), new QuantileSketch()];
  const arrivals = new ArrivalStatistics();
  for (const { atNs, inputTokens, outputTokens } of starts) {
    input.add(inputTokens);
    output.add(outputTokens);
    turns.add(1);
    arrivals.add(atNs);
  }
  return {
    kind: "traffic",
    sessions: input.count,
    turns: input.count,
    arrivals: arrivals.summary(),
    inputTokens: input.summary(),
    outputTokens: output.summary(),
    turnsPerSession: turns.summary(),
    pauseSeconds: null,
    idealHitRate: 0,
  };
}

function ofSessions({ templates, starts }: Recording): TrafficInspection {
  const { rows, sessions } = templates;
  const sketch = (values: Iterable<number>): QuantileSketch => {
    const quantiles = new QuantileSketch();
    for (const value of values) quantiles.add(value);
    return quantiles;
  };
  const pauses = sketch(pausesOf(templates));
  const { hitTokens, promptTokens } = idealHits(templates);
  return {
    kind: "traffic",
    sessions: sessions.firstRow.length,
    turns: rows.inputTokens.length,
    arrivals: starts === null ? null : arrivalsOf(templates, starts()),
    inputTokens: sketch(rows.inputTokens).summary(),
    outputTokens: sketch(rows.outputTokens).summary(),
    turnsPerSession: sketch(sessions.rowCount).summary(),
    pauseSeconds: pauses.count === 0 ? null : pauses.summary(),
    idealHitRate: hitTokens / promptTokens,
  };
}

const NS_PER_SECOND = 1e9;

function* pausesOf({ rows }: TurnTemplates): Generator<number> {
  for (const [row, delayNs] of rows.delayNs.entries()) {
    if ((rows.joins[row] ?? 0) > 0) yield delayNs / NS_PER_SECOND;
  }
}

/** Only turns without predecessors have a time of their own. */
function arrivalsOf(
  { rows, sessions }: TurnTemplates,
  starts: Iterable<RecordedStart>,
): Arrivals | null {
  const instants: number[] = [];
  for (const { atNs, template } of starts) {
    const first = sessions.firstRow[template] ?? 0;
    const roots = sessions.rootRows[template] ?? 0;
    for (const delayNs of rows.delayNs.subarray(first, first + roots)) {
      instants.push(atNs + delayNs);
    }
  }
  const arrivals = new ArrivalStatistics();
  for (const atNs of Float64Array.from(instants).toSorted()) arrivals.add(atNs);
  return arrivals.summary();
}
