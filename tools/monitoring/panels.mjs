/** What every dashboard and panel of Breakwater has. A panel is a plain row; this builds it. */
import {
  AnnotationQueryBuilder,
  ConstantVariableBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableHide,
  VariableRefresh,
} from "@grafana/grafana-foundation-sdk/dashboard";
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { RUNBOOKS } from "./prometheus-rules.mjs";

/** Stands for where the console is: the chart replaces it by `monitoring.consoleUrl`. */
const CONSOLE = "http://127.0.0.1:8081";
const DATASOURCE = { type: "prometheus", uid: "${datasource}" };
const COLUMNS = 24;
const HEIGHT = { stat: 4, timeseries: 8 };
const TAG = "breakwater";

/**
 * @param spec `{uid, title, description, variables, rows: [{title, panels}]}`; a panel is
 *   `{title, text, unit, queries: {legend: PromQL}}`, and where it needs them
 *   `kind: "stat"`; `counts`: whole numbers, each of which holds until the next; `stacked`;
 *   `busy`: many lines, so that the legend is a table; `max`, `softMax`: the top of the axis;
 *   `dashed`: which legends are limits and not measurements, as a regular expression;
 *   `colours: {end of a legend: colour}`, also of several ends, `a|b`;
 *   `levels: [[value, colour]]`: from where on a number is bad, as lines or as a stat's colour
 * @returns the dashboard as Grafana imports it
 */
export function dashboard({ uid, title, description, variables, rows }) {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .timezone("browser")
    .refresh("1m")
    .time({ from: "now-6h", to: "now" })
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly();
  builder.withVariable(
    new DatasourceVariableBuilder("datasource").label("Source").type("prometheus"),
  );
  for (const name of variables) builder.withVariable(labelVariable(name));
  builder.withVariable(constant("runbooks", RUNBOOKS)).withVariable(constant("console", CONSOLE));
  for (const note of notes(variables)) builder.annotation(note);
  for (const link of links()) builder.link(link);
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title));
    const widths = widthsOf(row.panels);
    for (const [place, panel] of row.panels.entries()) {
      builder.withPanel(panelOf({ width: widths[place], ...panel }));
    }
  }
  const built = builder.build();
  // In the menu that the builder puts them into by itself, nobody finds them.
  const shown = ({ placement: _placement, ...rest }) => rest;
  const annotations = { list: built.annotations.list.map(shown) };
  return { ...built, annotations, links: built.links.map(shown) };
}

/** Objects that a viewer chooses from, by a metric that each of them always has. */
const VARIABLES = {
  fleet: { label: "Fleet", query: "label_values(breakwater_fleet_held_racks, fleet)" },
  pool: { label: "Pool", query: "label_values(breakwater_pool_max_racks, pool)" },
};

function labelVariable(name) {
  const { label, query } = VARIABLES[name];
  return new QueryVariableBuilder(name)
    .label(label)
    .query(query)
    .datasource(DATASOURCE)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue(".*");
}

/** The builder of constants cannot hide them, and shown they look like something to choose. */
const constant = (name, value) => {
  const variable = new ConstantVariableBuilder(name).value(value).build();
  return { build: () => ({ ...variable, hide: VariableHide.HideVariable }) };
};

/** From our own counters: no token of Grafana, and they are there for as long as the metrics. */
function notes(variables) {
  const decisions = annotation({
    name: "Decisions opened",
    colour: "blue",
    expr:
      "sum by (fleet, why) " +
      `(increase(breakwater_opened_decisions_total${ofFleet(variables)}[2m])) > 0`,
    title: "{{why}}",
    text: "{{fleet}}",
  });
  const counts = annotation({
    name: "Pool counts changed",
    colour: "orange",
    expr: `max by (pool) (changes(breakwater_pool_desired_racks${ofPool(variables)}[2m])) > 0`,
    title: "count changed",
    text: "{{pool}}",
  });
  return [decisions, counts];
}

const ofFleet = (variables) => (variables.includes("fleet") ? '{fleet=~"$fleet"}' : "");
const ofPool = (variables) => (variables.includes("pool") ? '{pool=~"$pool"}' : "");

const annotation = ({ name, colour, expr, title, text }) =>
  new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(colour)
    .expr(expr)
    .step("60s")
    .titleFormat(title)
    .textFormat(text);

