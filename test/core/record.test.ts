import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { canonical, parseCanonical } from "../../src/core/canonical.ts";
import { decide } from "../../src/core/decide.ts";
import { RECORD_SCHEMA_VERSION, isSealed, makeRecord } from "../../src/core/record.ts";
import type { RecordInput } from "../../src/core/record.ts";
import { aSmallGroup } from "../support/builders/compiled.ts";
import { aGroupObservation, someSignals } from "../support/builders/observed.ts";
import { withFleet } from "../support/builders/edits.ts";
import { aMemory } from "../support/builders/remembered.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

function anInput(changes: Partial<RecordInput> = {}): RecordInput {
  const input = {
    codeVersion: "1.2.3",
    group: aSmallGroup(),
    observation: aGroupObservation(),
    memory: aMemory(),
    ...changes,
  };
  const { decision } = decide(input.group, input.observation, input.memory);
  return { decision, ...input };
}

const POSITION = { index: 7, previousHash: "abc", keyframe: true };
const written = (input: RecordInput, position = POSITION) => makeRecord(input, position, sha256);
const recorded = (input: RecordInput, position = POSITION) => written(input, position).record;

describe("a decision record", () => {
  it("carries everything needed to decide again", () => {
    const input = anInput();
    expect(recorded(input)).toEqual({
      schemaVersion: RECORD_SCHEMA_VERSION,
      codeVersion: "1.2.3",
      group: "gb200-east",
      index: 7,
      policyDigest: sha256(canonical(input.group)),
      profileDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      memoryDigest: sha256(canonical(input.memory)),
      decisionDigest: sha256(canonical(input.decision)),
      policy: input.group,
      observation: input.observation,
      decision: input.decision,
      keyframe: input.memory,
      previousHash: "abc",
      seal: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it("is sealed: the line says of itself whether it is as it was written", () => {
    const { line } = written(anInput());
    expect(isSealed(line, sha256)).toBe(true);
    expect(isSealed(line.replace('"index":7', '"index":8'), sha256)).toBe(false);
    expect(isSealed(line.replace(/,"seal":"[0-9a-f]+"/, ""), sha256)).toBeNull();
  });

  it("says who decided and why a chain begins, where that is known", () => {
    const said = { leader: "breakwater-1", start: "the log had no record" };
    const record = makeRecord(
      { ...anInput(), leader: said.leader },
      { ...POSITION, start: said.start },
      sha256,
    );
    expect(record.record).toMatchObject(said);
    expect(record.line).toBe(canonical(record.record));
    expect("leader" in recorded(anInput()) || "start" in recorded(anInput())).toBe(false);
  });

  it("comes with its canonical form, keyframe or not", () => {
    for (const keyframe of [true, false]) {
      const { record, line } = written(anInput(), { ...POSITION, keyframe });
      expect(line).toBe(canonical(record));
    }
  });

  it("carries the memory in keyframes only; its digest always", () => {
    const record = recorded(anInput(), { ...POSITION, keyframe: false });
    expect(record.keyframe).toBeNull();
    expect(record.memoryDigest).toBe(recorded(anInput()).memoryDigest);
  });

  it("changes a digest with what it is the digest of, and no other", () => {
    const known = recorded(anInput());
    const other = recorded(anInput({ memory: { ...aMemory(), fleets: {} } }));
    expect(other.memoryDigest).not.toBe(known.memoryDigest);
    expect(other.policyDigest).toBe(known.policyDigest);
    const [fleet] = aSmallGroup().fleets;
    if (fleet === undefined) throw new Error("no fleet");
    const model = { ...fleet.model, profile: "dsr1-fp4-gb200" };
    const swapped = recorded(anInput({ group: aSmallGroup({ model }) }));
    expect(swapped.profileDigest).not.toBe(known.profileDigest);
  });

  it("read back decides the same, bit for bit, numbers that JSON lacks included", () => {
    const signals = someSignals({ arrivals: Number.NaN, kvUsage: -0, kvCapacity: Infinity });
    const observation = withFleet({ signals })(aGroupObservation());
    const input = anInput({ observation });
    const line = canonical(recorded(input));
    const read = parseCanonical(line);
    expect(canonical(read)).toBe(line);
    const again = decide(input.group, input.observation, input.memory);
    expect(sha256(canonical(again.decision))).toBe(recorded(input).decisionDigest);
  });
});
