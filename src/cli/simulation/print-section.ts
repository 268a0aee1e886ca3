/** Tables under a heading, as text or Markdown, and the figures in them. */
import type { ComparedEstimate, ComparisonPoint } from "../../api/comparison.ts";
import { table } from "../table.ts";
import { inPercent } from "../../core/in-percent.ts";

/** Columns, rows, and a sentence on how to read them. */
export interface Section {
  readonly title: string;
  readonly note: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export const printedSections = (
  sections: readonly Section[],
  format: "text" | "markdown",
): string => sections.map(format === "text" ? inText : inMarkdown).join("\n\n");

const inText = ({ title, note, header, rows }: Section): string =>
  `${title}\n${note}\n\n${table(header, rows)}`;

function inMarkdown({ title, note, header, rows }: Section): string {
  const rule = header.map((_, at) => (at < 2 ? "---" : "---:"));
  const lines = [header, rule, ...rows].map((line) => `| ${line.join(" | ")} |`);
  return `## ${title}\n\n${note}\n\n${lines.join("\n")}`;
}

export const percent = (share: number): string => inPercent(share, 2);
export const count = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
export const knobText = ({ knob }: Pick<ComparisonPoint, "knob">): string =>
  `${knob.name} ${Number(knob.value.toFixed(3))}`;

/** The interval only where there is one: a single seed has none. */
export const withInterval = (
  { mean, low, high }: ComparedEstimate,
  shown: (value: number) => string,
): string => (low === high ? shown(mean) : `${shown(mean)} (${shown(low)}..${shown(high)})`);
