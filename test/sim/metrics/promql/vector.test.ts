import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  chosen,
  Remembered,
  Result,
  signatureOf,
  withoutName,
} from "../../../../src/sim/metrics/promql/vector.ts";

const LABELS = { __name__: "x", job: "a", pod: "p", le: "1" };

describe("the labels that decide", () => {
  it.each([
    [true, ["job", "absent"], { job: "a" }],
    [true, [], {}],
    [true, ["__name__"], { __name__: "x" }],
    [false, ["le"], { job: "a", pod: "p" }],
    [false, [], { job: "a", pod: "p", le: "1" }],
  ])("only %s %j", (only, labels, expected) => {
    expect(chosen(LABELS, { only, labels })).toEqual(expected);
  });

  it("have equal signatures exactly when they are equal, in whatever order", () => {
    const labels = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.constantFrom("1", "2", "12"));
    const choice = fc.record({
      only: fc.boolean(),
      labels: fc.uniqueArray(fc.constantFrom("a", "b")),
    });
    const sorted = (of: Readonly<Record<string, string>>) =>
      JSON.stringify(Object.entries(of).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    fc.assert(
      fc.property(labels, labels, choice, (left, right, by) => {
        const areEqual = sorted(chosen(left, by)) === sorted(chosen(right, by));
        const reversed = Object.fromEntries(Object.entries(right).toReversed());
        expect(signatureOf(left, by) === signatureOf(reversed, by)).toBe(areEqual);
      }),
    );
  });
});

describe("what is worked out about shapes", () => {
  it("is known again only for the same two shapes", () => {
    const remembered = new Remembered<number>();
    const shape = [{ a: "1" }];
    const other = [{ a: "1" }];
    expect(remembered.of(shape, other)).toBeNull();
    expect(remembered.keep(shape, other, 7)).toBe(7);
    expect(remembered.of(shape, other)).toBe(7);
    expect(remembered.of(other, other)).toBeNull();
    expect(remembered.of(shape, [{ a: "1" }])).toBeNull();
  });

  it("includes a shape without names", () => {
    expect(withoutName([LABELS])).toEqual([{ job: "a", pod: "p", le: "1" }]);
  });
});

describe("a result", () => {
  it("keeps its cells while there are enough", () => {
    const result = new Result();
    const cells = result.begin([{ a: "1" }, { a: "2" }]);
    expect(result.begin([{ a: "1" }])).toBe(cells);
    expect(result.shape).toEqual([{ a: "1" }]);
    const many = Array.from({ length: 1_000 }, (_, i) => ({ a: String(i) }));
    expect(result.begin(many).length).toBeGreaterThanOrEqual(1_000);
    expect(result.values).toBe(result.begin(many));
  });
});
