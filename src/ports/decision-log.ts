import type { DecisionRecord } from "../core/record.ts";

/** Where a log stands: what the next record continues. */
export interface LogTail {
  /** SHA-256 of the newest record's canonical form. */
  readonly hash: string;
  readonly index: number;
}

/** Append-only record of every decision. */
export interface DecisionLog {
  /** False for a log that nobody reads: no record is made for it. */
  readonly keeps: boolean;
  /** @param line the record's canonical form, as it was hashed */
  append(record: DecisionRecord, line: string): Promise<void>;
  /** @returns null for an empty log */
  tail(): Promise<LogTail | null>;
}

/** For runs whose results are all that is wanted, and controllers without a place to write. */
export const NO_DECISION_LOG: DecisionLog = {
  keeps: false,
  append: () => Promise.resolve(),
  tail: () => Promise.resolve(null),
};
