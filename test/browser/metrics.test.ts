import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { createMetrics } from "../../src/adapters/telemetry/metrics.ts";
import { locateTools } from "../../tools/install-tools.mjs";
import { surgeTick } from "../support/reports/surge.ts";

const { promtool } = locateTools(["promtool"]);

describe.skipIf(promtool.missing === true)("the metrics, as Prometheus reads them", () => {
  it("pass promtool check metrics before, in and after a surge", async () => {
    const command = promtool.missing === true ? "" : promtool.path;
    const metrics = createMetrics({ version: "0.1.0" });
    for (const tick of [0, 300, 620]) {
      metrics.tick(surgeTick(tick));
      const input = await metrics.text();
      expect(execFileSync(command, ["check", "metrics"], { input, encoding: "utf8" })).toBe("");
    }
  });
});
