import { describe, expect, it } from "vitest";
import {
  ArithmeticNode,
  FilterNode,
  MapNode,
  SetNode,
} from "../../../../src/sim/metrics/promql/operators.ts";
import type {
  ArithmeticOp,
  LabelChoice,
  SetOp,
} from "../../../../src/sim/metrics/promql/syntax.ts";
import type { Labels, VectorNode } from "../../../../src/sim/metrics/promql/vector.ts";

type Literal = readonly (readonly [Labels, number])[];

const vector = (entries: Literal): VectorNode => {
  const shape = entries.map(([labels]) => labels);
  const values = Float64Array.from(entries.map(([, value]) => value));
  return { evaluate: () => ({ shape, values }) };
};

/** Evaluated twice: the second time from what was remembered. */
function entriesOf(node: VectorNode): Literal {
  node.evaluate({ at: 0, visibleUntil: 0 });
  const { shape, values } = node.evaluate({ at: 5_000, visibleUntil: 5_000 });
  return shape.map((labels, i) => [labels, values[i] ?? Number.NaN] as const);
}

const ALL: LabelChoice = { only: false, labels: [] };
const LEFT: Literal = [
  [{ __name__: "x", pod: "a", source: "s" }, 1],
  [{ __name__: "x", pod: "b", source: "s" }, 2],
];
const RIGHT: Literal = [
  [{ __name__: "y", pod: "b", source: "s" }, 10],
  [{ __name__: "y", pod: "c", source: "s" }, 20],
];

describe("set operators", () => {
  const sets = (op: SetOp, left = LEFT, right = RIGHT, matching = ALL) =>
    entriesOf(new SetNode(op, { left: vector(left), right: vector(right), matching })).map(
      ([{ pod = "" }, value]) => `${pod}${value}`,
    );

  it.each<[SetOp, readonly string[]]>([
    ["and", ["b2"]],
    ["or", ["a1", "b2", "c20"]],
    ["unless", ["a1"]],
  ])("%s takes the left side's values, whatever the names", (op, expected) => {
    expect(sets(op)).toEqual(expected);
  });

  it.each<[SetOp, readonly string[], readonly string[]]>([
    ["and", [], []],
    ["or", ["b10", "c20"], ["a1", "b2"]],
    ["unless", [], ["a1", "b2"]],
  ])("%s with an empty left, and an empty right side", (op, emptyLeft, emptyRight) => {
    expect(sets(op, [])).toEqual(emptyLeft);
    expect(sets(op, LEFT, [])).toEqual(emptyRight);
  });

  it("match on the labels they are told", () => {
    const nothing: Literal = [[{ any: "thing" }, 5]];
    expect(sets("and", LEFT, nothing, { only: true, labels: [] })).toEqual(["a1", "b2"]);
    const other: Literal = [[{ pod: "a" }, 7]];
    expect(sets("or", LEFT, other, { only: false, labels: ["source"] })).toEqual(["a1", "b2"]);
    expect(sets("or", LEFT, other)).toEqual(["a1", "b2", "a7"]);
  });
});

describe("arithmetic", () => {
  const between = (op: ArithmeticOp, left = LEFT, right = RIGHT, matching = ALL) =>
    entriesOf(new ArithmeticNode(op, { left: vector(left), right: vector(right), matching }));

  it.each<[ArithmeticOp, number]>([
    ["+", 12],
    ["-", -8],
    ["*", 20],
    ["/", 0.2],
  ])("%s joins series with equal labels and drops the name", (op, value) => {
    expect(between(op)).toEqual([[{ pod: "b", source: "s" }, value]]);
  });

  it("keeps the labels that decided", () => {
    const total: Literal = [[{}, 4]];
    expect(between("/", LEFT.slice(0, 1), total, { only: true, labels: [] })).toEqual([[{}, 0.25]]);
  });

  it("refuses to choose among several partners, on either side", () => {
    const on = { only: true, labels: ["source"] };
    expect(() => between("+", LEFT.slice(0, 1), RIGHT, on)).toThrow("on the right side match one");
    expect(() => between("+", LEFT, RIGHT.slice(0, 1), on)).toThrow("on the left side match one");
  });
});

describe("with numbers", () => {
  it("a function makes something else of every value, told the instant", () => {
    const node = new MapNode(vector(LEFT), (value, at) => value + at);
    expect(entriesOf(node)).toEqual([
      [{ pod: "a", source: "s" }, 5_001],
      [{ pod: "b", source: "s" }, 5_002],
    ]);
  });

  it("a comparison keeps series as they are", () => {
    const over = (bound: number) => entriesOf(new FilterNode(vector(LEFT), (v) => v > bound));
    expect(over(0)).toEqual(LEFT);
    expect(over(1)).toEqual(LEFT.slice(1));
    expect(over(2)).toEqual([]);
  });
});
