/** Results as text, Markdown or JSON; nothing of it depends on the machine or the time of day. */
import type { SimulationResult } from "../../api/results.ts";
import { table } from "../table.ts";
import { resultRows } from "./result-table.ts";
import type { ResultRow } from "./result-table.ts";

export type ResultFormat = "text" | "json" | "markdown";
export const RESULT_FORMATS = ["text", "json", "markdown"] as const;

/** @returns JSON: a line a result; else one table with a column a seed */
export function printedResults(results: readonly SimulationResult[], format: ResultFormat): string {
  if (format === "json") return results.map((result) => JSON.stringify(result)).join("\n");
  const rows = resultRows(results);
  const seeds = results.map(({ seed }) => `seed ${seed}`);
  const title = titleOf(results);
  return format === "text" ? inText(title, seeds, rows) : inMarkdown(title, seeds, rows);
}

function titleOf([first]: readonly SimulationResult[]): string {
  if (first === undefined) return "no run";
  const { policy, scenario, simulatedSeconds } = first;
  const hours = (simulatedSeconds / 3_600).toFixed(2);
  return `${scenario}, policy ${policy}, ${hours} simulated hours`;
}

/** The name of a section stands at its first row only. */
const sectionOf = (rows: readonly ResultRow[], at: number): string =>
  rows[at]?.section === rows[at - 1]?.section ? "" : (rows[at]?.section ?? "");

function inText(title: string, seeds: readonly string[], rows: readonly ResultRow[]): string {
  const cells = rows.map(({ name, values }, at) => [sectionOf(rows, at), name, ...values]);
  return `${title}\n\n${table(["", "", ...seeds], cells)}`;
}

function inMarkdown(title: string, seeds: readonly string[], rows: readonly ResultRow[]): string {
  const header = ["", "", ...seeds];
  const lines = [
    header,
    header.map((_, at) => (at < 2 ? "---" : "---:")),
    ...rows.map(({ name, values }, at) => [sectionOf(rows, at), name, ...values]),
  ];
  return `## ${title}\n\n${lines.map((line) => `| ${line.join(" | ")} |`).join("\n")}`;
}
