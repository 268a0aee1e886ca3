import { describe, expect, it } from "vitest";
import { canonical, parseCanonical } from "../../src/core/canonical.ts";
import { RecordError, decodeRecord } from "../../src/studies/decode-record.ts";
import { aDecisionLog, edited } from "../support/decision-log.ts";

const [LINE = ""] = aDecisionLog({ ticks: 1 });

function without(...fields: readonly string[]): string {
  const record = parseCanonical(LINE);
  const entries = Object.entries(record ?? {}).filter(([field]) => !fields.includes(field));
  return canonical(Object.fromEntries(entries));
}

describe("a line of a decision log", () => {
  it("is read back to the record it was written from, numbers that JSON lacks included", () => {
    const record = decodeRecord(LINE, 1);
    expect(canonical(record)).toBe(LINE);
    expect(record.observation.fleets[0]?.signals.ttftP99).toMatchObject({ value: Number.NaN });
  });

  it.each([
    ["nothing", "", /^line 7: not JSON \(SyntaxError: .*\), expected a decision record$/],
    ["half a line", LINE.slice(0, 100), /^line 7: not JSON/],
    ["a text", '"record"', "line 7: found string, expected a decision record"],
    [
      "a number that JSON lacks",
      '{"$number":"NaN"}',
      "line 7: found number, expected a decision record",
    ],
    ["null", "null", "line 7: found null, expected a decision record"],
    ["a list", "[]", "line 7: found a list, expected a decision record"],
    [
      "a record of a version to come",
      edited(LINE, { schemaVersion: 3 }),
      "line 7: schemaVersion is 3, this version reads 2",
    ],
    [
      "a record of no version",
      edited(LINE, { schemaVersion: undefined }),
      "line 7: schemaVersion is undefined, this version reads 2",
    ],
    [
      "a record with fields left out",
      without("policy", "previousHash"),
      "line 7: fields missing: policy, previousHash",
    ],
  ] as const)("is refused when it is %s, by its number", (_, text, message) => {
    const refused = () => decodeRecord(text, 7);
    expect(refused).toThrow(RecordError);
    expect(refused).toThrow(message);
    expect(refused).toThrow(expect.objectContaining({ line: 7 }));
  });
});
