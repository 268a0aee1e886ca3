/** Decides every record of a log again and compares bit for bit. */
import { canonical } from "../core/canonical.ts";
import type { Digest } from "../core/canonical.ts";
import { decide } from "../core/decide.ts";
import type { GroupMemory } from "../core/memory.ts";
import type { DecisionRecord } from "../core/record.ts";
import { decodeRecord } from "./decode-record.ts";

export interface Difference {
  readonly line: number;
  readonly index: number;
  readonly group: string;
  /** `chain`, `policy`, `memory` or `decision`: what differs first. */
  readonly what: "chain" | "policy" | "memory" | "decision";
  readonly recorded: string;
  readonly replayed: string;
}

export interface ReplayResult {
  readonly schemaVersion: 1;
  readonly records: number;
  readonly redecided: number;
  /** Records before the first keyframe of their group: their memory is not in the log. */
  readonly withoutMemory: number;
  readonly codeVersions: readonly string[];
  readonly difference: Difference | null;
}

interface Progress {
  readonly memories: Map<string, GroupMemory>;
  readonly versions: Set<string>;
  previousHash: string | null;
  records: number;
  redecided: number;
}

/**
 * @param lines the log, oldest record first; empty lines are passed over
 * @returns counts and the first difference; nothing after it is decided
 * @throws RecordError when a line is not a record
 */
export async function replay(
  lines: AsyncIterable<string> | Iterable<string>,
  digest: Digest,
): Promise<ReplayResult> {
  const progress: Progress = {
    memories: new Map(),
    versions: new Set(),
    previousHash: null,
    records: 0,
    redecided: 0,
  };
  let line = 0;
  let difference: Difference | null = null;
  for await (const text of lines) {
    line += 1;
    if (text.trim() === "") continue;
    const record = decodeRecord(text, line);
    difference = replayRecord(record, { text, line }, progress, digest);
    if (difference !== null) break;
  }
  const { records, redecided, versions } = progress;
  const codeVersions = [...versions].toSorted();
  const withoutMemory = records - redecided - (difference === null ? 0 : 1);
  return { schemaVersion: 1, records, redecided, withoutMemory, codeVersions, difference };
}

function replayRecord(
  record: DecisionRecord,
  at: { readonly text: string; readonly line: number },
  progress: Progress,
  digest: Digest,
): Difference | null {
  progress.records += 1;
  progress.versions.add(record.codeVersion);
  const { index, group, previousHash } = record;
  const differs = (what: Difference["what"], recorded: string, replayed: string): Difference => ({
    line: at.line,
    index,
    group,
    what,
    recorded,
    replayed,
  });
  const expected = progress.previousHash;
  progress.previousHash = digest(at.text);
  if (expected !== null && expected !== previousHash)
    return differs("chain", previousHash, expected);
  const policy = digest(canonical(record.policy));
  if (policy !== record.policyDigest) return differs("policy", record.policyDigest, policy);
  const memory = record.keyframe ?? progress.memories.get(group);
  if (memory === undefined) return null;
  const memoryDigest = digest(canonical(memory));
  if (memoryDigest !== record.memoryDigest) {
    return differs("memory", record.memoryDigest, memoryDigest);
  }
  const decided = decide(record.policy, record.observation, memory);
  progress.memories.set(group, decided.memory);
  const decision = digest(canonical(decided.decision));
  if (decision !== record.decisionDigest) {
    return differs("decision", record.decisionDigest, decision);
  }
  progress.redecided += 1;
  return null;
}
