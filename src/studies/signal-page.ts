/** The page of the signal profiles: the series that each signal is read from, and its limits. */
import type { EdgeTable, SeriesTable, SignalTable } from "../core/profiles/signal-table.ts";
import { EDGE_TABLES, SIGNAL_TABLES } from "../core/profiles/signal-tables.ts";
import { SIGNAL_UNITS } from "../core/signals/names.ts";

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const rows = (header: readonly string[], body: readonly (readonly string[])[]): string =>
  [row(header), row(header.map(() => "---")), ...body.map(row)].join("\n");
const bullets = (texts: readonly string[]): string => texts.map((text) => `- ${text}`).join("\n");

/** @returns the page as Markdown */
export function signalPage(): string {
  const engines = Object.values(SIGNAL_TABLES).flatMap(engineParts);
  const edges = Object.values(EDGE_TABLES).flatMap(edgeParts);
  return ["# Signal profiles", INTRODUCTION, ...engines, ...edges, ""].join("\n\n");
}

const INTRODUCTION = [
  "Which series of an engine (`spec.signals.profile`) or gateway (`spec.signals.edge`) each signal",
  "is read from. Older spellings are read too: a pod counts once, by the first that it exports. A",
  "signal without samples is absent, never 0; what an engine does not export can be given by an",
  "override. Objectives can be measured at the bounds only.",
].join("\n");

function engineParts(table: SignalTable): readonly string[] {
  const body = Object.entries(SIGNAL_UNITS).map(([name, unit]) => {
    const query = Object.entries(table.signals).find(([signal]) => signal === name)?.[1];
    if (query === undefined || "notExported" in query) return [name, unit, "not exported"];
    return [name, unit, seriesIn(query.promql, table.series)];
  });
  const { TTFT, ITL } = table.bucketsSeconds;
  return [
    `## Profile \`${table.engine}\``,
    rows(["signal", "unit", "series"], body),
    `Lengths of turns, for \`breakwater trace record\`: ${lengthsOf(table)}.`,
    `Bounds, seconds. TTFT: ${TTFT.join(", ")}. ITL: ${ITL.join(", ")}.`,
    "It cannot show:",
    bullets(table.cannotShow),
  ];
}

function lengthsOf({ tokenLengths }: SignalTable): string {
  if ("notExported" in tokenLengths) return "not exported";
  const { prompt, output } = tokenLengths;
  return [prompt, output].flatMap(({ names }) => `\`${names[0] ?? ""}\``).join(", ");
}

function edgeParts({ edge, series, arrivals, waiting, cannotShow }: EdgeTable): readonly string[] {
  const held = waiting === null ? "none" : seriesIn(waiting, series);
  return [
    `## Edge \`${edge}\``,
    rows(
      ["signal", "series"],
      [
        ["arrivals", seriesIn(arrivals.promql, series)],
        ["added to waitingTurns", held],
      ],
    ),
    "It cannot show:",
    bullets(cannotShow),
  ];
}

/** The preferred spellings of the series that a template reads, in its order. */
function seriesIn(promql: string, series: SeriesTable): string {
  const names = [...promql.matchAll(/\$\w+\((\w+)\)/g)].map(([, name = ""]) => name);
  const shown = names.flatMap((name) => series[name]?.names.slice(0, 1) ?? []);
  return [...new Set(shown)].map((name) => `\`${name}\``).join(", ");
}
