import { describe, expect, it } from "vitest";
import { AggregateNode, groupsOf } from "../../../../src/sim/metrics/promql/aggregate.ts";
import type { AggregateOp } from "../../../../src/sim/metrics/promql/syntax.ts";

const SHAPE = [
  { __name__: "x", le: "1", pod: "a" },
  { __name__: "x", le: "2", pod: "a" },
  { __name__: "x", le: "1", pod: "b" },
  { __name__: "x", le: "2" },
];

function aggregated(op: AggregateOp, by: readonly string[], values: readonly number[]) {
  const child = { evaluate: () => ({ shape: SHAPE, values: Float64Array.from(values) }) };
  const node = new AggregateNode(op, { only: true, labels: by }, child);
  const evaluate = () => {
    const { shape, values: found } = node.evaluate({ at: 0, visibleUntil: 0 });
    return [...found.subarray(0, shape.length)];
  };
  evaluate();
  return evaluate();
}

describe("an aggregate", () => {
  it.each<[AggregateOp, readonly number[]]>([
    ["sum", [40, 60]],
    ["avg", [20, 30]],
    ["min", [10, 20]],
    ["max", [30, 40]],
    ["count", [2, 2]],
  ])("%s, by a label and over everything", (op, byLe) => {
    expect(aggregated(op, ["le"], [10, 20, 30, 40])).toEqual(byLe);
    expect(aggregated(op, [], [10, 20, 30, 40])).toHaveLength(1);
  });

  it("lets NaN through sums, but not through max and min", () => {
    expect(aggregated("sum", [], [1, Number.NaN, 2, 3])).toEqual([Number.NaN]);
    expect(aggregated("max", [], [Number.NaN, 1, Number.NaN, 3])).toEqual([3]);
    expect(aggregated("min", [], [Number.NaN, 1, 2, Number.NaN])).toEqual([1]);
  });

  it("keeps the labels it groups by, and never the name", () => {
    expect(groupsOf(SHAPE, { only: true, labels: ["pod"] })).toEqual({
      groupOf: Int32Array.from([0, 0, 1, 2]),
      shape: [{ pod: "a" }, { pod: "b" }, {}],
    });
    expect(groupsOf(SHAPE, { only: false, labels: ["pod"] }).shape).toEqual([
      { le: "1" },
      { le: "2" },
    ]);
  });
});
