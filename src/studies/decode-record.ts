/** A line of a decision log, checked before it is believed. */
import { parseCanonical } from "../core/canonical.ts";
import { RECORD_SCHEMA_VERSION } from "../core/record.ts";
import type { DecisionRecord } from "../core/record.ts";

/** Thrown when a line of a log is not a record this version can read. */
export class RecordError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.name = "RecordError";
    this.line = line;
  }
}

const REQUIRED = [
  "schemaVersion",
  "codeVersion",
  "group",
  "index",
  "policyDigest",
  "profileDigest",
  "memoryDigest",
  "decisionDigest",
  "policy",
  "observation",
  "decision",
  "keyframe",
  "previousHash",
] as const;

/** @throws RecordError naming the line, what was found and what is expected */
export function decodeRecord(text: string, line: number): DecisionRecord {
  const value = parsed(text, line);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RecordError(line, `found ${kindOf(value)}, expected a decision record`);
  }
  const found = "schemaVersion" in value ? value.schemaVersion : undefined;
  if (found !== RECORD_SCHEMA_VERSION) {
    throw new RecordError(
      line,
      `schemaVersion is ${String(found)}, this version reads ${RECORD_SCHEMA_VERSION}`,
    );
  }
  const missing = REQUIRED.filter((key) => !(key in value));
  if (missing.length > 0) throw new RecordError(line, `fields missing: ${missing.join(", ")}`);
  return value as DecisionRecord;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value;
}

function parsed(text: string, line: number): unknown {
  try {
    return parseCanonical(text);
  } catch (cause) {
    throw new RecordError(line, `not JSON (${String(cause)}), expected a decision record`);
  }
}

/** What the chain of a log needs of a record; the rest is not looked at. */
export interface RecordHead {
  readonly index: number;
  readonly previousHash: string;
  readonly group: string;
  /** When it was decided, in ms since 1970. */
  readonly at: number;
  readonly seal: string | null;
  readonly leader?: string;
  readonly start?: string;
}

export type ReadHead = RecordHead | { readonly problem: string; readonly index: number | null };

/** @returns the head of the record on a line, or what is wrong with the line */
export function decodeHead(text: string): ReadHead {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    return { problem: `not JSON (${String(cause)})`, index: null };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { problem: kindOf(value), index: null };
  }
  const record = value as Readonly<Record<string, unknown>>;
  const index = typeof record["index"] === "number" ? record["index"] : null;
  const { previousHash, group, decision } = record;
  const at = (decision as { readonly at?: unknown } | null | undefined)?.at;
  const whole = typeof previousHash === "string" && typeof group === "string";
  if (index === null || !whole || typeof at !== "number") {
    return { problem: "a line without a record's index, group, instant or previousHash", index };
  }
  const { seal, leader, start } = record;
  return {
    index,
    previousHash,
    group,
    at,
    seal: typeof seal === "string" ? seal : null,
    ...(typeof leader === "string" ? { leader } : {}),
    ...(typeof start === "string" ? { start } : {}),
  };
}
