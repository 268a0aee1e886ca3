/** The page of the metrics: the catalogue as people read it. */
import { CATALOGUE } from "./catalogue.ts";
import { exampleOf, type MetricEntry } from "./catalogue/entry.ts";
import { LABELS, type LabelName } from "./labels.ts";

/** Longer sets are counted rather than listed: they are tables of their own. */
const LISTED_WORDS = 13;

/** @returns the page as Markdown */
export function metricsPage(): string {
  const metrics = [...CATALOGUE].toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(metricPart);
  return ["# Metrics", INTRODUCTION, ...metrics, "## Labels", labelTable(), ""].join("\n\n");
}

const INTRODUCTION = [
  "What `/metrics` exports. A value that is unknown has no series; a counter whose labels are",
  "closed sets exists at 0 from the start, one of a pool or fleet from its first tick. The series",
  "of a pool or fleet go when it goes. Only the replica that leads exports pools and fleets.",
  "[Monitoring](../monitoring.md): how to scrape them, and which alerts and dashboards there are.",
].join("\n");

function metricPart(entry: MetricEntry): string {
  const { name, type, unit, labels, meaning } = entry;
  const words = labels.map((label) => `\`${label}\``).join(", ");
  const facts = [`${type}, ${unit}`, ...(words === "" ? [] : [`labels ${words}`])].join("; ");
  const query = ["```promql", exampleOf(entry), "```"].join("\n");
  return [`## \`${name}\``, `${meaning} (${facts})`, query].join("\n\n");
}

function labelTable(): string {
  const rows = Object.entries(LABELS).map(([label, words]) => `| \`${label}\` | ${setOf(words)} |`);
  return ["| label | values |", "| --- | --- |", ...rows].join("\n");
}

function setOf(words: (typeof LABELS)[LabelName]): string {
  if (words === null) return "as many as there are objects";
  if (words.length > LISTED_WORDS) return `${words.length} of a closed table`;
  return words.map((word) => `\`${word}\``).join(", ");
}
