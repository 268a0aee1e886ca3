import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundled } from "../support/bundled.ts";
import { type PrometheusServer, startPrometheus } from "../support/control-plane/prometheus.ts";
import { toolPath, toolsOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import { DEMO_RUN } from "../support/monitoring/cases.ts";
import { dashboardQueries } from "../support/monitoring/dashboards.ts";
import type { MetricsHistory } from "../support/monitoring/history.ts";
import { openMetricsOf } from "../support/monitoring/open-metrics.ts";
import type { MetricsRun } from "../support/runs/metrics-run.ts";

const missing = toolsOrSkip(["prometheus", "promtool"]);

const ROOT = join(import.meta.dirname, "..", "..");
const RULES = join(ROOT, "charts", "breakwater", "monitoring", "prometheus-rules.yaml");
const STEP_SECONDS = 60;
/** A few evaluations, a second each: what is there at all is there by then. */
const RECORDED_WITHIN = { timeoutMs: 4_000 };

interface RuleGroups {
  readonly data: {
    readonly groups: readonly {
      readonly rules: readonly {
        readonly name: string;
        readonly health: string;
        readonly lastError?: string;
      }[];
    }[];
  };
}
interface RangeAnswer {
  readonly status: string;
  readonly error?: string;
  readonly data?: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values: readonly unknown[];
    }[];
  };
}

describe.skipIf(missing !== "")(`dashboards on a real Prometheus ${missing}`, () => {
  let prometheus: PrometheusServer;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "breakwater-panels-"));
    const entry = join(ROOT, "test", "support", "runs", "metrics-run.ts");
    const { metricsOf }: { metricsOf: (run: MetricsRun) => Promise<MetricsHistory> } = await import(
      await bundled(entry)
    );
    const history = await metricsOf(DEMO_RUN);
    const endsAt = Math.floor(Date.now() / 1_000);
    const file = join(folder, "demo.om");
    writeFileSync(file, openMetricsOf(history, endsAt));
    prometheus = await startPrometheus({
      scrapeTargets: [],
      scrapeIntervalSeconds: 1,
      ruleFiles: [RULES],
      fill: (samples) => {
        const args = ["tsdb", "create-blocks-from", "openmetrics", file, samples];
        const made = spawnSync(toolPath("promtool"), args, { encoding: "utf8" });
        if (made.status !== 0) throw new Error(`promtool: ${made.stderr}`);
      },
    });
  });
  afterAll(async () => {
    await prometheus?.stop();
    rmSync(folder, { recursive: true });
  });

  const ask = async <T>(path: string, form: Readonly<Record<string, string>>): Promise<T> => {
    const query = new URLSearchParams(form).toString();
    const answer = await fetch(`${prometheus.url}/api/v1/${path}?${query}`);
    return JSON.parse(await answer.text());
  };
  const rulesSaid = async () => {
    const { data } = await ask<RuleGroups>("rules", {});
    return data.groups.flatMap(({ rules }) => rules);
  };
  /** Its last step is now: what is recorded exists since the start of the server only. */
  const rangeOf = (expr: string) => {
    const now = Math.ceil(Date.now() / 1_000);
    const start = now - DEMO_RUN.minutes * STEP_SECONDS;
    const between = { start: String(start), end: String(now), step: String(STEP_SECONDS) };
    return ask<RangeAnswer>("query_range", { query: expr, ...between });
  };

  it("every rule is loaded and evaluated without an error", async () => {
    await untilTrue("every rule to be evaluated twice", async () => {
      const rules = await rulesSaid();
      return rules.length > 0 && rules.every(({ health }) => health !== "unknown");
    });
    const broken = (await rulesSaid()).filter(({ health }) => health !== "ok");
    expect(broken.map(({ name, lastError }) => `${name}: ${lastError}`)).toEqual([]);
  });

  it.each(dashboardQueries())("$dashboard / $panel: $expr", async ({ expr, named }) => {
    // What is recorded rests on what was recorded: a series comes an evaluation after its source.
    await untilTrue(
      `${expr} to return data`,
      async () => {
        const { status, error, data } = await rangeOf(expr);
        if (status !== "success") throw new Error(error);
        return (data?.result ?? []).some(({ values }) => values.length > 0);
      },
      RECORDED_WITHIN,
    );
    // Where a series lacks a label, Grafana's legend says the label's name.
    const { data } = await rangeOf(expr);
    for (const { metric } of data?.result ?? [])
      expect(Object.keys(metric)).toEqual(expect.arrayContaining([...named]));
  });
});
