import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readText } from "../../src/cli/text-file.ts";
import { UsageError } from "../../src/cli/usage-error.ts";

describe("a file that people wrote", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "text-"));
    writeFileSync(join(folder, "binary"), Buffer.from([0xc3, 0x28]));
    writeFileSync(join(folder, "huge"), "");
    truncateSync(join(folder, "huge"), 10 * 1024 ** 3);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is read without the mark that some editors put before it", () => {
    writeFileSync(join(folder, "a.yaml"), "\ufeffname: é\n");
    expect(readText(join(folder, "a.yaml"))).toBe("name: é\n");
  });

  it.each([
    ["missing", "no such file or directory"],
    ["", "found a directory, expected a file"],
    ["huge", "found 10737418240 bytes, expected at most 16777216"],
    ["binary", "found bytes that are not UTF-8, expected text"],
  ])("is refused in words: %j", (name, why) => {
    const path = join(folder, name);
    expect(() => readText(path)).toThrow(new UsageError(`${path} cannot be read: ${why}`));
  });
});
