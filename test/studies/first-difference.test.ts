import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonical } from "../../src/core/canonical.ts";
import { firstDifference } from "../../src/studies/first-difference.ts";

describe("the first difference of two values", () => {
  it.each([
    [{ a: 1, b: { c: [1, 2] } }, { a: 1, b: { c: [1, 3] } }, ["b.c[1]", "2", "3"]],
    [{ a: 1 }, { a: 1, b: null }, ["b", "nothing", "null"]],
    [[1, 2], [1], ["[1]", "2", "nothing"]],
    [{ a: Number.NaN }, { a: 0 }, ["a", '{"$number":"NaN"}', "0"]],
    [{ a: [] }, { a: {} }, ["a", "[]", "{}"]],
  ])("%j and %j", (recorded, replayed, [path, was, is]) => {
    expect(firstDifference(recorded, replayed)).toEqual({ path, recorded: was, replayed: is });
  });

  it("is there if and only if their canonical texts differ", () => {
    const value = fc.jsonValue();
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(firstDifference(a, b) === null).toBe(canonical(a) === canonical(b));
        expect(firstDifference(a, structuredClone(a))).toBeNull();
      }),
    );
  });
});
