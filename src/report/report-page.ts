/** A report as one HTML file: nothing is fetched, and no script runs. */
import { createHash } from "node:crypto";
import { findings } from "./findings/find.ts";
import type { FleetRun } from "./findings/fleet-run.ts";
import { fleetRuns } from "./findings/fleet-run.ts";
import { headlines } from "./headline.ts";
import type { FoundAt } from "./page/findings-section.ts";
import { findingsSection, TABLES_ID } from "./page/findings-section.ts";
import { Html, NOTHING, html } from "./page/html.ts";
import { PARETO_ID, paretoSection } from "./page/pareto-section.ts";
import { findingFigure, runFigure } from "./page/plots-section.ts";
import { STYLE } from "./page/style.ts";
import { tableHtml, tablesOf } from "./page/tables.ts";
import type { Finding } from "./finding.ts";
import type { ReportInput } from "./report-input.ts";

/** @returns the file's text; the same input gives the same bytes */
export function reportPage(input: ReportInput): string {
  const runs = input.runs.flatMap(fleetRuns);
  const found = findings(input);
  const placed = found.map((finding, at) => ({
    finding,
    number: at + 1,
    plot: anchorOf(finding, at + 1),
  }));
  const body = html`<a class="skip" href="#findings">To the findings</a>
${header(input, found, runs.length)}
<main>${findingsSection(placed, input.runs.length)}
${paretoSection(input)}
${timelines(runs, placed)}
${evidence(runs, placed)}
${figures(input)}
${reproduce(input)}</main>
<footer><p>Breakwater ${input.version}. How findings are made, and what they can miss:
  docs/report.md.</p></footer>`;
  return documentOf(input.title, body);
}

const anchorOf = ({ from, plot }: Finding, number: number): string => {
  if (plot === "pareto") return PARETO_ID;
  if (plot === "tables") return TABLES_ID;
  return from === null ? "timelines" : `plot-${number}`;
};

function documentOf(title: string, body: Html): string {
  const hash = createHash("sha256").update(STYLE).digest("base64");
  const rest = "base-uri 'none'; form-action 'none'";
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; ${rest}`;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${new Html(STYLE)}</style></head>
<body>${body}</body></html>
`;
  return page.text;
}

function header(input: ReportInput, found: readonly Finding[], runs: number): Html {
  const leads = headlines(input, found).map((text) => html`<p class="lead">${text}</p>`);
  const links = [
    ["findings", "Findings"],
    ...(paretoSection(input).text === "" ? [] : [[PARETO_ID, "Cost and violations"]]),
    ...(runs > 0 ? [["timelines", "Timelines"]] : []),
    ...(hasTables(input) ? [[TABLES_ID, "Tables"]] : []),
    ["reproduce", "Reproduce"],
  ].map(([id = "", name = ""]) => html`<a href="#${id}">${name}</a>`);
  return html`<header><h1>${input.title}</h1><p class="quiet">${input.about}</p>${leads}
<nav aria-label="Parts of this report">${links}</nav></header>`;
}

function timelines(runs: readonly FleetRun[], found: readonly FoundAt[]): Html {
  if (runs.length === 0) return NOTHING;
  const shown = runs.map((run, at) => runFigure(run, found, `run-${at + 1}`));
  return html`<section aria-labelledby="timelines">
    <h2 id="timelines">Timelines</h2>${shown}</section>`;
}

function evidence(runs: readonly FleetRun[], found: readonly FoundAt[]): Html {
  const plots = found.map((each) => {
    const { fleet, run } = each.finding;
    const own = runs.find((known) => known.run === run && known.timeline.fleet === fleet);
    return findingFigure(each, own);
  });
  if (plots.every(({ text }) => text === "")) return NOTHING;
  return html`<section aria-labelledby="evidence">
    <h2 id="evidence">Each finding, close up</h2>${plots}</section>`;
}

const hasTables = (input: ReportInput): boolean => tablesOf(input).length > 0;

function figures(input: ReportInput): Html {
  if (!hasTables(input)) return NOTHING;
  const tables = tablesOf(input).map((table) => html`<div class="card">${tableHtml(table)}</div>`);
  const heading = html`<h2 id="${TABLES_ID}">Tables</h2>`;
  return html`<section aria-labelledby="${TABLES_ID}">${heading}${tables}</section>`;
}

const reproduce = ({ command }: ReportInput): Html =>
  html`<section aria-labelledby="reproduce"><h2 id="reproduce">Reproduce</h2><div class="card">
    <p>The same command, scenario files and version give the same figures.</p>
    <pre>${command}</pre></div></section>`;
