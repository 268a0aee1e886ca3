/** A recording of any format, ready to be played. Read this first. */
import { TraceError } from "./diagnostics.ts";
import type { FaultLog } from "./diagnostics.ts";
import { tablesOf } from "./breakwater-file.ts";
import { agentSessionsFormat } from "./formats/agent-sessions.ts";
import { azureLlmFormat } from "./formats/azure-llm.ts";
import { breakwaterFormat } from "./formats/breakwater.ts";
import type { BreakwaterEntry } from "./formats/breakwater.ts";
import { burstGptFormat } from "./formats/burstgpt.ts";
import type { LineFormat, TraceFormatName } from "./formats/format.ts";
import { MOONCAKE_BLOCK_TOKENS, mooncakeFormat } from "./formats/mooncake.ts";
import { rateCsvFormat } from "./formats/rate-csv.ts";
import { serveGenRateFormat } from "./formats/servegen-rate.ts";
import { readTrace } from "./read-trace.ts";
import type { RateRecord, TurnRecord } from "./records.ts";
import type { RecordedStart } from "./sources/copies.ts";
import { PlayClock } from "./sources/play-clock.ts";
import { product } from "./sources/rate-curve.ts";
import type { RateCurve } from "./sources/rate-curve.ts";
import { compileAgentSessions } from "./templates/agent-templates.ts";
import { anonymousTemplate } from "./templates/anonymous-template.ts";
import { compileHashedTurns } from "./templates/hash-templates.ts";
import type { TurnTemplates } from "./turn-templates.ts";

/** Rates shape a generator; the others are traffic of their own. */
export type RateFormatName = "servegen-rate" | "rate-csv";
export type TrafficFormatName = Exclude<TraceFormatName, RateFormatName>;

export interface RecordingOptions {
  readonly path: string;
  readonly format: TrafficFormatName;
  /**
   * mooncake: tokens that one of the file's identities stands for (512). agent-sessions: tokens of
   * a block in the templates, a multiple of the recording's. azure-llm, burstgpt: any (64).
   */
  readonly blockTokens?: number;
  /** agent-sessions: see `AgentTemplateOptions`. */
  readonly reuseOutputs?: boolean;
  /** How fast the recording is played, for surges: factors that multiply. */
  readonly curves?: readonly RateCurve[];
  /** Absent: the first fault in the file ends it. */
  readonly faults?: FaultLog;
}

/** Traffic as it was recorded. */
export interface Recording {
  readonly templates: TurnTemplates;
  /**
   * Starts in order of time, read from the file as they are asked for where it is one of turns that
   * share nothing. null: the recording does not say when its sessions began.
   */
  readonly starts: (() => Iterable<RecordedStart>) | null;
  /** Whether every start brings the lengths of its turn. */
  readonly anonymous: boolean;
}

/** Tokens of a block where nothing is shared: it only rounds. */
const ANY_BLOCK_TOKENS = 64;

/** @throws TraceError */
export function openRecording(options: RecordingOptions): Recording {
  const { path } = options;
  try {
    if (options.format === "mooncake") return hashed(options);
    if (options.format === "agent-sessions") return sessions(options);
    if (options.format === "breakwater") return compiled(options);
    const format = options.format === "azure-llm" ? azureLlmFormat : burstGptFormat;
    const turns = (): Iterable<TurnRecord> => readTrace(format, path, faultsOf(options));
    return anonymous(options, options.blockTokens ?? ANY_BLOCK_TOKENS, turns);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const place = { path, line: 0, column: 0 };
    const expected = `sessions of the format ${options.format}`;
    throw new TraceError({ code: "TRC013", ...place, found: error.message, expected });
  }
}

/** @throws TraceError */
export function readRates(
  options: Pick<RecordingOptions, "path" | "faults"> & { readonly format: RateFormatName },
): Iterable<RateRecord> {
  const format: LineFormat<RateRecord> =
    options.format === "rate-csv" ? rateCsvFormat : serveGenRateFormat;
  return readTrace(format, options.path, faultsOf(options));
}

/** @throws TraceError */
function readTurns(
  options: Pick<RecordingOptions, "path" | "faults" | "blockTokens"> & {
    readonly format: "mooncake" | "azure-llm" | "burstgpt";
  },
): Iterable<TurnRecord> {
  const { format, path } = options;
  if (format === "azure-llm") return readTrace(azureLlmFormat, path, faultsOf(options));
  if (format === "burstgpt") return readTrace(burstGptFormat, path, faultsOf(options));
  return readTrace(mooncakeFormat(options.blockTokens), path, faultsOf(options));
}

const faultsOf = ({ faults }: Pick<RecordingOptions, "faults">): { readonly faults?: FaultLog } =>
  faults === undefined ? {} : { faults };

const clockOf = ({ curves }: RecordingOptions): ((recordedNs: number) => number) => {
  if (curves === undefined || curves.length === 0) return (ns) => ns;
  const clock = new PlayClock(product(curves));
  return (ns) => clock.playedAt(ns);
};

function hashed(options: RecordingOptions): Recording {
  const blockTokens = options.blockTokens ?? MOONCAKE_BLOCK_TOKENS;
  const turns = readTurns({ ...options, format: "mooncake" });
  const playedAt = clockOf(options);
  const templates = compileHashedTurns(turns, { blockTokens, playedAt });
  const start = { atNs: 0, template: 0, inputTokens: 0, outputTokens: 0 };
  return { templates, starts: () => [start], anonymous: false };
}

function sessions(options: RecordingOptions): Recording {
  const records = readTrace(agentSessionsFormat, options.path, faultsOf(options));
  return { templates: compileAgentSessions(records, options), starts: null, anonymous: false };
}

/** A file of our own is whole or damaged: lines refer to each other, so none can be skipped. */
function compiled(options: RecordingOptions): Recording {
  const entries = (): Iterable<BreakwaterEntry> => readTrace(breakwaterFormat, options.path);
  for (const first of entries()) {
    if (first.kind !== "header" || first.holds === "sessions") break;
    return anonymous(options, first.blockTokens, () => turnsOf(entries()));
  }
  const { templates, starts } = tablesOf(entries());
  return { templates, starts: starts && (() => played(options, starts)), anonymous: false };
}

function* turnsOf(entries: Iterable<BreakwaterEntry>): Generator<TurnRecord> {
  for (const entry of entries) if (entry.kind === "turn") yield entry.turn;
}

function anonymous(
  options: RecordingOptions,
  blockTokens: number,
  turns: () => Iterable<TurnRecord>,
): Recording {
  const templates = anonymousTemplate(blockTokens);
  return { templates, starts: () => played(options, startsOf(turns())), anonymous: true };
}

function* startsOf(turns: Iterable<TurnRecord>): Generator<RecordedStart> {
  let zeroNs: number | null = null;
  for (const { atNs, ...turn } of turns) {
    zeroNs ??= atNs;
    const inputTokens = Math.max(1, turn.inputTokens);
    const outputTokens = Math.max(1, turn.outputTokens);
    yield { atNs: atNs - zeroNs, template: 0, inputTokens, outputTokens };
  }
}

function* played(
  options: RecordingOptions,
  starts: Iterable<RecordedStart>,
): Generator<RecordedStart> {
  const playedAt = clockOf(options);
  for (const start of starts) yield { ...start, atNs: playedAt(start.atNs) };
}
