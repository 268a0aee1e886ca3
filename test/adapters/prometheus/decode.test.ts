import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeInstant, decodeRange } from "../../../src/adapters/prometheus/decode.ts";
import { PortError } from "../../../src/ports/errors.ts";
import { vector } from "./stub-server.ts";

const CONTEXT = { what: "query load at http://p/api/v1/query", excerpt: (text: string) => text };

const valueOf = (text: unknown) =>
  decodeInstant(vector([{ metric: {}, value: [1, text] }]), CONTEXT).series[0]?.value;

describe("a sample's value", () => {
  it.each([
    ["1.5", 1.5],
    ["-0.25", -0.25],
    ["1e-9", 1e-9],
    ["1.7976931348623157e+308", Number.MAX_VALUE],
    ["NaN", Number.NaN],
    ["+Inf", Number.POSITIVE_INFINITY],
    ["Inf", Number.POSITIVE_INFINITY],
    ["-Inf", Number.NEGATIVE_INFINITY],
  ])("%s is a number, and stays what it says", (text, value) => {
    expect(valueOf(text)).toBe(value);
  });

  it.each(["", " ", "one", "toString", "0x10", "1,5", "Infinity", "nan", "1e", 7, null, ["1"]])(
    "%j is refused, not taken for zero",
    (text) => {
      expect(() => valueOf(text)).toThrow(PortError);
    },
  );

  it("is always what Go would have written", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(valueOf(goText(value))).toBe(value);
      }),
    );
  });
});

/** As strconv.FormatFloat writes it. */
function goText(value: number): string {
  if (Object.is(value, -0)) return "-0";
  const sign = value > 0 ? "+" : "-";
  return Number.isFinite(value) || Number.isNaN(value) ? String(value) : `${sign}Inf`;
}

const REFUSED: readonly [string, string, string][] = [
  ["[]", "expected answer to be an object", "a list"],
  ["null", "expected answer to be an object", "null"],
  ['{"status":"ok"}', 'expected "status": "success"', "another status"],
  ['{"status":"success"}', "expected data to be an object", "no data"],
  [
    '{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}',
    "expected the result type vector, found scalar",
    "a scalar",
  ],
  [
    '{"status":"success","data":{"resultType":"matrix","result":[]}}',
    "expected the result type vector, found matrix",
    "a matrix",
  ],
  ['{"status":"success","data":{"resultType":"vector"}}', "expected result as a list", "no list"],
  [vectorOf({ metric: {} }), 'expected samples as [seconds, "value"]', "no value"],
  [
    vectorOf({ metric: {}, histogram: [1, { count: "1" }] }),
    'expected samples as [seconds, "value"]',
    "a native histogram",
  ],
  [vectorOf({ value: [1, "1"] }), "expected metric to be an object", "no labels"],
  [
    vectorOf({ metric: { le: 1 }, value: [1, "1"] }),
    "expected every label value to be a string",
    "a label that is a number",
  ],
];

function vectorOf(entry: object): string {
  const data = { resultType: "vector", result: [entry] };
  return JSON.stringify({ status: "success", data });
}

describe("an answer", () => {
  it.each(REFUSED)("%s is refused: %s", (body, text) => {
    expect(() => decodeInstant(body, CONTEXT)).toThrow(
      expect.objectContaining({ code: "bad-answer", message: expect.stringContaining(text) }),
    );
  });

  it("of no series is none, which is not zero", () => {
    expect(decodeInstant(vector([]), CONTEXT)).toEqual({ series: [], degraded: null });
  });

  it.each([
    ["warnings", { warnings: ["store a is down", "store b is down"] }, "store a is down; store b"],
    ["infos", { infos: ["metric might not be a counter"] }, "might not be a counter"],
    ["a partial response", { isPartial: true }, "partial response"],
  ])("with %s is degraded and says so", (_, more, text) => {
    const body = vector([{ metric: {}, value: [1, "1"] }], more);
    expect(decodeInstant(body, CONTEXT).degraded).toContain(text);
  });

  it("with empty warnings is clean", () => {
    const body = vector([], { warnings: [], infos: null, isPartial: false });
    expect(decodeInstant(body, CONTEXT).degraded).toBeNull();
  });

  it.each([
    ["timeout", "timeout"],
    ["bad_data", "invalid"],
    ["execution", "invalid"],
    ["internal", "server-error"],
    ["unheard_of", "bad-answer"],
    ["constructor", "bad-answer"],
  ])("that reports %s is the error %s", (errorType, code) => {
    const body = JSON.stringify({ status: "error", errorType, error: "why" });
    expect(() => decodeInstant(body, CONTEXT)).toThrow(expect.objectContaining({ code }));
  });

  it("never raises anything but a PortError, whatever JSON it is", () => {
    fc.assert(
      fc.property(fc.json(), (body) => {
        try {
          decodeInstant(body, CONTEXT);
          decodeRange(body, CONTEXT);
        } catch (error) {
          expect(error).toBeInstanceOf(PortError);
        }
      }),
    );
  });
});

describe("a range", () => {
  it("has points at instants in milliseconds", () => {
    const result = [
      {
        metric: { a: "b" },
        values: [
          [1.5, "1"],
          [61.5, "NaN"],
        ],
      },
    ];
    const body = JSON.stringify({ status: "success", data: { resultType: "matrix", result } });
    expect(decodeRange(body, CONTEXT).series).toEqual([
      {
        labels: { a: "b" },
        points: [
          { at: 1_500, value: 1 },
          { at: 61_500, value: Number.NaN },
        ],
      },
    ]);
  });
});
