/** The decision record: everything needed to decide again, bit for bit. */
import { canonical } from "./canonical.ts";
import type { Digest } from "./canonical.ts";
import type { CompiledGroup } from "./compiled.ts";
import type { Decision } from "./decision.ts";
import type { GroupMemory } from "./memory.ts";
import type { GroupObservation } from "./observation.ts";
import { ENGINE_PROFILES } from "./profiles/engine-profiles.ts";

export const RECORD_SCHEMA_VERSION = 1;

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
}

export interface RecordInput {
  readonly codeVersion: string;
  readonly group: CompiledGroup;
  readonly observation: GroupObservation;
  readonly memory: GroupMemory;
  readonly decision: Decision;
}

/** Position in a log and the hash to chain onto. */
export interface ChainPosition {
  readonly index: number;
  readonly previousHash: string;
  /** Whether this record carries the memory it was decided with. */
  readonly keyframe: boolean;
}

/** A keyframe at least this often: an hour of ticks of 15 s. */
export const KEYFRAME_EVERY = 240;

export function makeRecord(
  input: RecordInput,
  position: ChainPosition,
  digest: Digest,
): DecisionRecord {
  const { codeVersion, group, observation, memory, decision } = input;
  return {
    schemaVersion: RECORD_SCHEMA_VERSION,
    codeVersion,
    group: group.name,
    index: position.index,
    policyDigest: digest(canonical(group)),
    profileDigest: profileDigestOf(group, digest),
    memoryDigest: digest(canonical(memory)),
    decisionDigest: digest(canonical(decision)),
    policy: group,
    observation,
    decision,
    keyframe: position.keyframe ? memory : null,
    previousHash: position.previousHash,
  };
}

/** @returns the digest of the engine profiles that the group's fleets are sized by, in order */
export const profileDigestOf = ({ fleets }: CompiledGroup, digest: Digest): string =>
  digest(canonical(fleets.map(({ model }) => ENGINE_PROFILES[model.profile] ?? null)));
