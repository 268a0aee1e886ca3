/** An examination as people read it: blockers first, wrapped at the terminal's width. */
import type { Examination } from "../studies/doctor/doctor.ts";
import { counted, type Finding, SEVERITIES, type Severity } from "../studies/doctor/finding.ts";
import { wrapped } from "./wrapped.ts";

const HEADINGS: Readonly<Record<Severity, string>> = {
  blocker: "BLOCKERS: racks cannot be sized, or would be lost",
  warning: "WARNINGS: it works, less well",
  ok: "OK",
};

/** Widest label with its gap: "expected  ". */
const LABEL_WIDTH = 10;
const INDENT = "    ";

/** @returns lines of at most `columns` characters, but for words that are longer */
export function examinationText({ counts, findings }: Examination, columns: number): string {
  const groups = SEVERITIES.flatMap((severity) => {
    const ours = findings.filter((finding) => finding.severity === severity);
    if (ours.length === 0) return [];
    const bodies = ours.map((finding) => bodyOf(finding, columns));
    return [HEADINGS[severity], bodies.join(severity === "ok" ? "\n" : "\n\n"), ""];
  });
  const blockers = counted(counts.blocker, "blocker");
  const warnings = counted(counts.warning, "warning");
  return [...groups, `${blockers}, ${warnings}, ${counts.ok} ok`].join("\n");
}

function bodyOf({ severity, where, found, expected, fix }: Finding, columns: number): string {
  if (severity === "ok")
    return wrapped(`${where}: ${found}`, { columns, first: "  ", rest: INDENT });
  const rows = [
    ["found", found],
    ["expected", expected],
    ["fix", fix],
  ].flatMap(([label = "", text = ""]) => (text === "" ? [] : [row(label, text, columns)]));
  return [wrapped(where, { columns, first: "  ", rest: INDENT }), ...rows].join("\n");
}

const row = (label: string, text: string, columns: number): string =>
  wrapped(text, {
    columns,
    first: `${INDENT}${label.padEnd(LABEL_WIDTH)}`,
    rest: " ".repeat(INDENT.length + LABEL_WIDTH),
  });
