import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  chosen,
  Remembered,
  signatureOf,
  Values,
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
  it("is worked out again only for other shapes", () => {
    const remembered = new Remembered<number>();
    let worked = 0;
    const ask = (left: readonly object[], right: readonly object[]) =>
      remembered.of(
        left.map(() => ({})),
        right.map(() => ({})),
        () => (worked += 1),
      );
    const shape = [{ a: "1" }];
    const other = [{ a: "1" }];
    expect([0, 1].map(() => remembered.of(shape, other, () => (worked += 1)))).toEqual([1, 1]);
    expect(remembered.of(other, other, () => (worked += 1))).toBe(2);
    expect(ask(shape, other)).toBe(3);
  });

  it("includes a shape without names", () => {
    expect(withoutName([LABELS])).toEqual([{ job: "a", pod: "p", le: "1" }]);
  });
});

describe("a buffer", () => {
  it("is the same while it is large enough", () => {
    const values = new Values();
    const small = values.room(3);
    expect(values.room(2)).toBe(small);
    expect(values.room(1_000).length).toBeGreaterThanOrEqual(1_000);
  });
});
