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
