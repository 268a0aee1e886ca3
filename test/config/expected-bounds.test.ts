import { describe, expect, it } from "vitest";
import { compileBounds } from "../../src/config/expected-bounds.ts";
import { describeDocument, readDocument } from "../../src/config/written-document.ts";

const read = (text: string) => readDocument(text, compileBounds);
const errorOf = (text: string): string => {
  const bounds = read(text);
  return bounds.ok ? "no error" : describeDocument("expected.yaml", bounds.errors);
};

describe("expected.yaml", () => {
  it("names fields of the result and their ranges", () => {
    const text =
      "bounds:\n  slo.attainment: { min: 0.95, measured: 0.97 }\n  racks.peak: { max: 9 }\n";
    expect(read(text)).toEqual({
      ok: true,
      value: [
        { path: "slo.attainment", min: 0.95, max: Number.POSITIVE_INFINITY },
        { path: "racks.peak", min: Number.NEGATIVE_INFINITY, max: 9 },
      ],
    });
  });

  it.each([
    ["nothing", "bounds: {}", "1:1: bounds: found {}, expected at least one bound"],
    ["an empty range", "bounds:\n  a: {}", "2:3: bounds.a: found {}, expected min, max, or both"],
    [
      "a range the wrong way round",
      "bounds: { a.b: { min: 2, max: 1 } }",
      '1:11: bounds.a.b: found {"min":2,"max":1}, expected min must not exceed max',
    ],
    ["a word", "bounds: { a: { min: low } }", '1:16: bounds.a.min: found "low", expected a number'],
    [
      "another field",
      "bonds: {}",
      "1:1: bonds: found {}, expected no such field, but one of bounds",
    ],
  ])("is refused with %s", (_what, text, found) => {
    expect(errorOf(text)).toContain(`expected.yaml:${found}`);
  });
});
