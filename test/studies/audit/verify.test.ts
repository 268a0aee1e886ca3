import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byteLines } from "../../../src/studies/audit/byte-lines.ts";
import { verifyLog } from "../../../src/studies/audit/verify.ts";
import type { Verification } from "../../../src/studies/audit/verify.ts";
import { aDecisionLog, edited, sha256 } from "../../support/decision-log.ts";

const LOG = aDecisionLog({ ticks: 8, keyframes: [0, 5] });
const bytesOf = (lines: readonly string[]): Buffer =>
  Buffer.from(lines.map((line) => `${line}\n`).join(""));
const verifiedBytes = (...files: readonly Buffer[]): Verification =>
  verifyLog(
    files.flatMap((bytes, n) => [...byteLines(`log.${n}`, [bytes])]),
    sha256,
  );
const verified = (lines: readonly string[], name = "log.0"): Verification =>
  verifyLog(byteLines(name, [bytesOf(lines)]), sha256);
const places = ({ findings }: Verification) =>
  findings.map(({ kind, line, index }) => [kind, line, index]);

describe("an untouched log", () => {
  it("has no findings, and says where it begins and ends", () => {
    const { findings, records, unsealed, starts, tail } = verified(LOG);
    expect({ findings, records, unsealed }).toEqual({ findings: [], records: 8, unsealed: 0 });
    expect(starts).toMatchObject([{ line: 1, index: 0, why: "the first record" }]);
    expect(tail).toEqual({ index: 7, hash: sha256(LOG[7] ?? "") });
  });

  it("may be rotated: the chain goes on from file to file", () => {
    const { findings, starts } = verifiedBytes(bytesOf(LOG.slice(0, 3)), bytesOf(LOG.slice(3)));
    expect({ findings, starts: starts.length }).toEqual({ findings: [], starts: 1 });
  });

  it("may be read in pieces of any size, into one buffer that is used again", () => {
    const bytes = bytesOf(LOG);
    const buffer = Buffer.alloc(20_000);
    function* pieces(): Generator<Buffer> {
      for (let at = 0; at < bytes.length; at += buffer.length) {
        yield buffer.subarray(0, bytes.copy(buffer, 0, at));
      }
    }
    expect(bytes.length).toBeGreaterThan(3 * buffer.length);
    expect(verifyLog(byteLines("log", pieces()), sha256)).toEqual(verified(LOG, "log"));
  });

  it("whose beginning was rotated away says what it goes on from", () => {
    const { findings, starts } = verified(LOG.slice(3));
    expect(findings).toEqual([]);
    expect(starts[0]?.why).toBe("goes on from record 2, in a file that was not given");
  });

  it("of an older release has no seals: the chain still holds", () => {
    const unsealed: string[] = [];
    for (const line of LOG) {
      const previousHash = unsealed.length === 0 ? "" : sha256(unsealed.at(-1) ?? "");
      unsealed.push(edited(line, { seal: undefined, previousHash }));
    }
    expect(verified(unsealed)).toMatchObject({ findings: [], unsealed: 8 });
    const changed = unsealed.with(3, edited(unsealed[3], { codeVersion: "6.6.6" }));
    expect(places(verified(changed))).toEqual([["changed", 5, 4]]);
  });
});

describe("a log that was touched", () => {
  const touched = (lines: readonly string[]) => places(verified(lines));

  it.each([
    ["the decision of a record", LOG.with(4, edited(LOG[4], { decision: null })), "changed", 5],
    ["a line is gone", LOG.toSpliced(4, 1), "removed", 5],
    ["three lines are gone", LOG.toSpliced(2, 3), "removed", 3],
    ["a line stands there twice", LOG.toSpliced(4, 0, LOG[2] ?? ""), "inserted", 5],
    ["two lines changed places", LOG.with(4, LOG[5] ?? "").with(5, LOG[4] ?? ""), "reordered", 5],
    ["a line is no record", LOG.with(4, "{}"), "changed", 5],
    ["a line is empty of sense", LOG.with(4, "hello"), "changed", 5],
  ] as const)("%s", (_, lines, kind, line) => {
    expect(touched(lines)[0]?.slice(0, 2)).toEqual([kind, line]);
  });

  it("says which records are missing", () => {
    expect(verified(LOG.toSpliced(2, 3)).findings).toMatchObject([
      { found: "record 5", expected: "records 2 to 4 before it" },
    ]);
  });

  it("a record sealed anew is betrayed by the one after it", () => {
    const other = aDecisionLog({ ticks: 8, keyframes: [0, 5], codeVersion: "6.6.6" });
    const [finding] = verified(LOG.with(4, other[4] ?? "")).findings;
    expect(finding).toMatchObject({ kind: "changed", line: 5, index: 4 });
    expect(finding?.expected).toContain("one of the two was written anew");
  });

  it("a chain that begins anew without a reason", () => {
    expect(touched([...LOG, ...LOG.slice(0, 2)])[0]).toEqual(["inserted", 9, 0]);
  });

  it("two leaders that both went on from one record", () => {
    const other = aDecisionLog({ ticks: 8, keyframes: [0, 5], codeVersion: "2.0.0" });
    expect(touched([...LOG.slice(0, 5), other[4] ?? ""])).toEqual([["inserted", 6, 4]]);
  });
});

describe("a flipped byte", () => {
  const bytes = bytesOf(LOG);
  const ends = [...bytes.keys()].filter((at) => bytes[at] === 10);
  const lineAt = (at: number): number => ends.filter((end) => end < at).length + 1;

  it("is always found, in its own line", () => {
    const place = fc.nat({ max: bytes.length - 1 });
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] ?? 0) ^ mask;
        const [first] = verifiedBytes(flipped).findings;
        expect(first?.line, `byte ${at} xor ${mask}`).toBe(lineAt(at));
      }),
      { numRuns: 300 },
    );
  });

  it("is found wherever it is in a seal, and at the end of the file", () => {
    const text = bytes.toString("utf8");
    const seals = [...text.matchAll(/"seal":"[0-9a-f]+"/g)].flatMap(({ index, 0: { length } }) =>
      Array.from({ length: length + 1 }, (_, n) => index + n),
    );
    const spread = seals.filter((_, n) => n % 7 === 0);
    for (const at of [...spread, bytes.length - 1]) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      expect(verifiedBytes(flipped).findings[0]?.line, `byte ${at}`).toBe(lineAt(at));
    }
  });

  it("is found when it is cut off the end", () => {
    expect(verifiedBytes(bytes.subarray(0, -1)).findings).toMatchObject([
      { kind: "changed", line: 8, found: expect.stringContaining("without an end of line") },
    ]);
  });
});
