/** The newest decision records, in memory. */
import type { Digest } from "../../core/canonical.ts";
import type { DecisionRecord } from "../../core/record.ts";
import type { DecisionLog, LogTail } from "../../ports/decision-log.ts";

export interface SimulatedDecisionLog extends DecisionLog {
  /** The newest records, oldest first. */
  records(): readonly DecisionRecord[];
}

/** Records kept, at 15 s a tick about four hours: an observation takes tens of kilobytes. */
const KEEP_RECORDS = 1_000;

/** @param digest SHA-256, given from outside as everywhere in the simulated world */
export function simulatedDecisionLog(digest: Digest): SimulatedDecisionLog {
  const kept: DecisionRecord[] = [];
  let newestLine = "";
  return {
    keeps: true,
    append: (record, line) => {
      kept.push(record);
      newestLine = line;
      if (kept.length > KEEP_RECORDS) kept.shift();
      return Promise.resolve();
    },
    tail: () => Promise.resolve(tailOf(kept, newestLine, digest)),
    records: () => kept,
  };
}

function tailOf(
  records: readonly DecisionRecord[],
  newestLine: string,
  digest: Digest,
): LogTail | null {
  const newest = records.at(-1);
  return newest === undefined ? null : { hash: digest(newestLine), index: newest.index };
}
