import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, parseAllDocuments, stringify } from "yaml";
import { bundled } from "../support/bundled.ts";
import { CHART_DIR, helm } from "../support/chart.ts";
import {
  type AlertmanagerServer,
  startAlertmanager,
} from "../support/control-plane/alertmanager.ts";
import { type PrometheusServer, startPrometheus } from "../support/control-plane/prometheus.ts";
import { toolPath, toolsOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import {
  type AlertReceiver,
  startAlertReceiver,
  type ToldAlert,
} from "../support/monitoring/alert-receiver.ts";
import { SHORT_OF_RACKS } from "../support/monitoring/cases.ts";
import type { MetricsHistory } from "../support/monitoring/history.ts";
import { openMetricsOf } from "../support/monitoring/open-metrics.ts";
import type { MetricsRun } from "../support/runs/metrics-run.ts";

const missing = toolsOrSkip(["prometheus", "promtool", "alertmanager", "helm"]);

const ROOT = join(import.meta.dirname, "..", "..");
const ROUTES = join(ROOT, "docs", "alertmanager-routes.yaml");
const RUNBOOKS = "https://git.example.org/runbooks";
/** Towards the end of the surge, when both burn alerts are true. */
const MINUTES = 152;
const NOBODY = { toldTo: (): readonly ToldAlert[] => [] };

interface Receiver {
  readonly name: string;
}
interface Routes {
  readonly route: object;
  readonly receivers: readonly Receiver[];
}

/**
 * The example, with receivers that tell ours. Of the half minute that it waits for more of a group
 * a few seconds are left: longer than one alert may be evaluated after another that inhibits it.
 */
function routesTo({ urlOf }: AlertReceiver): string {
  const example: Routes = parse(readFileSync(ROUTES, "utf8"));
  const receivers = example.receivers.map(({ name }) => ({
    name,
    webhook_configs: [{ url: urlOf(name) }],
  }));
  const route = { ...example.route, group_wait: "5s" };
  return stringify({ ...example, route, receivers });
}

/** The rules of a chart that was told where its runbooks are; they wait for no `for`. */
async function impatientRules(folder: string): Promise<string> {
  const settings = ["rules.create=true", `runbookBaseUrl=${RUNBOOKS}`];
  const chosen = settings.map((setting) => `--set=monitoring.${setting}`);
  const access = { adminKubeconfig: "none" };
  const text = await helm(access, "template", "breakwater", CHART_DIR, ...chosen);
  const objects = parseAllDocuments(text).map((document) => document.toJS());
  const { spec } = objects.find((one) => one?.kind === "PrometheusRule");
  const file = join(folder, "rules.yaml");
  writeFileSync(file, stringify(spec).replaceAll(/\bfor: \S+/g, "for: 0s"));
  return file;
}

function promtool(...args: readonly string[]): void {
  const { status, stderr } = spawnSync(toolPath("promtool"), [...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`promtool: ${stderr}`);
}

describe.skipIf(missing !== "")(`a surge that racks are missing for ${missing}`, () => {
  let folder: string;
  let prometheus: PrometheusServer | undefined;
  let alertmanager: AlertmanagerServer | undefined;
  let receiver: AlertReceiver | undefined;

  const toldTo = (name: string, alert: string): readonly ToldAlert[] =>
    (receiver ?? NOBODY).toldTo(name).filter(({ labels }) => labels.alertname === alert);
  const toBeTold = (name: string, alert: string) =>
    untilTrue(`${name} to be told of ${alert}`, () => toldTo(name, alert).length > 0);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "breakwater-alerts-"));
    const rules = await impatientRules(folder);
    const samples = await samplesOf(folder, rules);
    receiver = await startAlertReceiver();
    alertmanager = await startAlertmanager(routesTo(receiver));
    prometheus = await startPrometheus({
      scrapeTargets: [],
      scrapeIntervalSeconds: 1,
      ruleFiles: [rules],
      alertmanager: alertmanager.address,
      // What is told before the Alertmanager is known is told again, by default after a minute.
      flags: ["--rules.alert.resend-delay=1s"],
      fill: (into) => cpSync(samples, into, { recursive: true }),
    });
  });
  afterAll(async () => {
    await prometheus?.stop();
    await alertmanager?.stop();
    await receiver?.stop();
    rmSync(folder, { recursive: true });
  });

  it("wakes on-call, whose message names the fleet, the objective and the runbook", async () => {
    await toBeTold("on-call", "BreakwaterObjectiveBurnFast");
    const [told] = toldTo("on-call", "BreakwaterObjectiveBurnFast");
    expect(told).toMatchObject({
      status: "firing",
      labels: { fleet: "agents/coder", severity: "critical" },
      annotations: { runbook_url: `${RUNBOOKS}/BreakwaterObjectiveBurnFast.md` },
    });
    expect(told?.annotations.summary).toContain(`objective ${told?.labels.objective}`);
  });

  it("tells the platform team that there is no stock, and does not wake it up", async () => {
    await toBeTold("platform-team", "BreakwaterRacksLate");
    const [told] = toldTo("platform-team", "BreakwaterRacksLate");
    expect(told).toMatchObject({
      labels: { pool: "gb200", problem: "no-stock", severity: "warning" },
      annotations: { runbook_url: `${RUNBOOKS}/BreakwaterRacksLate.md` },
    });
    expect(toldTo("on-call", "BreakwaterRacksLate")).toEqual([]);
  });

  it("rings once: the slow burn of the same objective is inhibited by the fast one", async () => {
    interface Known {
      readonly labels: Readonly<Record<string, string>>;
      readonly status: { readonly state: string; readonly inhibitedBy: readonly string[] };
    }
    const slow = async (): Promise<readonly Known[]> => {
      const answer = await fetch(`${alertmanager?.url}/api/v2/alerts`);
      const alerts: readonly Known[] = JSON.parse(await answer.text());
      return alerts.filter(({ labels }) => labels.alertname === "BreakwaterObjectiveBurnSlow");
    };
    await untilTrue("the slow burn to be known and inhibited", async () => {
      const states = (await slow()).map(({ status }) => status.state);
      return states.length > 0 && states.every((state) => state === "suppressed") ? true : states;
    });
    expect(toldTo("platform-team", "BreakwaterObjectiveBurnSlow")).toEqual([]);
  });

  it("tells nobody of what is not true", () => {
    const told = ["on-call", "approvers", "platform-team", "default"].flatMap((name) =>
      (receiver ?? NOBODY).toldTo(name).map(({ labels }) => labels.alertname),
    );
    expect(new Set(told)).not.toContain("BreakwaterControllerDown");
    expect(new Set(told)).not.toContain("BreakwaterSignalsStale");
  });
});

