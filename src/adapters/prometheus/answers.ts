/** Answers and failures of the HTTP API in the terms in which core reads them. */
import type { SignalReading } from "../../core/observation.ts";
import { PART_LABEL } from "../../core/queries/fleet-plan.ts";
import { absent, type BatchOutcome } from "../../core/queries/readings.ts";
import type { SignalProblem } from "../../core/signals/names.ts";
import type { PortError, PortErrorCode } from "../../ports/errors.ts";
import type { Answer, InstantSeries } from "./decode.ts";

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

export const absentBecause = ({ code, message }: PortError): SignalReading =>
  absent(PROBLEMS[code], message);

export const failedBecause = ({ code, message }: PortError): BatchOutcome => ({
  kind: "failed",
  problem: PROBLEMS[code],
  detail: message,
});

/** @returns the series of a batch's answer by the part that asked for them. */
export function answeredParts(
  answer: Answer<InstantSeries>,
): ReadonlyMap<string, readonly InstantSeries[]> {
  const parts = new Map<string, InstantSeries[]>();
  for (const series of answer.series) {
    const key = series.labels[PART_LABEL] ?? "";
    const known = parts.get(key);
    if (known === undefined) parts.set(key, [series]);
    else known.push(series);
  }
  return parts;
}
