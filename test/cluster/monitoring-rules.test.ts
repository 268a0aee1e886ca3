import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { bundled } from "../support/bundled.ts";
import { toolPath, toolsOrSkip } from "../support/control-plane/tools.ts";
import { ALERT_CASES } from "../support/monitoring/cases.ts";
import type { MetricsHistory } from "../support/monitoring/history.ts";
import { ruleTestFile } from "../support/monitoring/rule-tests.ts";
import type { MetricsRun } from "../support/runs/metrics-run.ts";

const missing = toolsOrSkip(["promtool", "amtool"]);

const ROOT = join(import.meta.dirname, "..", "..");
const RULES = join(ROOT, "charts", "breakwater", "monitoring", "prometheus-rules.yaml");
const ROUTES = join(ROOT, "docs", "alertmanager-routes.yaml");

function run(tool: "promtool" | "amtool", ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(toolPath(tool), [...args], { encoding: "utf8" });
  return { status, stdout, output: `${stdout}${stderr}` };
}

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly { readonly alert?: string }[] }[];
}
const rules: RuleFile = parse(readFileSync(RULES, "utf8"));
const ALERTS = rules.groups.flatMap((group) => group.rules.flatMap(({ alert }) => alert ?? []));

describe.skipIf(missing !== "")(`alert rules ${missing}`, () => {
  let metricsOf: (run: MetricsRun) => Promise<MetricsHistory>;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "breakwater-rules-"));
    const entry = join(ROOT, "test", "support", "runs", "metrics-run.ts");
    ({ metricsOf } = await import(await bundled(entry)));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("are rules, as promtool sees it", () => {
    const { status, output } = run("promtool", "check", "rules", "--lint-fatal", RULES);
    expect({ status, output }).toMatchObject({ status: 0 });
    expect(output).toContain("rules found");
  });

  it("are each seen to fire and to be silent", () => {
    const checks = ALERT_CASES.flatMap((one) => one.checks);
    const seen = (fired: boolean) =>
      new Set(checks.filter(({ firing }) => firing.length > 0 === fired).map((one) => one.alert));
    expect([...seen(true)].toSorted()).toEqual(ALERTS.toSorted());
    expect([...seen(false)].toSorted()).toEqual(ALERTS.toSorted());
  });

  it.each(ALERT_CASES)("fire when they should, and only then: $name", async (alertCase) => {
    const { checks, endsAt } = alertCase;
    const { minutes, series } = await metricsOf(alertCase.run);
    const text = readFileSync(RULES, "utf8");
    const used = series.filter(({ name }) => text.includes(name.replace(/\{.*/, "")));
    const file = join(folder, "tests.json");
    const history = { minutes, series: used };
    const at = endsAt === undefined ? {} : { endsAt };
    writeFileSync(file, ruleTestFile({ ruleFile: RULES, history, checks, ...at }));
    const { status, output } = run("promtool", "test", "rules", file);
    expect(status === 0 ? "" : output).toBe("");
  });
});

describe.skipIf(missing !== "")(`the example of Alertmanager's routes ${missing}`, () => {
  it("is a configuration, as amtool sees it", () => {
    const { status, output } = run("amtool", "check-config", ROUTES);
    expect({ status, output }).toMatchObject({ status: 0 });
  });

  it.each([
    ["BreakwaterObjectiveBurnFast", "critical", "on-call"],
    ["BreakwaterApprovalWaiting", "warning", "approvers"],
    ["BreakwaterRackDegraded", "warning", "platform-team"],
    ["KubePodCrashLooping", "warning", "default"],
  ])("sends %s (%s) to %s", (alert, severity, receiver) => {
    const args = ["--config.file", ROUTES, `alertname=${alert}`, `severity=${severity}`];
    expect(run("amtool", "config", "routes", "test", ...args).stdout.trim()).toBe(receiver);
  });
});