/** What a Prometheus would hold that had been there all along, what it records included. */
async function samplesOf(folder: string, rules: string): Promise<string> {
  const entry = join(ROOT, "test", "support", "runs", "metrics-run.ts");
  const { metricsOf }: { metricsOf: (run: MetricsRun) => Promise<MetricsHistory> } = await import(
    await bundled(entry)
  );
  const run = { ...SHORT_OF_RACKS.run, minutes: MINUTES };
  const endsAt = Math.floor(Date.now() / 1_000);
  const startsAt = endsAt - MINUTES * 60;
  const history = await metricsOf({ ...run, startsAtMs: startsAt * 1_000 });
  const written = join(folder, "surge.om");
  writeFileSync(written, openMetricsOf(history, endsAt));
  const samples = join(folder, "samples");
  mkdirSync(samples);
  promtool("tsdb", "create-blocks-from", "openmetrics", written, samples);
  const before = await startPrometheus({
    scrapeTargets: [],
    scrapeIntervalSeconds: 1,
    fill: (into) => cpSync(samples, into, { recursive: true }),
  });
  const between = [`--start=${startsAt}`, `--end=${endsAt}`, `--output-dir=${samples}`];
  promtool("tsdb", "create-blocks-from", "rules", `--url=${before.url}`, ...between, rules);
  await before.stop();
  return samples;
}
