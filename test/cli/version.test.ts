import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { packageVersion } from "../../src/cli/version.ts";

describe("the version that records carry", () => {
  it("is package.json's", () => {
    const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    expect(text).toContain(`"version": "${packageVersion()}"`);
    expect(packageVersion()).toMatch(/^\d+\.\d+\.\d+/);
  });
});
