/** The first screen: what was found, the costliest first, each with the way to its plot. */
import type { Finding, FindingKind } from "../finding.ts";
import { confidenceText } from "../text.ts";
import type { Html } from "./html.ts";
import { NOTHING, html } from "./html.ts";
import { PARETO_ID } from "./pareto-section.ts";

export const KIND_NAMES: Readonly<Record<FindingKind, string>> = {
  "violation-cluster": "violations",
  "asked-late": "asked too late",
  "arrived-late": "arrived late",
  "over-provision": "over-provision",
  "hit-rate-regime": "hit rate",
  "forecast-miss": "forecast",
  "dominated-policy": "dominated policy",
  knob: "knob",
  recommendation: "recommendation",
  change: "change",
};

/** More are not read on a first screen: the others are a click away. */
const FIRST = 6;

/** Where the figures are. */
export const TABLES_ID = "tables";

export interface FoundAt {
  /** From 1, in the order shown: what plots call it. */
  readonly number: number;
  readonly finding: Finding;
  /** Anchor of its plot. */
  readonly plot: string;
}

const NOTHING_IN_RUNS =
  "Nothing out of the ordinary: no cluster of violations, no late rack, no fall of the hit rate, " +
  "no missed forecast, no racks without need.";
const NOTHING_IN_FIGURES = "No setting is found to be better than another, both ways.";

/** @param runs how many were searched; of several, sentences have to say whose they are about */
export function findingsSection(found: readonly FoundAt[], runs: number): Html {
  const several = runs > 1;
  const items = (part: readonly FoundAt[]): readonly Html[] =>
    part.map((each) => findingItem(each, several));
  const [first, rest] = [found.slice(0, FIRST), found.slice(FIRST)];
  const others =
    rest.length === 0
      ? NOTHING
      : html`<details><summary>${rest.length} more of less weight</summary>
<ol class="findings" start="${FIRST + 1}">${items(rest)}</ol></details>`;
  const none = html`<p class="card">${runs > 0 ? NOTHING_IN_RUNS : NOTHING_IN_FIGURES}</p>`;
  return html`<section aria-labelledby="findings"><h2 id="findings">Findings</h2>
${found.length === 0 ? none : html`<ol class="findings">${items(first)}</ol>`}${others}</section>`;
}

/** Plots that are of more than one finding, by their anchors. */
const PLACES: Readonly<Record<string, string>> = {
  [TABLES_ID]: "the tables",
  [PARETO_ID]: "cost and violations",
  timelines: "the timelines",
};

function findingItem({ finding, number, plot }: FoundAt, several: boolean): Html {
  const { confidence, fleet, kind, run, sentence, severity } = finding;
  const whose = several && run !== null ? html`<strong>${run}:</strong> ` : NOTHING;
  const sure = confidence === null ? [] : [`Confidence ${confidenceText(confidence)}`];
  const about = [...sure, ...(fleet === null ? [] : [fleet]), ""].join(" · ");
  return html`<li id="finding-${number}" class="${severity}">
<p class="severity">${number}. ${severity}<span class="kind">${KIND_NAMES[kind]}</span></p>
<div><p>${whose}${sentence}</p>
<p class="more">${about}<a href="#${plot}">See it in
  ${PLACES[plot] ?? `plot ${number}`}</a></p></div></li>`;
}
