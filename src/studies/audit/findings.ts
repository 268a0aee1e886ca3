/** What is said of a log: what was found, where its chains begin, and what links its lines. */
import type { RecordHead } from "../decode-record.ts";

export type FindingKind = "changed" | "removed" | "inserted" | "reordered";

export interface AuditFinding {
  readonly kind: FindingKind;
  readonly file: string;
  readonly line: number;
  /** The record's index in its chain; null where the line does not say. */
  readonly index: number | null;
  readonly found: string;
  readonly expected: string;
}

/** Where a chain begins, or is gone on with from a file that was not given. */
export interface ChainStart {
  readonly file: string;
  readonly line: number;
  readonly index: number;
  readonly at: number;
  readonly leader: string | null;
  readonly why: string;
}

/** What is kept of a line: a log may be larger than memory. */
export interface Link {
  readonly file: string;
  readonly line: number;
  readonly hash: string;
  /** null: the line is no record, or its seal is broken. */
  readonly head: RecordHead | null;
  /** What the line's index is, believed or not; null: it does not say. */
  readonly index: number | null;
}
