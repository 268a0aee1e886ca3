import type { DecisionRecord } from "../core/record.ts";

/** Where a log stands: what the next record continues. */
export interface LogTail {
  /** SHA-256 of the newest record's canonical form. */
  readonly hash: string;
  readonly index: number;
}

/** Append-only record of every decision. */
export interface DecisionLog {
  /** @param line the record's canonical form, as it was hashed */
  append(record: DecisionRecord, line: string): Promise<void>;
  /** @returns null for an empty log */
  tail(): Promise<LogTail | null>;
}
