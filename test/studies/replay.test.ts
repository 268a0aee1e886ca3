import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecordError, decodeRecord } from "../../src/studies/decode-record.ts";
import { replay } from "../../src/studies/replay.ts";
import type { ReplayResult } from "../../src/studies/replay.ts";
import { canonical } from "../../src/core/canonical.ts";
import { hpaQueue } from "../../src/baselines/hpa-queue.ts";
import { rackCount } from "../../src/core/units.ts";
import { aSmallFleet, aSmallGroup } from "../support/builders/compiled.ts";
import { aDecisionLog, edited, sha256 } from "../support/decision-log.ts";

const LOG = aDecisionLog();
const replayed = (lines: readonly string[]) => replay(lines, sha256);

/** The log with line `at`, counted from 1, replaced. */
const withLine = (at: number, change: (line: string) => string): readonly string[] =>
  LOG.map((line, index) => (index === at - 1 ? change(line) : line));

const where = ({ difference }: ReplayResult) =>
  difference === null ? null : [difference.what, difference.line, difference.index];

describe("an untouched log", () => {
  it("is decided again, every record bit for bit", async () => {
    expect(await replayed(LOG)).toEqual({
      schemaVersion: 1,
      records: 24,
      redecided: 24,
      withoutMemory: 0,
      codeVersions: ["1.2.3"],
      difference: null,
    });
    expect(LOG.filter((line) => line.includes('"kind":"OpenIntent"')).length).toBeGreaterThan(0);
  });

  it("may be one of several groups in turn", async () => {
    const other = { ...aSmallGroup(), name: "second" };
    const { redecided, difference } = await replayed(
      aDecisionLog({ ticks: 6, groups: [aSmallGroup(), other] }),
    );
    expect({ redecided, difference }).toEqual({ redecided: 12, difference: null });
  });

  it("may begin anywhere: records before the first keyframe are counted as such", async () => {
    // Keyframes are at records 0 and 10; the first five records were rotated away.
    expect(await replayed(LOG.slice(5))).toMatchObject({
      records: 19,
      redecided: 14,
      withoutMemory: 5,
      difference: null,
    });
    expect(await replayed(LOG.slice(11))).toMatchObject({ redecided: 0, withoutMemory: 13 });
  });

  it("may be of another policy, which the records name with its knob", async () => {
    const log = aDecisionLog({ policy: hpaQueue(0.5) });
    expect(await replayed(log)).toMatchObject({ redecided: 24, difference: null });
    const [first, ...rest] = log;
    const other = { sizedBy: { policy: "unheard-of", knob: 1 } };
    const { difference } = await replayed([edited(first, other), ...rest]);
    expect(difference?.replayed).toContain('policy "unheard-of" is not known');
  });

  it("may have candidates: what they decided is decided again as well", async () => {
    const group = aSmallGroup({ candidate: { headroom: "Safe" } });
    const log = aDecisionLog({ groups: [group] });
    expect(await replayed(log)).toMatchObject({ redecided: 24, difference: null });
    const { candidate } = decodeRecord(log[8] ?? "", 9);
    expect(candidate?.fleets).toMatchObject([{ fleet: "agents/coder" }]);
    const otherwise = { ...candidate, decisionDigest: "0".repeat(64) };
    const changed = log.with(8, edited(log[8], { candidate: otherwise }));
    const result = await replayed(changed);
    expect(where(result)).toEqual(["candidate", 9, 8]);
    expect(result).toMatchObject({ records: 9, redecided: 8, withoutMemory: 0 });
  });

  it("may hold empty lines, and come as a stream", async () => {
    async function* stream(): AsyncGenerator<string> {
      for (const line of LOG) yield* [line, ""];
    }
    expect(await replay(stream(), sha256)).toMatchObject({ redecided: 24, difference: null });
  });

  it("may be empty", async () => {
    expect(await replayed([])).toMatchObject({ records: 0, redecided: 0, difference: null });
  });

  it("names every code version that wrote to it", async () => {
    const rechained = LOG.slice(0, 1);
    for (const line of LOG.slice(1)) {
      const previousHash = sha256(rechained.at(-1) ?? "");
      rechained.push(edited(line, { codeVersion: "1.10.0", previousHash }));
    }
    expect(await replayed(rechained)).toMatchObject({
      redecided: 24,
      codeVersions: ["1.10.0", "1.2.3"],
    });
  });
});

