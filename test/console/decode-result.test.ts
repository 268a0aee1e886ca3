import { describe, expect, it } from "vitest";
import { decodeResult, looksLikeResult } from "../../src/console/decode-result.ts";
import { aResult } from "../support/builders/results.ts";

describe("a result in a file", () => {
  it("is taken as it is", () => {
    const result = aResult(3, 12);
    expect(looksLikeResult(result)).toBe(true);
    expect(decodeResult(result)).toBe(result);
  });

  it.each([
    [
      "of another version",
      { ...aResult(3, 12), schemaVersion: 2 },
      "schemaVersion is 2, this page",
    ],
    ["without parts", { ...aResult(3, 12), slo: 1, surges: undefined }, "without slo, surges"],
    ["that is no object", 12, "found 12"],
  ])("is refused when %s", (_name, value, words) => {
    expect(() => decodeResult(value)).toThrow(words);
  });

  it("is told from other documents by its scenario and turns", () => {
    expect(looksLikeResult({ rows: [] })).toBe(false);
    expect(looksLikeResult(null)).toBe(false);
  });
});
