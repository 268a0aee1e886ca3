import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { CATALOGUE } from "../../src/adapters/telemetry/catalogue.ts";
import type { SeriesTable } from "../../src/core/profiles/signal-table.ts";
import { EDGE_TABLES, SIGNAL_TABLES } from "../../src/core/profiles/signal-tables.ts";
import { dashboardQueries, dashboards } from "../support/monitoring/dashboards.ts";
import { parseMarkdown } from "./support/markdown.ts";
import { expectNoOffences, type Offence } from "./support/offence.ts";
import { type KnownSeries, queryProblems } from "./support/promql.ts";
import { filesUnder, readText } from "./support/repository.ts";

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
const RULE_FILE = "charts/breakwater/monitoring/prometheus-rules.yaml";
const GRAFANA_FILE = "charts/breakwater/monitoring/grafana-alerts.yaml";
const RUNBOOKS = "docs/runbooks";
/** How Grafana divides the width of a page. */
const PAGE_COLUMNS = 24;

const rules: readonly Rule[] = parse(readText(RULE_FILE)).groups.flatMap(
  (group: { readonly rules: readonly Rule[] }) => group.rules,
);
const alerts = rules.flatMap((rule) =>
  rule.alert === undefined ? [] : [{ ...rule, name: rule.alert }],
);

/** Spellings of a series; a histogram is named by its buckets, its sum or its count. */
const namesIn = (tables: readonly { readonly series: SeriesTable }[]): readonly string[] =>
  tables.flatMap(({ series }) => Object.values(series).flatMap(({ names }) => names));

const known: KnownSeries = {
  metrics: new Map(CATALOGUE.map(({ name, labels }) => [name, labels])),
  others: new Set([
    ...rules.flatMap(({ record }) => record ?? []),
    ...namesIn(Object.values(SIGNAL_TABLES)),
    ...namesIn(Object.values(EDGE_TABLES)),
  ]),
};

const offencesOf = (path: string, line: number, query: string): readonly Offence[] =>
  queryProblems(query, known).map((found) => {
    const remedy = "Ask for what the catalogue or a signal table has, as PromQL.";
    return { path, line, found, remedy };
  });

describe("queries", () => {
  const some: KnownSeries = {
    metrics: new Map([["breakwater_racks", ["pool", "phase"]]]),
    others: new Set(["vllm:num_requests_waiting"]),
  };

  it.each([
    ["breakwater_gone", "no such metric: breakwater_gone"],
    ["sum by (pool (breakwater_racks)", "does not parse"],
    ['breakwater_racks{fleet="a"}', "breakwater_racks has no label fleet"],
    ["rate(vllm:gone_total[5m])", "no such metric: vllm:gone_total"],
  ])("are refused: %s", (query, problem) => {
    expect(queryProblems(query, some).join("\n")).toContain(problem);
  });

  it.each([
    'sum by (pool) (rate(breakwater_racks{phase=~"Idle"}[5m])) > 1',
    'breakwater_racks_bucket{le="1"}',
    "deriv(vllm:num_requests_waiting[5m])",
    'label_replace(absent(breakwater_racks), "problem", "gone", "", "")',
  ])("are allowed: %s", (query) => {
    expect(queryProblems(query, some)).toEqual([]);
  });

  it("of dashboards ask for what there is", () => {
    const queries = dashboardQueries();
    expect(queries.length).toBeGreaterThan(40);
    expectNoOffences(
      queries.flatMap(({ dashboard, panel, expr }) =>
        offencesOf(`${dashboard} / ${panel}`, 0, expr),
      ),
    );
  });

  it("of rules ask for what there is, in Prometheus and in Grafana", () => {
    expectNoOffences(rules.flatMap(({ expr }) => offencesOf(RULE_FILE, 0, expr)));
    interface GrafanaRule {
      readonly title: string;
      readonly data: readonly { readonly model: { readonly expr?: string } }[];
    }
    const own: readonly GrafanaRule[] = parse(readText(GRAFANA_FILE)).groups[0].rules;
    const asked = own.map(({ title, data }) => [title, data[0]?.model.expr]);
    expect(asked).toEqual(alerts.map(({ name, expr }) => [name, expr]));
  });

  it("of pages ask for what there is", () => {
    const pages = filesUnder("").filter((path) => path.endsWith(".md"));
    const blocks = pages.flatMap((path) =>
      parseMarkdown(path, readText(path))
        .blocks.filter(({ info }) => info === "promql")
        .map((block) => ({ path, ...block })),
    );
    expect(blocks.length).toBeGreaterThan(CATALOGUE.length);
    expectNoOffences(
      blocks.flatMap(({ path, line, lines }) => offencesOf(path, line, lines.join("\n"))),
    );
  });
});

describe("dashboards", () => {
  it.each(dashboards().map((one) => [one.title, one] as const))(
    "%s: names its source by a variable, links runbooks and console, marks decisions",
    (_title, { templating, annotations, panels }) => {
      const variables = templating.list.map(({ name }) => name);
      expect(variables).toEqual(expect.arrayContaining(["datasource", "runbooks", "console"]));
      expect(annotations.list.map(({ name }) => name)).toContain("Decisions opened");
      const shown = panels.filter(({ targets }) => targets !== undefined);
      expect(shown.every(({ description }) => (description ?? "") !== "")).toBe(true);
    },
  );

  it.each(dashboards().map((one) => [one.title, one] as const))(
    "%s: says what each line is, and has panels side by side without overlap or hole",
    (_title, { panels }) => {
      const plots = panels.filter(({ type }) => type === "timeseries");
      expect(plots.filter(({ options }) => options?.legend?.showLegend !== true)).toEqual([]);
      for (const [index, { title, gridPos }] of panels.entries()) {
        const before = panels[index - 1]?.gridPos;
        const beside = before !== undefined && before.y === gridPos.y;
        expect([title, gridPos.x]).toEqual([title, beside ? before.x + before.w : 0]);
        const last = panels[index + 1]?.gridPos.y !== gridPos.y;
        if (last) expect([title, gridPos.x + gridPos.w]).toEqual([title, PAGE_COLUMNS]);
      }
    },
  );
});

describe("alerts", () => {
  it("have a runbook each, and no runbook is without its alert", () => {
    const pages = filesUnder(RUNBOOKS).filter((path) => !path.endsWith("README.md"));
    expect(pages.toSorted()).toEqual(alerts.map(({ name }) => `${RUNBOOKS}/${name}.md`).toSorted());
  });

  it.each(alerts.map((alert) => [alert.name, alert] as const))(
    "%s: says how bad, what, and what to do",
    (name, { labels, annotations }) => {
      expect(["critical", "warning"]).toContain(labels?.severity);
      expect(annotations?.summary?.length).toBeGreaterThan(20);
      expect(annotations?.runbook_url).toBe(`${RUNBOOKS}/${name}.md`);
      const page = parseMarkdown("page", readText(`${RUNBOOKS}/${name}.md`));
      const parts = ["meaning", "impact", "diagnosis", "mitigation"];
      expect([...page.anchors]).toEqual(expect.arrayContaining(parts));
      expect(page.blocks.some(({ info }) => info === "bash")).toBe(true);
    },
  );
});
