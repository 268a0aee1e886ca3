/** What the committed dashboards ask Prometheus. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "..", "..", "..", "charts", "breakwater", "monitoring");

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number };
  readonly options?: { readonly legend?: { readonly showLegend: boolean } };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}
interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly annotations: {
    readonly list: readonly { readonly name: string; readonly expr: string }[];
  };
  readonly templating: {
    readonly list: readonly {
      readonly type: string;
      readonly name: string;
      readonly query?: string;
    }[];
  };
}

export interface DashboardQuery {
  readonly dashboard: string;
  readonly panel: string;
  /** With what Grafana puts in for its variables. */
  readonly expr: string;
  /** Labels that its legend names; none of an annotation. */
  readonly named: readonly string[];
}

export function dashboards(): readonly Dashboard[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
  return files.map((name) => JSON.parse(readFileSync(join(FOLDER, name), "utf8")));
}

/** Four scrapes of a minute each, as Grafana takes it where the source says that interval. */
const RATE_INTERVAL = "4m";

const filledIn = (expr: string): string =>
  expr.replaceAll("$__rate_interval", RATE_INTERVAL).replace(/\$(fleet|pool)\b/g, ".*");

/** @returns every query of every panel, and of annotations */
export const dashboardQueries = (): readonly DashboardQuery[] =>
  dashboards().flatMap(({ title, panels, annotations }) => [
    ...panels.flatMap((panel) =>
      (panel.targets ?? []).map(({ expr, legendFormat }) => ({
        dashboard: title,
        panel: panel.title,
        expr: filledIn(expr),
        named: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label),
      })),
    ),
    ...annotations.list.map(({ name, expr }) => ({
      dashboard: title,
      panel: `annotation ${name}`,
      expr: filledIn(expr),
      named: [],
    })),
  ]);
