import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../../src/adapters/telemetry/catalogue.ts";
import { exampleOf } from "../../../src/adapters/telemetry/catalogue/entry.ts";
import { metricsPage } from "../../../src/adapters/telemetry/metrics-page.ts";

describe("the page of metrics", () => {
  it("has every metric with a query that asks for it", () => {
    const page = metricsPage();
    for (const entry of CATALOGUE) {
      expect(page).toContain(`## \`${entry.name}\``);
      expect(exampleOf(entry)).toContain(entry.name);
      expect(page).toContain(exampleOf(entry));
    }
  });

  it.each([
    ["gauge", "max by (pool) (breakwater_x)"],
    ["counter", "sum by (pool) (increase(breakwater_x[1h]))"],
    ["histogram", "histogram_quantile(0.99, sum by (le, pool) (rate(breakwater_x_bucket[5m])))"],
  ] as const)("asks for a %s as usual where nothing better is said", (type, query) => {
    const entry = { name: "breakwater_x", type, unit: "1", labels: ["pool"], meaning: "" } as const;
    expect(exampleOf(entry)).toBe(query);
  });
});
