import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonical, parseCanonical } from "../../src/core/canonical.ts";

const leaf = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(null, Number.NaN, Infinity, -Infinity, -0, 0, 5e-324, 1e21, "\ud800", "$number"),
);
/** Keys that a careless codec stumbles over, beside arbitrary ones. */
const key = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("$number", "$$number", "$", "__proto__", "toString", "length", "10", "9", ""),
);
const { plain } = fc.letrec((tie) => ({
  plain: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    leaf,
    fc.constantFrom("NaN", "-0", "Infinity", "toString").map((tag): unknown => ({ $number: tag })),
    fc.array(tie("plain"), { maxLength: 4 }),
    fc
      .array(fc.tuple(key, tie("plain")), { maxLength: 5 })
      .map((entries): unknown => Object.fromEntries(entries)),
  ),
}));

/** The same value with the keys of every object the other way round. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, field]) => [name, reordered(field)] as const);
  return Object.fromEntries(entries.toReversed());
}

describe("canonical JSON", () => {
  it.each([
    [
      "sorts keys by code unit",
      { b: 1, a: { Z: 1, a: 2, "": 0 } },
      '{"a":{"":0,"Z":1,"a":2},"b":1}',
    ],
    ["sorts numbers among keys as text", { 9: "nine", 10: "ten" }, '{"10":"ten","9":"nine"}'],
    ["prints the shortest numbers", [0.1, 1e21, 100, 1e-7], "[0.1,1e+21,100,1e-7]"],
    ["leaves undefined properties out", { kept: null, left: undefined }, '{"kept":null}'],
    ["tags NaN", Number.NaN, '{"$number":"NaN"}'],
    [
      "tags both infinities",
      [Infinity, -Infinity],
      '[{"$number":"Infinity"},{"$number":"-Infinity"}]',
    ],
    ["tells zero from minus zero", [0, -0], '[0,{"$number":"-0"}]'],
    ["doubles the dollar of a key", { $number: "NaN", $: 1 }, '{"$$":1,"$$number":"NaN"}'],
    ["escapes half a surrogate pair", "\ud800", '"\\ud800"'],
    ["keeps text as it is", "Grüße \u{1f600}", '"Grüße \u{1f600}"'],
  ])("%s", (_, value, text) => {
    expect(canonical(value)).toBe(text);
  });

  it("reads back the very value it wrote, whatever plain data that is", () => {
    fc.assert(
      fc.property(plain, (value) => {
        const back = parseCanonical(canonical(value));
        expect(back).toStrictEqual(value);
        expect(canonical(back)).toBe(canonical(value));
      }),
      { numRuns: 2_000 },
    );
  });

  it("is one text however the keys were ordered", () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(canonical(reordered(value))).toBe(canonical(value));
      }),
      { numRuns: 1_000 },
    );
  });

  it("is JSON, so any other reader can take it in", () => {
    fc.assert(fc.property(plain, (value) => void JSON.parse(canonical(value))));
  });

  it("keeps two different values apart", () => {
    fc.assert(
      fc.property(plain, plain, (a, b) => {
        const same = canonical(a) === canonical(b);
        const deep = fc.stringify(sortedDeep(a)) === fc.stringify(sortedDeep(b));
        expect(same).toBe(deep);
      }),
      { numRuns: 1_000 },
    );
  });

  it("holds a tree of a thousand levels", () => {
    const deep = Array.from({ length: 1_000 }).reduce<unknown>((inner) => ({ inner: [inner] }), -0);
    expect(parseCanonical(canonical(deep))).toStrictEqual(deep);
  });

  it.each([
    ["a function", () => 1, "function"],
    ["a symbol", Symbol("s"), "symbol"],
    ["a bigint", 1n, "bigint"],
    ["undefined in an array", [undefined], "undefined"],
    ["a hole in an array", Array(1), "undefined"],
    ["a Date, which would read back as an empty object", { at: new Date(0) }, "Date"],
    ["a Map", new Map([["a", 1]]), "Map"],
  ])("refuses %s", (_, value, named) => {
    expect(() => canonical(value)).toThrow(new TypeError(`canonical JSON cannot hold a ${named}`));
  });

  it.each([
    ["a tag it does not know", '{"$number":"toString"}'],
    ["a tag that is no text", '{"$number":7}'],
    ["a tag beside another key", '{"$number":"NaN","a":1}'],
  ])("reads %s as plain data", (_, text) => {
    expect(JSON.stringify(parseCanonical(text))).toBe(text);
  });

  it("refuses what is not JSON", () => {
    expect(() => parseCanonical('{"a":1')).toThrow(SyntaxError);
  });

  it("has the SHA-256 that any other tool computes from the text", () => {
    const digest = createHash("sha256")
      .update(canonical({ b: [1, -0], a: "é" }))
      .digest("hex");
    // printf '{"a":"é","b":[1,{"$number":"-0"}]}' | sha256sum
    expect(digest).toBe("f969a4d16c49d0727a4590a4514f5967e1cfad495cbde6a4a0dfdc10299241df");
  });
});

/** Arrays of entries in code-unit order stand for objects. */
function sortedDeep(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedDeep);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, field]) => [name, sortedDeep(field)] as const);
  return { entries: entries.toSorted(([a], [b]) => (a < b ? -1 : 1)) };
}
