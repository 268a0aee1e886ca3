/** The decision record: everything needed to decide again, bit for bit. */
import { canonical, canonicalFrom } from "./canonical.ts";
import type { Digest } from "./canonical.ts";
import type { CandidateDecided, CandidateFleet } from "./candidate.ts";
import type { CompiledGroup } from "./compiled.ts";
import type { Decision } from "./decision.ts";
import type { GroupMemory } from "./memory.ts";
import type { GroupObservation } from "./observation.ts";
import { ENGINE_PROFILES } from "./profiles/engine-profiles.ts";

export const RECORD_SCHEMA_VERSION = 2;

export interface DecisionRecord {
  readonly schemaVersion: number;
  readonly codeVersion: string;
  readonly group: string;
  /** Position in this log, from 0. */
  readonly index: number;
  readonly policyDigest: string;
  readonly profileDigest: string;
  readonly memoryDigest: string;
  readonly decisionDigest: string;
  readonly policy: CompiledGroup;
  readonly observation: GroupObservation;
  readonly decision: Decision;
  /** Memory before the decision: at start and every 240 records; null in between. */
  readonly keyframe: GroupMemory | null;
  /** SHA-256 of the previous record's canonical form, "" for the first. */
  readonly previousHash: string;
  /** Another policy than ours that sized the fleets; absent: our own. */
  readonly sizedBy?: PolicyChoice;
  /** What the candidates of its fleets decided; absent where none tries anything out. */
  readonly candidate?: CandidateRecord;
  /** The replica that decided; absent where there is one only, as in a simulation. */
  readonly leader?: string;
  /** Why the chain begins here; absent in every record that continues one. */
  readonly start?: string;
  /** SHA-256 of the record's line without this field; absent in records of older releases. */
  readonly seal?: string;
}

export interface CandidateRecord {
  readonly fleets: readonly CandidateFleet[];
  readonly memoryDigest: string;
  /** Of its whole decision; null where it broke an invariant. */
  readonly decisionDigest: string | null;
  readonly failure: string | null;
  /** Its memory, wherever the record carries that of the policy that acts. */
  readonly keyframe: GroupMemory | null;
}

/** A policy by its name, and the value of its knob. */
export interface PolicyChoice {
  readonly policy: string;
  readonly knob: number;
}

export interface RecordInput {
  readonly codeVersion: string;
  readonly group: CompiledGroup;
  readonly observation: GroupObservation;
  readonly memory: GroupMemory;
  readonly decision: Decision;
  readonly sizedBy?: PolicyChoice | undefined;
  readonly leader?: string | undefined;
  readonly candidate?: CandidateDecided | null;
}

/** Position in a log and the hash to chain onto. */
export interface ChainPosition {
  readonly index: number;
  readonly previousHash: string;
  /** Whether this record carries the memory it was decided with. */
  readonly keyframe: boolean;
  /** Of the first record of a chain that should have been continued: why it is not. */
  readonly start?: string | undefined;
}

/** A keyframe at least this often: an hour of ticks of 15 s. */
export const KEYFRAME_EVERY = 240;

/** A record and its canonical form, which is what logs hold and hashes are of. */
export interface WrittenRecord {
  readonly record: DecisionRecord;
  readonly line: string;
}

export function makeRecord(
  input: RecordInput,
  position: ChainPosition,
  digest: Digest,
): WrittenRecord {
  const { codeVersion, group, observation, memory, decision, sizedBy, leader } = input;
  // Each part's text serves its digest and the line: to write them is most of a tick's time.
  const policyText = canonical(group);
  const memoryText = canonical(memory);
  const decisionText = canonical(decision);
  const head = {
    schemaVersion: RECORD_SCHEMA_VERSION,
    codeVersion,
    group: group.name,
    index: position.index,
    policyDigest: digest(policyText),
    profileDigest: profileDigestOf(group, digest),
    memoryDigest: digest(memoryText),
    decisionDigest: digest(decisionText),
    previousHash: position.previousHash,
    ...(sizedBy === undefined ? {} : { sizedBy }),
    ...(leader === undefined ? {} : { leader }),
    ...(position.start === undefined ? {} : { start: position.start }),
    ...(input.candidate ? { candidate: candidateRecord(input.candidate, position, digest) } : {}),
  };
  const keyframe = position.keyframe ? memory : null;
  const unsealed = {
    ...Object.fromEntries(Object.entries(head).map(([key, value]) => [key, canonical(value)])),
    policy: policyText,
    observation: canonical(observation),
    decision: decisionText,
    keyframe: position.keyframe ? memoryText : "null",
  };
  const seal = digest(canonicalFrom(unsealed));
  const line = canonicalFrom({ ...unsealed, seal: canonical(seal) });
  return { record: { ...head, policy: group, observation, decision, keyframe, seal }, line };
}

function candidateRecord(
  { before, decision, failure, fleets }: CandidateDecided,
  { keyframe }: ChainPosition,
  digest: Digest,
): CandidateRecord {
  return {
    fleets,
    memoryDigest: digest(canonical(before)),
    decisionDigest: decision === null ? null : digest(canonical(decision)),
    failure,
    keyframe: keyframe ? before : null,
  };
}

/**
 * What stands before a seal and nowhere else: fields are in order, and a quote inside of a text has
 * a backslash before it.
 */
const SEAL = /("schemaVersion":\d+),"seal":"([0-9a-f]{64})"/;

/** @returns whether the line is as it was sealed; null for a line without a seal */
export function isSealed(line: string, digest: Digest): boolean | null {
  const found = SEAL.exec(line);
  if (found === null) return null;
  const [text, before = "", seal] = found;
  const { index } = found;
  return digest(line.slice(0, index) + before + line.slice(index + text.length)) === seal;
}

/** @returns the digest of the engine profiles that the group's fleets are sized by, in order */
export const profileDigestOf = ({ fleets }: CompiledGroup, digest: Digest): string =>
  digest(canonical(fleets.map(({ model }) => ENGINE_PROFILES[model.profile] ?? null)));
