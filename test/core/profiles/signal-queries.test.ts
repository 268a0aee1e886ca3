import { describe, expect, it } from "vitest";
import { one, quantile, share } from "../../../src/core/profiles/signal-queries.ts";

describe("queries that every table is made of", () => {
  it("are one number, in a unit, as old as a series", () => {
    expect(one("turns", "running", "sum($now(running))")).toEqual({
      unit: "turns",
      newest: "running",
      promql: "sum($now(running))",
      combine: { kind: "one" },
    });
  });

  it("are no answer, rather than NaN, for an idle histogram", () => {
    expect(quantile(0.95, "b", "c").promql).toBe(
      "histogram_quantile(0.95, sum by (le) ($rate(b))) and on () (sum($rate(c)) > 0)",
    );
    expect(share("b", "c").promql).toBe("sum($within(b)) / (sum($rate(c)) > 0)");
  });
});
