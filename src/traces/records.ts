/** What the lines of recordings say, in one shape for all formats of a kind. */

/** A turn at an instant of the recording. */
export interface TurnRecord {
  /** Nanoseconds since the recording's own zero; exact to 4 ns beyond its hundredth day. */
  readonly atNs: number;
  /** At least 0; a turn is compiled with at least one token of each. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Identities of the prompt's blocks, the last one maybe partly filled; null: not recorded. */
  readonly hashIds: readonly number[] | null;
  /** Whose turn it is; absent: not recorded. */
  readonly session?: string;
}

/** A session of a coding agent. Rows are in the order of `atMs`. */
export interface SessionRecord {
  readonly id: string;
  readonly blockTokens: number;
  /** Leading tokens of the first prompt: tool definitions, then the system prompt. */
  readonly toolTokens: number;
  readonly systemTokens: number;
  readonly rows: readonly SessionRow[];
}

export interface SessionRow {
  /** Milliseconds since the session's start. */
  readonly atMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** The earlier row with which the prompt has most in common, or -1. */
  readonly prefixRow: number;
  /** Leading blocks in common with that row's prompt. */
  readonly sharedBlocks: number;
  readonly promptBlocks: number;
  /** How long the answer took; null: not recorded. */
  readonly serviceMs: number | null;
  /** Pause since the last recorded completion of the same agent; null: not recorded. */
  readonly thinkMs: number | null;
  /** 0: the main agent; else the number of a sub-agent. */
  readonly agent: number;
}

/** Turns per second from an instant until the next record. */
export interface RateRecord {
  readonly atSeconds: number;
  readonly perSecond: number;
}
