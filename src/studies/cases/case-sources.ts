/** What cases are cut from, and how much of each a unit serves well. */
import type { TraceFormat } from "../../config/compiled-scenario.ts";
import type { Plain } from "./case-document.ts";

/** A committed scenario, as it was written. */
export interface ScenarioSource {
  readonly kind: "scenario";
  readonly name: string;
  readonly document: Plain;
}

/** A recording of sessions, drawn with replacement. */
export interface SessionRecording {
  readonly kind: "sessions";
  readonly path: string;
  readonly format: TraceFormat;
  readonly turnsPerSession: number;
}

/** A recording of single turns, played slower and several times side by side. */
export interface TurnRecording {
  readonly kind: "turns";
  readonly path: string;
  readonly format: TraceFormat;
  readonly spanSeconds: number;
  /** Prompt tokens that no cache has, at the recording's own pace. */
  readonly coldTokensPerSecond: number;
}

/** A recorded rate, which shapes invented sessions. */
export interface RateRecording {
  readonly kind: "rates";
  readonly path: string;
  readonly format: "rate-csv" | "servegen-rate";
  /** In order of time. */
  readonly rates: readonly { readonly atSeconds: number; readonly perSecond: number }[];
}

export type RecordingSource = SessionRecording | TurnRecording | RateRecording;
export type CaseSource = ScenarioSource | RecordingSource;

/**
 * New sessions in an hour that a unit of 16 GPUs of `test-small` serves with about 97.5 % inside
 * both objectives when nothing happens; simulated, five racks of two units for one to three hours.
 * Agents whose pauses are long need more cache: more of their sessions are open at once.
 */
export const SESSIONS_PER_UNIT = {
  "coding-agent": { short: 10, long: 6 },
  chat: { short: 800, long: 800 },
  /** Jobs of 87 requests that share nothing. */
  batch: { short: 100, long: 100 },
} as const;

export const PAUSES = { short: 0.4, long: 2 } as const;

/** Turns of an invented agent's session, so that recorded sessions can be weighed against it. */
export const AGENT_TURNS_PER_SESSION = 68;

/** `test-small` on 16 GPUs at the share of its prefill speed that leaves short turns their ITL. */
export const COLD_TOKENS_PER_SECOND_PER_UNIT = 2_400;
