import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { jsonlLog } from "../../../src/adapters/decision-log/jsonl-log.ts";
import { NO_DECISION_LOG } from "../../../src/ports/decision-log.ts";
import type { DecisionLog } from "../../../src/ports/decision-log.ts";
import { decodeRecord } from "../../../src/studies/decode-record.ts";
import { byteLines } from "../../../src/studies/audit/byte-lines.ts";
import { verifyLog } from "../../../src/studies/audit/verify.ts";
import { replay } from "../../../src/studies/replay.ts";
import { aDecisionLog, edited, sha256 } from "../../support/decision-log.ts";

const LINES = aDecisionLog({ ticks: 6 });
const [FIRST = "", SECOND = ""] = LINES;

let folder = "";
const inFolder = (name: string): string => join(folder, name);
const read = (name: string): Promise<string> => readFile(inFolder(name), "utf8");
const aLog = (maxBytes?: number): DecisionLog =>
  jsonlLog({ path: inFolder("log.jsonl"), digest: sha256, ...(maxBytes ? { maxBytes } : {}) });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "breakwater-log-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function append(log: DecisionLog, ...lines: readonly string[]): Promise<void> {
  for (const line of lines) await log.append(decodeRecord(line, 1), line);
}

describe("the decision log", () => {
  it("is JSON lines, in a folder that it makes", async () => {
    const log = jsonlLog({ path: inFolder("var/log/decisions.jsonl"), digest: sha256 });
    await append(log, ...LINES);
    expect(await read("var/log/decisions.jsonl")).toBe(`${LINES.join("\n")}\n`);
  });

  it("has no tail before the first record", async () => {
    expect(await aLog().tail()).toBeNull();
  });

  it("is gone on with where it ended, by another process too", async () => {
    await append(aLog(), FIRST, SECOND);
    expect(await aLog().tail()).toEqual({ index: 1, hash: sha256(SECOND) });
  });

  it("replays as it was written", async () => {
    await append(aLog(), ...LINES);
    const lines = (await read("log.jsonl")).split("\n");
    expect(await replay(lines, sha256)).toMatchObject({ redecided: 6, difference: null });
  });

  it.each([1, 3])(
    "finds the end of a record of %d MiB, in characters of two bytes",
    async (mib) => {
      const long = edited(SECOND, { codeVersion: `x${"é".repeat(mib * 512 * 1_024)}` });
      await append(aLog(), FIRST, long);
      expect(await aLog().tail()).toEqual({ index: 1, hash: sha256(long) });
      await append(aLog(), SECOND);
      expect(await aLog().tail()).toEqual({ index: 1, hash: sha256(SECOND) });
    },
  );
});

describe("rotation", () => {
  it("moves the file away before it would outgrow its limit", async () => {
    const log = aLog(Buffer.byteLength(`${FIRST}\n${SECOND}\n`));
    await append(log, FIRST, SECOND);
    expect(await read("log.jsonl")).toBe(`${FIRST}\n${SECOND}\n`);
    await append(log, FIRST);
    expect(await read("log.jsonl.1")).toBe(`${FIRST}\n${SECOND}\n`);
    expect(await read("log.jsonl")).toBe(`${FIRST}\n`);
  });

  it("keeps the newest of the files moved away, and the chain passes over them", async () => {
    const log = aLog(Buffer.byteLength(`${FIRST}\n`));
    await append(log, ...LINES.slice(0, 5));
    const kept = await Promise.all(["log.jsonl.2", "log.jsonl.1", "log.jsonl"].map(read));
    expect(kept).toEqual(LINES.slice(2, 5).map((line) => `${line}\n`));
    await expect(read("log.jsonl.3")).rejects.toThrow("ENOENT");
    const lines = kept.flatMap((text, n) => [...byteLines(String(n), [Buffer.from(text)])]);
    expect(verifyLog(lines, sha256)).toMatchObject({ findings: [], records: 3 });
  });

  it("counts bytes, not characters", async () => {
    const wide = edited(SECOND, { codeVersion: "é".repeat(100) });
    const log = aLog(Buffer.byteLength(`${FIRST}\n`) + wide.length + 1);
    await append(log, FIRST, wide);
    expect(await read("log.jsonl")).toBe(`${wide}\n`);
  });

  it("writes a record larger than the limit all the same", async () => {
    await append(aLog(10), FIRST);
    expect(await read("log.jsonl")).toBe(`${FIRST}\n`);
  });

  it.each([
    ["before the next record was written", null],
    ["and the new file is still empty", ""],
  ])("is no end of the chain, %s", async (_, text) => {
    await writeFile(inFolder("log.jsonl.1"), `${FIRST}\n${SECOND}\n`);
    if (text !== null) await writeFile(inFolder("log.jsonl"), text);
    expect(await aLog().tail()).toEqual({ index: 1, hash: sha256(SECOND) });
  });
});

describe("a line half written when the process died", () => {
  it.each([
    ["half a record", SECOND.slice(0, 200)],
    ["a record without its end of line", SECOND],
    ["half a character", "\u00e9"],
  ])("%s is cut off, and the log goes on after the one before", async (_, torn) => {
    const bytes = Buffer.concat([Buffer.from(`${FIRST}\n`), Buffer.from(torn).subarray(0, 1_000)]);
    await writeFile(inFolder("log.jsonl"), bytes);
    expect(await aLog().tail()).toEqual({ index: 0, hash: sha256(FIRST) });
    await append(aLog(), SECOND);
    expect(await read("log.jsonl")).toBe(`${FIRST}\n${SECOND}\n`);
  });

  it("as the first of its file leaves the log to the file before", async () => {
    await writeFile(inFolder("log.jsonl.1"), `${FIRST}\n`);
    await writeFile(inFolder("log.jsonl"), SECOND.slice(0, 50));
    expect(await aLog().tail()).toEqual({ index: 0, hash: sha256(FIRST) });
    expect(await read("log.jsonl")).toBe("");
  });
});

describe("a log that cannot be gone on with", () => {
  it("ends in something else: said with the file, what was found and what to do", async () => {
    await writeFile(inFolder("log.jsonl"), "hello\n");
    await expect(aLog().tail()).rejects.toMatchObject({
      code: "bad-answer",
      retryable: false,
      message:
        `decision log ${inFolder("log.jsonl")}: the last line is "hello…", expected a decision ` +
        "record; move the file away to start a new log",
    });
  });

  it("cannot be written: said with the file", async () => {
    await writeFile(inFolder("a-file"), "");
    const log = jsonlLog({ path: inFolder("a-file/log.jsonl"), digest: sha256 });
    await expect(append(log, FIRST)).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringContaining(`appending to decision log ${inFolder("a-file/log.jsonl")}`),
    });
    await expect(log.tail()).rejects.toMatchObject({ code: "invalid" });
  });
});

describe("no log", () => {
  it("keeps nothing", async () => {
    await append(NO_DECISION_LOG, FIRST);
    expect(await NO_DECISION_LOG.tail()).toBeNull();
  });
});
