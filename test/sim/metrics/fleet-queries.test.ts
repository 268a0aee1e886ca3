import { describe, expect, it } from "vitest";
import { FleetQueries } from "../../../src/sim/metrics/fleet-queries.ts";
import { anIndex } from "../../support/scrapes/literal-series.ts";

const INDEX = anIndex({ 'x{pod="a"}': { 15: 1 }, 'x{pod="b"}': { 15: 2 } });

const outcomesOf = (parts: Readonly<Record<string, string>>) => {
  const batch = {
    name: "load",
    parts: Object.entries(parts).map(([key, promql]) => ({ key, promql })),
  };
  const queries = new FleetQueries([batch], INDEX, "left-open");
  return queries.evaluate({ at: 20_000, visibleUntil: 20_000 }).get("load");
};

describe("queries that are asked again", () => {
  it("answer with the series and values of the new instant", () => {
    const index = anIndex({ 'x{pod="a"}': { 15: 1, 30: 4 }, 'x{pod="b"}': { 30: 2 } });
    const parts = [
      { key: "each", promql: "x" },
      { key: "total", promql: "sum(x)" },
    ];
    const queries = new FleetQueries([{ name: "load", parts }], index, "left-open");
    const answersAt = (at: number) => {
      const outcome = queries.evaluate({ at, visibleUntil: at }).get("load");
      const found = outcome?.kind === "answered" ? outcome.parts : new Map<string, never[]>();
      return ["each", "total"].map((key) => (found.get(key) ?? []).map(({ value }) => value));
    };
    expect(answersAt(20_000)).toEqual([[1], [1]]);
    expect(answersAt(35_000)).toEqual([[4, 2], [6]]);
    expect(answersAt(36_000)).toEqual([[4, 2], [6]]);
    expect(answersAt(2_000_000)).toEqual([[], []]);
    expect(answersAt(35_000)).toEqual([[4, 2], [6]]);
  });
});

describe("a batch of queries", () => {
  it("is answered part by part, empty parts included", () => {
    const outcome = outcomesOf({ total: "sum(x)", each: "x", none: "y" });
    expect(outcome).toMatchObject({ kind: "answered", degraded: null });
    const parts = outcome?.kind === "answered" ? Object.fromEntries(outcome.parts) : {};
    expect(parts).toEqual({
      total: [{ labels: {}, value: 3 }],
      each: [
        { labels: { __name__: "x", pod: "a" }, value: 1 },
        { labels: { __name__: "x", pod: "b" }, value: 2 },
      ],
      none: [],
    });
  });

  it.each([
    ["cannot be parsed", "sum(x", "query load: at character 5: found the end, expected )"],
    ["is outside the subset", "topk(1, x)", "query load: the simulated Prometheus does not know"],
    ["fails at evaluation", "x + on () x", "query load: several series on the right side match"],
    ["reaches back too far", "x + last_over_time(x[2d])", "query load: x[172800s] reaches back"],
  ])("fails as a whole when a part %s", (_, promql, detail) => {
    expect(outcomesOf({ good: "sum(x)", bad: promql })).toEqual({
      kind: "failed",
      problem: "bad-query",
      detail: expect.stringContaining(detail),
    });
  });
});
