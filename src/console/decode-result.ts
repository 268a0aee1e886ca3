import { RESULT_SCHEMA_VERSION, type SimulationResult } from "../api/results.ts";

/** The parts that the page shows: a result without one of them is none. */
const PARTS = [
  "turns",
  "slo",
  "latency",
  "cache",
  "gpuHours",
  "racks",
  "surges",
  "forecast",
  "decisions",
] as const;

/** @returns whether the text may be a result: what a file is, is decided by its first line. */
export const looksLikeResult = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "scenario" in value && "turns" in value;

/** @throws Error that says what was found and what is expected */
export function decodeResult(value: unknown): SimulationResult {
  if (typeof value !== "object" || value === null) throw new Error(`found ${String(value)}`);
  const found = "schemaVersion" in value ? value.schemaVersion : undefined;
  if (found !== RESULT_SCHEMA_VERSION) {
    throw new Error(`schemaVersion is ${String(found)}, this page reads ${RESULT_SCHEMA_VERSION}`);
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  const missing = PARTS.filter((part) => typeof fields.get(part) !== "object");
  if (missing.length > 0) throw new Error(`a result without ${missing.join(", ")}`);
  return value as SimulationResult;
}