describe("a log that was touched", () => {
  it("a line is missing: the chain breaks at the next", async () => {
    const result = await replayed(LOG.toSpliced(6, 1));
    expect(where(result)).toEqual(["chain", 7, 7]);
    expect(result).toMatchObject({ records: 7, redecided: 6, withoutMemory: 0 });
  });

  it("two lines changed places", async () => {
    const swapped = LOG.toSpliced(6, 2, LOG[7] ?? "", LOG[6] ?? "");
    expect(where(await replayed(swapped))).toEqual(["chain", 7, 7]);
  });

  it("a line was put in twice", async () => {
    expect(where(await replayed(LOG.toSpliced(6, 0, LOG[5] ?? "")))).toEqual(["chain", 7, 5]);
  });

  it("the policy was changed", async () => {
    const lax = aSmallGroup({ headroom: "Lean" });
    const result = await replayed(withLine(9, (line) => edited(line, { policy: lax })));
    expect(where(result)).toEqual(["policy", 9, 8]);
    expect(result.difference?.recorded).not.toBe(result.difference?.replayed);
  });

  it("the policy was changed, and its digest too: another decision would follow", async () => {
    const policy = aSmallGroup({ racks: { ...aSmallFleet().racks, min: rackCount(9) } });
    const policyDigest = sha256(canonical(policy));
    const changed = withLine(9, (line) => edited(line, { policy, policyDigest }));
    expect(where(await replayed(changed))).toEqual(["decision", 9, 8]);
  });

  it.each([
    ["the group's name", { group: "gb200-west" }, "policy"],
    ["the profiles that it was sized by", { profileDigest: "0".repeat(64) }, "profile"],
    [
      "the memory of a keyframe",
      { keyframe: { schemaVersion: 1, fleets: {}, pools: {} } },
      "memory",
    ],
    ["the digest of the memory", { memoryDigest: "0".repeat(64) }, "memory"],
    ["the decision", { decision: { at: 0, plan: [] } }, "decision"],
    ["the digest of the decision", { decisionDigest: "0".repeat(64) }, "decision"],
    ["the observation, to one nothing can be decided on", { observation: {} }, "decision"],
  ] as const)("%s was changed, even in the last record", async (_, changes, what) => {
    for (const line of [11, 24]) {
      const result = await replayed(withLine(line, (text) => edited(text, changes)));
      expect(where(result)).toEqual([what, line, line - 1]);
    }
  });

  it("a flipped byte is found wherever it is, at that line or the next", async () => {
    const at = fc.record({
      line: fc.integer({ min: 1, max: 23 }),
      share: fc.double({ min: 0, max: 0.9999, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(at, fc.integer({ min: 1, max: 127 }), async ({ line, share }, flip) => {
        const changed = withLine(line, (text) => {
          const index = Math.floor(share * text.length);
          const byte = String.fromCharCode(text.charCodeAt(index) ^ flip);
          return text.slice(0, index) + byte + text.slice(index + 1);
        });
        const found = await foundAt(changed);
        expect(found === line || found === line + 1).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

/** @returns the line at which a log is found wanting; null when it is not */
async function foundAt(lines: readonly string[]): Promise<number | null> {
  try {
    return (await replayed(lines)).difference?.line ?? null;
  } catch (error) {
    if (error instanceof RecordError) return error.line;
    throw error;
  }
}

describe("what is no record", () => {
  it("is refused, and its line named", async () => {
    await expect(replayed(withLine(5, () => "{"))).rejects.toThrow(/^line 5: not JSON/);
  });
});
