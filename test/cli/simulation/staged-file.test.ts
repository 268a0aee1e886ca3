import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stageFile } from "../../../src/cli/simulation/staged-file.ts";
import { UsageError } from "../../../src/cli/usage-error.ts";

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

  it("is refused where nothing can be written", () => {
    expect(() => stageFile(join(folder, "no", "out.jsonl"))).toThrow(UsageError);
  });
});
