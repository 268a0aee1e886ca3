import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments, stringify } from "yaml";
import { CHART_DIR, helm } from "../support/chart.ts";
import { toolPath, toolsOrSkip } from "../support/control-plane/tools.ts";

const missing = toolsOrSkip(["helm", "promtool"]);

const NO_CLUSTER = { adminKubeconfig: "none" };
const EVERYTHING = ["serviceMonitor", "rules", "dashboards", "grafanaAlerts"];
const RUNBOOKS = "https://git.example.org/runbooks";

async function rendered(...settings: readonly string[]) {
  const chosen = settings.map((setting) => `--set=monitoring.${setting}`);
  const text = await helm(NO_CLUSTER, "template", "breakwater", CHART_DIR, ...chosen);
  const objects = parseAllDocuments(text).map((document) => document.toJS());
  const of = (kind: string, ending = "") =>
    objects.find((one) => one?.kind === kind && one.metadata.name.endsWith(ending));
  return { kinds: objects.map((one) => one?.kind), of };
}

describe.skipIf(missing !== "")(`the chart's monitoring ${missing}`, () => {
  it("needs nobody's CRDs unless it is asked for", async () => {
    const { kinds } = await rendered();
    expect(kinds).toContain("Deployment");
    for (const kind of ["ServiceMonitor", "PrometheusRule", "ConfigMap"]) {
      expect(kinds).not.toContain(kind);
    }
  });

  it.each(EVERYTHING)("gives %s alone where that alone is asked for", async (part) => {
    const before = await rendered();
    const { kinds } = await rendered(`${part}.create=true`);
    expect(kinds).toHaveLength(before.kinds.length + 1);
  });

  it("gives a PrometheusRule whose rules promtool takes, with labels and runbooks", async () => {
    const settings = ["labels.release=prom", `runbookBaseUrl=${RUNBOOKS}`];
    const { of } = await rendered("rules.create=true", ...settings);
    const { metadata, spec } = of("PrometheusRule");
    expect(metadata.labels.release).toBe("prom");
    const folder = mkdtempSync(join(tmpdir(), "breakwater-chart-"));
    const file = join(folder, "rules.yaml");
    writeFileSync(file, stringify(spec));
    const checked = spawnSync(toolPath("promtool"), ["check", "rules", file], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    expect(checked.stderr).toBe("");
    expect(checked.stdout).toContain("SUCCESS");
    expect(stringify(spec)).toContain(`${RUNBOOKS}/BreakwaterObjectiveBurnFast.md`);
    expect(stringify(spec)).not.toContain("docs/runbooks");
  });

  it("gives dashboards that are JSON and lead to the console that was named", async () => {
    const url = "https://breakwater.example.org";
    const { of } = await rendered("dashboards.create=true", `consoleUrl=${url}`);
    const { metadata, data } = of("ConfigMap", "-dashboards");
    expect(metadata.labels.grafana_dashboard).toBe("1");
    const titles = Object.values<string>(data).map((text): string => JSON.parse(text).title);
    expect(new Set(titles)).toEqual(
      new Set([
        "Breakwater / Decisions and controller",
        "Breakwater / Fleet",
        "Breakwater / Racks and cache",
      ]),
    );
    for (const text of Object.values<string>(data)) expect(text).toContain(url);
  });

  it("gives Grafana's alerts with the data source that was named", async () => {
    const { of } = await rendered("grafanaAlerts.create=true", "grafanaAlerts.datasourceUid=mimir");
    const { data } = of("ConfigMap", "-alerts");
    interface GrafanaRule {
      readonly uid: string;
      readonly noDataState: string;
      readonly data: readonly { readonly datasourceUid: string }[];
    }
    const rules: readonly GrafanaRule[] = parse(data["breakwater-alerts.yaml"]).groups[0].rules;
    expect(new Set(rules.map(({ uid }) => uid)).size).toBe(rules.length);
    for (const { noDataState, data: queries } of rules) {
      expect(noDataState).toBe("OK");
      expect(queries.map(({ datasourceUid }) => datasourceUid)).toEqual(["mimir", "__expr__"]);
    }
  });

  it.each([
    ["a console that is no address", "consoleUrl=console", "consoleUrl"],
    ["a part that does not exist", "podMonitor.create=true", "podMonitor"],
  ])("refuses %s, naming it", async (_name, setting, expected) => {
    await expect(rendered(setting)).rejects.toThrow(expected);
  });
});
