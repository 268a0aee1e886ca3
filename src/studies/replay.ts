/** Decides every record of a log again and compares bit for bit. */
import { canonical } from "../core/canonical.ts";
import type { Digest } from "../core/canonical.ts";
import { decideCandidate } from "../core/candidate.ts";
import { decide } from "../core/decide.ts";
import type { Decision } from "../core/decision.ts";
import type { GroupMemory } from "../core/memory.ts";
import type { Policy } from "../core/policy/policy.ts";
import { profileDigestOf } from "../core/record.ts";
import type { DecisionRecord } from "../core/record.ts";
import { decodeRecord } from "./decode-record.ts";
import { firstDifference } from "./first-difference.ts";
import type { FieldDifference } from "./first-difference.ts";
import { policyNamed } from "./policies.ts";

export interface Difference {
  readonly line: number;
  readonly index: number;
  readonly group: string;
  /** What differs first. `profile`: this code knows the fleet's engines otherwise. */
  readonly what: "chain" | "policy" | "profile" | "memory" | "decision" | "candidate";
  readonly recorded: string;
  readonly replayed: string;
  /** Of a decision that came out otherwise: its first field that does. */
  readonly field?: FieldDifference;
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
  readonly candidates: Map<string, GroupMemory>;
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
    candidates: new Map(),
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

interface Line {
  readonly text: string;
  readonly line: number;
}

type Finding = Pick<Difference, "what" | "recorded" | "replayed" | "field">;

function replayRecord(
  record: DecisionRecord,
  { text, line }: Line,
  progress: Progress,
  digest: Digest,
): Difference | null {
  progress.records += 1;
  progress.versions.add(record.codeVersion);
  const expected = progress.previousHash ?? record.previousHash;
  progress.previousHash = digest(text);
  const finding =
    unlike("chain", record.previousHash, expected) ??
    inconsistency(record, digest) ??
    redecide(record, progress, digest) ??
    retry(record, progress, digest);
  return finding && { line, index: record.index, group: record.group, ...finding };
}

const unlike = (what: Difference["what"], recorded: string, replayed: string): Finding | null =>
  recorded === replayed ? null : { what, recorded, replayed };

/** What needs no deciding: the record against its own digests, and against this code's profiles. */
function inconsistency(record: DecisionRecord, digest: Digest): Finding | null {
  const { policy, decision } = record;
  return (
    unlike("policy", record.policyDigest, digest(canonical(policy))) ??
    unlike("policy", record.group, policy.name) ??
    unlike("profile", record.profileDigest, profileDigestOf(policy, digest)) ??
    unlike("decision", record.decisionDigest, digest(canonical(decision)))
  );
}

function redecide(record: DecisionRecord, progress: Progress, digest: Digest): Finding | null {
  const memory = record.keyframe ?? progress.memories.get(record.group);
  if (memory === undefined) return null;
  const remembered = unlike("memory", record.memoryDigest, digest(canonical(memory)));
  if (remembered !== null) return remembered;
  const { policy, observation, decision, decisionDigest } = record;
  const decided = attempt(() => decide(policy, observation, memory, sizerOf(record)));
  if (decided instanceof Error) return unlike("decision", decisionDigest, String(decided));
  progress.memories.set(record.group, decided.memory);
  const finding = unlike("decision", decisionDigest, digest(canonical(decided.decision)));
  if (finding !== null) return { ...finding, ...fieldOf(decision, decided.decision) };
  progress.redecided += 1;
  return null;
}

/** What the candidates decided, with the memory that is theirs. */
function retry(record: DecisionRecord, progress: Progress, digest: Digest): Finding | null {
  const { candidate, policy, observation, group } = record;
  const memory = candidate?.keyframe ?? progress.candidates.get(group);
  if (candidate === undefined || memory === undefined) return null;
  const remembered = unlike("candidate", candidate.memoryDigest, digest(canonical(memory)));
  if (remembered !== null) {
    progress.redecided -= 1;
    return remembered;
  }
  const tried = decideCandidate(policy, observation, memory);
  if (tried !== null) progress.candidates.set(group, tried.memory);
  const text = tried?.decision ? digest(canonical(tried.decision)) : (tried?.failure ?? "nothing");
  const finding = unlike("candidate", candidate.decisionDigest ?? candidate.failure ?? "", text);
  if (finding !== null) progress.redecided -= 1;
  return finding;
}

function fieldOf(recorded: Decision, replayed: Decision): Pick<Finding, "field"> {
  const field = firstDifference(recorded, replayed);
  return field === null ? {} : { field };
}

/** @throws RangeError when this version has no such policy */
function sizerOf({ sizedBy, policy }: DecisionRecord): Policy | undefined {
  if (sizedBy === undefined) return undefined;
  return policyNamed(sizedBy.policy).configure(policy, sizedBy.knob).policy;
}

/** A record that was tampered with may be one that nothing can be decided on. */
function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
