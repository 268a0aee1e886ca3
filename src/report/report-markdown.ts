/** The findings of a report as Markdown, for a change request or a chat. */
import type { Finding } from "./finding.ts";
import { findings } from "./findings/find.ts";
import { headlines } from "./headline.ts";
import { KIND_NAMES } from "./page/findings-section.ts";
import type { ReportInput } from "./report-input.ts";
import { confidenceText } from "./text.ts";

export function findingsMarkdown(input: ReportInput): string {
  const found = findings(input);
  const several = input.runs.length > 1;
  const lines = found.map((finding, at) => `${at + 1}. ${line(finding, several)}`);
  const none = ["Nothing out of the ordinary was found."];
  return [
    "## Findings",
    "",
    ...headlines(input, found).flatMap((text) => [text, ""]),
    ...(found.length === 0 ? none : lines),
  ].join("\n");
}

function line({ confidence, kind, run, sentence, severity }: Finding, several: boolean): string {
  const whose = several && run !== null ? `${run}: ` : "";
  const sure = confidence === null ? "" : ` (confidence ${confidenceText(confidence)})`;
  return `**${severity}, ${KIND_NAMES[kind]}**: ${whose}${sentence}${sure}`;
}
