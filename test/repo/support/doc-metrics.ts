import type { Offence } from "./offence.ts";
import { lineAt, type SourceFile } from "./source-file.ts";
import { walk } from "./syntax.ts";

/** A full name: not `breakwater_*`, not the start of one as in `breakwater_<name>`. */
const METRIC = /\bbreakwater_[a-z0-9_]*[a-z0-9](?![\w*<{]|_\*)/g;
/** The series that a histogram or summary adds to its name. */
const DERIVED = /_(bucket|sum|count)$/;

const REMEDY = "Name a metric of src/adapters/telemetry/catalogue.ts, or add it there.";

/** @returns the metric names that the catalogue's strings spell out. */
export function cataloguedMetrics(catalogue: SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  walk(catalogue.program, (node) => {
    if (node.type !== "Literal" || typeof node.value !== "string") return;
    if (/^breakwater_[a-z0-9_]+$/.test(node.value)) names.add(node.value);
  });
  return names;
}

/** @returns the metrics that a text names and the catalogue does not. */
export function metricOffences(
  path: string,
  text: string,
  known: ReadonlySet<string>,
): readonly Offence[] {
  return [...text.matchAll(METRIC)].flatMap((match) => {
    const [name] = match;
    if (known.has(name) || known.has(name.replace(DERIVED, ""))) return [];
    return [{ path, line: lineAt(text, match.index), found: name, remedy: REMEDY }];
  });
}
