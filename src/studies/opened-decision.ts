/** Which record of a log opened a decision that people name. */
import type { FleetKey } from "../core/compiled.ts";
import type { Intent } from "../core/observation.ts";
import type { EpochMs } from "../core/units.ts";
import { RecordError, decodeRecord } from "./decode-record.ts";

export interface OpenedDecision {
  readonly intent: Intent;
  readonly fleet: FleetKey;
  /** Instant and number of the record. */
  readonly at: EpochMs;
  readonly record: number;
}

/** As many names as a line of an error has room for. */
const KNOWN_MAX = 10;

/**
 * @param lines the log, oldest record first; empty lines are passed over
 * @param id the name of a decision, or `latest`
 * @param until records after it are passed over
 * @throws RecordError when a line is no record, and with the names there are where it is none
 */
export async function openedDecision(
  lines: AsyncIterable<string> | Iterable<string>,
  id: string,
  until?: EpochMs,
): Promise<OpenedDecision> {
  const opened: OpenedDecision[] = [];
  let line = 0;
  for await (const text of lines) {
    line += 1;
    if (text.trim() === "") continue;
    const { index: record, observation, decision } = decodeRecord(text, line);
    if (until !== undefined && observation.now > until) continue;
    for (const action of decision.plan) {
      if (action.kind !== "OpenIntent") continue;
      const { intent } = action;
      opened.push({ intent, fleet: intent.fleet, at: observation.now, record });
    }
  }
  const found =
    id === "latest" ? opened.at(-1) : opened.findLast(({ intent }) => intent.name === id);
  if (found !== undefined) return found;
  const known = opened.slice(-KNOWN_MAX).map(({ intent }) => intent.name);
  const there = known.length === 0 ? "it has none" : `its last are ${known.join(", ")}`;
  throw new RecordError(
    line,
    `the end of the log: no decision ${id}; ${there}; a fleet is namespace/name`,
  );
}
