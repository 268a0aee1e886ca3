import { Buffer } from "node:buffer";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FaultLog } from "../../src/traces/diagnostics.ts";
import { readLines } from "../../src/traces/lines.ts";
import { traceFile, traceFolder } from "../support/trace-file.ts";

const strict = () => new FaultLog({ lenient: false });
const textsOf = (contents: string | Uint8Array, faults = strict(), maxLineBytes?: number) => {
  const options = maxLineBytes === undefined ? { faults } : { faults, maxLineBytes };
  return [...readLines(traceFile(contents), options)].map(({ text }) => text);
};

describe("lines of a file", () => {
  it.each([
    ["nothing", "", []],
    ["a last line without an end", "a\nb", ["a", "b"]],
    ["a last line with an end", "a\nb\n", ["a", "b"]],
    ["blank lines", "a\n\nb\n", ["a", "", "b"]],
    ["ends of other systems", "a\r\nb\r\n", ["a", "b"]],
    ["a byte order mark", "\ufeffa\nb", ["a", "b"]],
    ["more than a chunk", `${"x".repeat(300_000)}\ny`, ["x".repeat(300_000), "y"]],
    ["characters of several bytes", "päß\n漢字\n🦈", ["päß", "漢字", "🦈"]],
  ])("are those of %s", (_what, contents, expected) => {
    expect(textsOf(contents)).toEqual(expected);
  });

  it("are numbered, and say whether they were ended", () => {
    const lines = [...readLines(traceFile("a\nb"), { faults: strict() })];
    expect(lines).toEqual([
      { number: 1, text: "a", ended: true },
      { number: 2, text: "b", ended: false },
    ]);
  });

  it("are always those that were written", () => {
    const line = fc
      .string({ unit: "grapheme", maxLength: 40 })
      .map((s) => s.replace(/[\r\n\ufeff]/g, ""));
    const lists = fc.array(line, { maxLength: 30 });
    fc.assert(
      fc.property(lists, (lines) => {
        expect(textsOf(lines.map((each) => `${each}\n`).join(""))).toEqual(lines);
      }),
      { numRuns: 50 },
    );
  });
});

describe("what is not text", () => {
  it.each([
    ["a stray byte", [0x61, 0x0a, 0x62, 0xff, 0x63], { line: 2, column: 2 }, "0xff at offset 3"],
    [
      "a character that is cut",
      [0x61, 0xe6, 0xbc, 0x0a],
      { line: 1, column: 2 },
      "0xe6 at offset 1",
    ],
    ["an overlong form", [0xc0, 0xaf], { line: 1, column: 1 }, "0xc0 at offset 0"],
    ["half a surrogate pair", [0x61, 0xed, 0xa0, 0x80], { line: 1, column: 2 }, "0xed at offset 1"],
    ["gzip", [0x1f, 0x8b, 0x08, 0x00], { line: 1, column: 2 }, "gzip: decompress it first"],
  ])("%s is reported with its place", (_what, bytes, place, found) => {
    expect(() => textsOf(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({
        diagnostic: expect.objectContaining({
          code: "TRC001",
          ...place,
          found: expect.stringContaining(found),
        }),
      }),
    );
  });

  it("is skipped and counted when faults are forgiven", () => {
    const faults = new FaultLog({ lenient: true });
    const bytes = Buffer.concat([
      Buffer.from("a\n"),
      Buffer.from([0xff, 0x0a]),
      Buffer.from("b\n"),
    ]);
    expect(textsOf(bytes, faults)).toEqual(["a", "b"]);
    expect(faults.skipped()).toMatchObject([{ code: "TRC001", count: 1, first: { line: 2 } }]);
  });
});

describe("lines that are too long", () => {
  const contents = `a\n${"x".repeat(700_000)}\nb\n`;

  it("are an error", () => {
    expect(() => textsOf(contents, strict(), 1_000)).toThrow(
      /:2: TRC008 .* found \d+ bytes, expected at most 1000/,
    );
  });

  it("are skipped and counted when faults are forgiven", () => {
    const faults = new FaultLog({ lenient: true });
    expect(textsOf(contents, faults, 1_000)).toEqual(["a", "b"]);
    expect(faults.skipped()).toMatchObject([{ code: "TRC008", count: 1 }]);
  });
});

describe("ten gigabytes without a line", () => {
  it("are refused after the longest line there may be", () => {
    const path = join(traceFolder(), "sparse");
    writeFileSync(path, "");
    truncateSync(path, 10_000_000_000);
    expect(() => [...readLines(path, { faults: strict() })]).toThrow(/TRC008/);
  });
});

describe("files that cannot be read", () => {
  it.each([
    ["absent", () => `${traceFolder()}/none`, "ENOENT"],
    ["a folder", () => traceFolder(), "it is a directory"],
  ])("%s: an error even when faults are forgiven", (_what, path, found) => {
    const faults = new FaultLog({ lenient: true });
    expect(() => [...readLines(path(), { faults })]).toThrow(new RegExp(`TRC014 .*${found}`));
  });
});
