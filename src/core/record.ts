/** The decision record: everything needed to decide again, bit for bit. */
import { canonical, canonicalFrom } from "./canonical.ts";
import type { Digest } from "./canonical.ts";
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
  const { codeVersion, group, observation, memory, decision, sizedBy } = input;
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
  };
  const keyframe = position.keyframe ? memory : null;
  const line = canonicalFrom({
    ...Object.fromEntries(Object.entries(head).map(([key, value]) => [key, canonical(value)])),
    policy: policyText,
    observation: canonical(observation),
    decision: decisionText,
    keyframe: position.keyframe ? memoryText : "null",
  });
  return { record: { ...head, policy: group, observation, decision, keyframe }, line };
}

/** @returns the digest of the engine profiles that the group's fleets are sized by, in order */
export const profileDigestOf = ({ fleets }: CompiledGroup, digest: Digest): string =>
  digest(canonical(fleets.map(({ model }) => ENGINE_PROFILES[model.profile] ?? null)));
