import { once } from "node:events";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import {
  checkDifferent,
  stageFile,
  stageFiles,
  writeWholeFile,
} from "../../src/cli/staged-file.ts";
import { UsageError } from "../../src/cli/usage-error.ts";

describe("an output", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "staged-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("has its name once it is whole", () => {
    const path = join(folder, "out.jsonl");
    const file = stageFile(path);
    file.append("a\n");
    expect(existsSync(path)).toBe(false);
    file.append("b\n");
    file.publish();
    file.discard();
    expect(readFileSync(path, "utf8")).toBe("a\nb\n");
    expect(readdirSync(folder)).toEqual(["out.jsonl"]);
  });

  it("leaves nothing behind when the run failed", () => {
    const file = stageFile(join(folder, "out.jsonl"));
    file.append("a\n");
    file.discard();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ["in no folder", join("no", "out.jsonl"), "no such file or directory"],
    ["under a file", join("file", "out.jsonl"), "not a directory"],
    ["over a folder", "folder", "found a directory, expected a file"],
    ["over a socket", "socket", "found a device or a pipe, expected a file"],
    ["over a link to one", "link", "found a device or a pipe, expected a file"],
  ])("is refused %s, and leaves nothing behind", async (_, name, why) => {
    const path = join(folder, name);
    writeFileSync(join(folder, "file"), "");
    mkdirSync(join(folder, "folder"));
    const server = createServer().listen(join(folder, "socket"));
    await once(server, "listening");
    onTestFinished(() => void server.close());
    symlinkSync(join(folder, "socket"), join(folder, "link"));
    const before = readdirSync(folder);
    expect(() => stageFile(path)).toThrow(new UsageError(`${path} cannot be written: ${why}`));
    expect(() => stageFiles([join(folder, "other"), path])).toThrow(UsageError);
    expect(readdirSync(folder)).toEqual(before);
  });

  it("is refused without a name", () => {
    expect(() => stageFile("")).toThrow(UsageError);
  });

  it("is written through a link, which stays one", () => {
    const [path, link] = [join(folder, "out.jsonl"), join(folder, "latest.jsonl")];
    writeFileSync(path, "old");
    symlinkSync(path, link);
    expect(writeWholeFile(link, ["a", "b"])).toBe(2);
    expect(readFileSync(path, "utf8")).toBe("a\nb\n");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readdirSync(folder).toSorted()).toEqual(["latest.jsonl", "out.jsonl"]);
  });

  it("stays as it was when the lines end in an error", () => {
    const path = join(folder, "out.jsonl");
    writeFileSync(path, "old");
    const lines = function* (): Generator<string> {
      yield "a";
      throw new Error("no more");
    };
    expect(() => writeWholeFile(path, lines())).toThrow("no more");
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["out.jsonl"]);
  });

  it("is neither the input nor another output", () => {
    const path = join(folder, "in.jsonl");
    writeFileSync(path, "");
    symlinkSync(path, join(folder, "same.jsonl"));
    expect(() => checkDifferent([path, join(folder, "same.jsonl")])).toThrow(UsageError);
    expect(() => checkDifferent(["new.jsonl", "./new.jsonl"])).toThrow(UsageError);
    expect(() => checkDifferent([path, join(folder, "out.jsonl")])).not.toThrow();
  });
});
