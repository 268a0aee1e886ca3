import { describe, expect, it } from "vitest";
import { FaultLog, inWords, quoted } from "../../src/traces/diagnostics.ts";
import type { TraceDiagnostic } from "../../src/traces/diagnostics.ts";

const fault = (more: Partial<TraceDiagnostic> = {}): TraceDiagnostic => ({
  code: "TRC004",
  path: "a.csv",
  line: 3,
  column: 7,
  found: '"-1" in value',
  expected: "a number from 0",
  ...more,
});

describe("a diagnostic in words", () => {
  it.each([
    [{}, 'a.csv:3:7: TRC004 a negative number: found "-1" in value, expected a number from 0'],
    [
      { column: 0 },
      'a.csv:3: TRC004 a negative number: found "-1" in value, expected a number from 0',
    ],
    [
      { column: 0, line: 0, code: "TRC006" as const, found: "an empty file", expected: "rows" },
      "a.csv: TRC006 nothing to read: found an empty file, expected rows",
    ],
  ])("names place, code, finding and remedy", (more, text) => {
    expect(inWords(fault(more))).toBe(text);
  });

  it("quotes no more than the beginning of a long text", () => {
    expect(quoted("x".repeat(100))).toBe(`"${"x".repeat(40)}…"`);
  });
});

describe("faults", () => {
  it("end the reading", () => {
    expect(() => new FaultLog({ lenient: false }).report(fault())).toThrow("a.csv:3:7: TRC004");
  });

  it("are counted per code when they are forgiven, with the first place of each", () => {
    const faults = new FaultLog({ lenient: true });
    for (const line of [5, 6]) faults.report(fault({ line }));
    faults.report(fault({ code: "TRC003", line: 9 }));
    expect(faults.skipped()).toMatchObject([
      { code: "TRC003", count: 1, first: { line: 9 } },
      { code: "TRC004", count: 2, first: { line: 5 } },
    ]);
  });

  it.each(["TRC006", "TRC007", "TRC014", "TRC015"] as const)(
    "of a file as a whole are never forgiven: %s",
    (code) => {
      expect(() => new FaultLog({ lenient: true }).report(fault({ code }))).toThrow(code);
    },
  );
});