const links = () => [
  new DashboardLinkBuilder("Breakwater dashboards")
    .type(DashboardLinkType.Dashboards)
    .tags([TAG])
    .keepTime(true)
    .includeVars(true),
  linkTo("Console", "${console}", "Needs kubectl port-forward, or monitoring.consoleUrl"),
  linkTo("Runbooks", "${runbooks}", "What to do about each alert"),
];

const linkTo = (title, url, tooltip) =>
  new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Link)
    .url(url)
    .tooltip(tooltip)
    .targetBlank(true);

/** Halves of the page; the last three of an odd number are thirds, so that no hole is left. */
function widthsOf(panels) {
  if (panels.some(({ kind }) => kind === "stat")) return panels.map(() => COLUMNS / panels.length);
  const thirds = panels.length % 2 === 1 ? Math.min(3, panels.length) : 0;
  return panels.map((_panel, place) => COLUMNS / (place < panels.length - thirds ? 2 : thirds));
}

function panelOf(panel) {
  const { kind = "timeseries", width } = panel;
  const builder = kind === "stat" ? statOf(panel) : timeseriesOf(panel);
  builder
    .title(panel.title)
    .description(panel.text)
    .datasource(DATASOURCE)
    .unit(panel.unit)
    .span(width)
    .height(HEIGHT[kind]);
  // Without them Grafana's own hold, which call 80 of anything red.
  builder.thresholds(levelsOf(panel));
  if (panel.counts) builder.decimals(0);
  if (panel.max !== undefined) builder.min(0).max(panel.max);
  for (const [index, [legend, expr]] of Object.entries(panel.queries).entries()) {
    builder.withTarget(targetOf(legend, expr, { index, instant: kind === "stat" }));
  }
  return builder;
}

function levelsOf({ levels = [] }) {
  const steps = levels.map(([value, color]) => ({ value, color }));
  const ordinary = { value: null, color: levels.length > 0 ? "green" : "text" };
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([ordinary, ...steps]);
}

const statOf = ({ levels = [] }) =>
  new StatBuilder()
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .graphMode(BigValueGraphMode.None)
    .colorMode(levels.length > 0 ? BigValueColorMode.Value : BigValueColorMode.None);

function timeseriesOf({ stacked, counts, busy, dashed, softMax, unit, levels = [], colours = {} }) {
  const builder = new TimeseriesBuilder()
    .fillOpacity(stacked ? 60 : 0)
    .lineWidth(1)
    .legend(busy ? TABLE : LIST)
    .tooltip(ALL_LINES);
  // Shares are told apart near the top; of all else nothing is where the axis begins.
  if (unit !== "percentunit") builder.axisSoftMin(0);
  if (softMax !== undefined) builder.axisSoftMax(softMax);
  if (counts) builder.axisSoftMax(1).lineInterpolation(LineInterpolation.StepAfter);
  if (dashed !== undefined) builder.overrideByRegexp(dashed, [DASHED]);
  for (const [ends, colour] of Object.entries(colours)) {
    builder.overrideByRegexp(`/ (${ends})\\s*$/`, [fixedColour(colour)]);
  }
  if (levels.length > 0) builder.thresholdsStyle(DASHED_LEVELS);
  if (stacked) builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
  return builder;
}

const fixedColour = (fixedColor) => ({ id: "color", value: { mode: "fixed", fixedColor } });
const DASHED = { id: "custom.lineStyle", value: { fill: "dash", dash: [6, 4] } };
const DASHED_LEVELS = new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed);

const LIST = new VizLegendOptionsBuilder()
  .showLegend(true)
  .displayMode(LegendDisplayMode.List)
  .placement(LegendPlacement.Bottom);
/** Beside the lines, the highest first, with what each is now. */
const TABLE = new VizLegendOptionsBuilder()
  .showLegend(true)
  .displayMode(LegendDisplayMode.Table)
  .placement(LegendPlacement.Right)
  .calcs(["lastNotNull"])
  .sortBy("Last *")
  .sortDesc(true);
const ALL_LINES = new VizTooltipOptionsBuilder()
  .mode(TooltipDisplayMode.Multi)
  .sort(SortOrder.Descending);

function targetOf(legend, expr, { index, instant }) {
  const query = new DataqueryBuilder()
    .refId(String.fromCharCode("A".charCodeAt(0) + index))
    .expr(expr)
    .legendFormat(legend)
    .datasource(DATASOURCE);
  return instant ? query.instant() : query.range();
}
