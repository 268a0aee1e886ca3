import { describe, expect, it } from "vitest";
import { planFleet } from "../../../../src/core/queries/fleet-plan.ts";
import { parsePromql } from "../../../../src/sim/metrics/promql/parser.ts";
import type { Expr } from "../../../../src/sim/metrics/promql/syntax.ts";
import { aFleet } from "../../../adapters/prometheus/a-fleet.ts";

/** Fully parenthesised. */
function shown(expr: Expr): string {
  switch (expr.kind) {
    case "number":
      return String(expr.value);
    case "selector": {
      const matchers = expr.matchers.map(({ label, op, value }) => `${label}${op}${value}`);
      return `${expr.name}{${matchers.join()}}${expr.rangeMs === null ? "" : `[${expr.rangeMs}]`}`;
    }
    case "call":
      return `${expr.name}(${expr.args.map(shown).join()})`;
    case "aggregate": {
      const { only, labels } = expr.grouping;
      return `${expr.op} ${only ? "by" : "without"}(${labels.join()})(${shown(expr.arg)})`;
    }
    case "binary": {
      const { only, labels } = expr.matching;
      const isPlain = !only && labels.length === 0;
      const matching = isPlain ? "" : ` ${only ? "on" : "ignoring"}(${labels.join()})`;
      return `(${shown(expr.left)} ${expr.op}${matching} ${shown(expr.right)})`;
    }
  }
}

describe("a query", () => {
  it.each([
    ["a + b * c - d", "((a{} + (b{} * c{})) - d{})"],
    ["a or b and c unless d", "(a{} or ((b{} and c{}) unless d{}))"],
    ["a > 0 and b", "((a{} > 0) and b{})"],
    ["-a / 2", "((0 - a{}) / 2)"],
    ["sum by (le) (rate(x[90s]))", "sum by(le)(rate(x{}[90000]))"],
    ["sum(x) without (a, b)", "sum without(a,b)(x{})"],
    ["max(x)", "max by()(x{})"],
    ["a and on (job, instance) b", "(a{} and on(job,instance) b{})"],
    ["a or ignoring (source) (b - c)", "(a{} or ignoring(source) (b{} - c{}))"],
    ['x{a="1",b!="2",c=~"3",d!~"4",}[1h30m]', "x{a=1,b!=2,c=~3,d!~4}[5400000]"],
    ["histogram_quantile(0.5, x)", "histogram_quantile(0.5,x{})"],
  ])("%s is %s", (promql, expected) => {
    expect(shown(parsePromql(promql))).toBe(expected);
  });

  it("of the signal tables is always within the subset", () => {
    for (const edge of [null, "llm-d-epp"] as const) {
      const parts = planFleet(aFleet({ edge })).batches.flatMap((batch) => batch.parts);
      expect(parts.length).toBeGreaterThan(20);
      for (const { promql } of parts) expect(() => parsePromql(promql)).not.toThrow();
    }
  });

  it.each([
    ["sum(x", "at character 5: found the end, expected )"],
    ["x y", "at character 2: found y, expected an operator or the end"],
    ["x{a}", "at character 3: found }, expected =, !=, =~ or !~"],
    ["x{a=b}", "at character 4: found b, expected a quoted value"],
    ["x[5]", "at character 2: found 5, expected a duration such as 5m"],
    ["1 +", "at character 3: found the end, expected a number, a series, a function or ("],
    [
      "x offset 5m",
      "at character 2: found offset, which the simulated Prometheus does not know, expected",
    ],
    ["x ^ 2", "found ^, which the simulated Prometheus does not know"],
    ["a == bool 1", "found 1, expected an operator or the end"],
  ])("%s is refused with the place", (promql, message) => {
    expect(() => parsePromql(promql)).toThrow(message);
  });
});
