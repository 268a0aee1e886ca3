import { describe, expect, it } from "vitest";
import { QueryCompiler } from "../../../../src/sim/metrics/promql/compile.ts";
import { PromqlError } from "../../../../src/sim/metrics/promql/lexer.ts";
import { anIndex, evaluated } from "../../../support/scrapes/literal-series.ts";

/** Two pods, one of which restarts; each counts 1/s and 2/s. */
const INDEX = anIndex({
  'x_total{pod="a"}': { 0: 1_000, 15: 1_015, 30: 1_030, 45: 1_045, 60: 1_060 },
  'x_total{pod="b"}': { 0: 2_000, 15: 2_030, 30: 2_060, 45: 2_090, 60: 2_120 },
  'waiting{pod="a"}': { 15: 10, 30: 13, 45: 16, 60: 19 },
  'waiting{pod="b"}': { 60: 5 },
  'h_bucket{le="1.0"}': { 15: 0, 60: 45 },
  'h_bucket{le="+Inf"}': { 15: 0, 60: 90 },
});

const at60 = (promql: string) => {
  const found = evaluated(promql, INDEX, 60);
  return Object.fromEntries(
    Object.entries(found).map(([labels, value]) => [labels, Number(value.toPrecision(12))]),
  );
};

describe("a query", () => {
  it.each([
    ["sum(rate(x_total[60s]))", { "{}": 3 }],
    ["rate(x_total[60s])", { '{pod="a"}': 1, '{pod="b"}': 2 }],
    ["increase(x_total{pod='a'}[60s])", { '{pod="a"}': 60 }],
    ["waiting", { 'waiting{pod="a"}': 19, 'waiting{pod="b"}': 5 }],
    ["deriv(waiting[60s])", { '{pod="a"}': 0.2 }],
    ["timestamp(waiting)", { '{pod="a"}': 60, '{pod="b"}': 60 }],
    ["timestamp(sum(waiting))", { "{}": 60 }],
    ["last_over_time(waiting[1h])", { 'waiting{pod="a"}': 19, 'waiting{pod="b"}': 5 }],
    ["clamp_min(sum(waiting) - 100, 0)", { "{}": 0 }],
    ["clamp_max(sum(waiting), 20)", { "{}": 20 }],
    ["histogram_quantile(0.5, sum by (le) (rate(h_bucket[60s])))", { "{}": 1 }],
    ["sum(waiting) / (sum(rate(x_total[60s])) > 0)", { "{}": 8 }],
    ["sum(waiting) / (sum(rate(x_total[60s])) > 3.5)", {}],
    ["waiting > 5", { 'waiting{pod="a"}': 19 }],
    ["5 < waiting", { 'waiting{pod="a"}': 19 }],
    ["2 * (3 + 4) - waiting{pod='b'}", { '{pod="b"}': 9 }],
    ["avg(waiting) or vector_that_is_not", { "{}": 12 }],
    ["absent_series", {}],
  ])("%s", (promql, expected) => {
    expect(at60(promql)).toEqual(expected);
  });

  it.each([
    ["42", "expected an instant vector, found a number"],
    ["1 + 2", "expected an instant vector, found a number"],
    ["x[5m]", "expected an instant vector, found the range x[...]"],
    ["rate(x)", "rate expects one range such as x[5m]"],
    ["rate(sum(x))", "rate expects one range such as x[5m]"],
    ["sum(1)", "expected an instant vector, found the number 1"],
    ["clamp_min(x, y)", "expected a number, found an instant vector"],
    ["x > y", "does not know > between two vectors"],
    ["1 > 2", "> between two numbers needs bool"],
    ["x and 1", "and is for vectors, found a number"],
    ["predict_linear(x[5m], 60)", "does not know predict_linear with 2 arguments; it knows rate,"],
    ["toString(x)", "does not know toString with 1 arguments"],
    ["time()", "does not know time with 0 arguments"],
  ])("%s is refused", (promql, message) => {
    const compile = () => new QueryCompiler(INDEX, "left-open").compile(promql);
    expect(compile).toThrow(PromqlError);
    expect(compile).toThrow(message);
  });
});

describe("queries compiled together", () => {
  it("share what they have in common, and evaluate it once an instant", () => {
    let asked = 0;
    const counted = {
      generation: () => {
        asked += 1;
        return 1;
      },
      named: INDEX.named,
    };
    const compiler = new QueryCompiler(counted, "left-open");
    const nodes = ["0.5", "0.9"].map((q) =>
      compiler.compile(`histogram_quantile(${q}, sum by (le) (rate(h_bucket[60s])))`),
    );
    const evaluation = { at: 60_000, visibleUntil: 60_000 };
    const values = nodes.map((node) => node.evaluate(evaluation).values[0]);
    expect(values).toEqual([1, 1]);
    expect(asked).toBe(1);
    for (const node of nodes) node.evaluate({ ...evaluation });
    expect(asked).toBeGreaterThan(1);
  });
});
