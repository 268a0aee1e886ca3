/** Templates and turns to the lines of our own format, and back. */
import type { BreakwaterEntry } from "./formats/breakwater.ts";
import { BREAKWATER_TRACE_VERSION } from "./formats/breakwater.ts";
import type { TurnRecord } from "./records.ts";
import type { RecordedStart } from "./sources/copies.ts";
import { TemplateBuilder } from "./templates/template-builder.ts";
import type { ChainSpec, RowSpec } from "./templates/template-builder.ts";
import type { TurnTemplates } from "./turn-templates.ts";

type PlainTurn = Pick<TurnRecord, "atNs" | "inputTokens" | "outputTokens">;

/** @yields the lines of a file of turns that share nothing, without line ends */
export function* linesOfTurns(blockTokens: number, turns: Iterable<PlainTurn>): Generator<string> {
  let lines = 1;
  yield header("turns", blockTokens);
  for (const { atNs, inputTokens, outputTokens } of turns) {
    lines += 1;
    yield JSON.stringify({ turn: [atNs, inputTokens, outputTokens] });
  }
  yield JSON.stringify({ end: lines });
}

/** @yields the lines of a file of sessions, and of their starts if they are known */
export function* linesOfSessions(
  templates: TurnTemplates,
  starts: Iterable<RecordedStart> | null,
): Generator<string> {
  let lines = 0;
  for (const line of bodyOf(templates, starts ?? [])) {
    lines += 1;
    yield JSON.stringify(line);
  }
  yield JSON.stringify({ end: lines });
}

const header = (holds: "sessions" | "turns", blockTokens: number): string =>
  JSON.stringify(headerLine(holds, blockTokens));

const headerLine = (holds: "sessions" | "turns", blockTokens: number): object => ({
  breakwaterTrace: holds,
  schemaVersion: BREAKWATER_TRACE_VERSION,
  blockTokens,
});

function* bodyOf(templates: TurnTemplates, starts: Iterable<RecordedStart>): Generator<object> {
  const { chains, sessions, blockTokens } = templates;
  yield headerLine("sessions", blockTokens);
  let chain = 0;
  const count = sessions.firstRow.length;
  for (let session = 0; session <= count; session += 1) {
    // Chains before a session's own are shared: they lie outside every session's range.
    const own = sessions.firstChain[session] ?? chains.from.length;
    for (; chain < own; chain += 1) yield { shared: chainCells(templates, chain) };
    if (session === count) break;
    yield* sessionLines(templates, session);
    chain += sessions.chainCount[session] ?? 0;
  }
  for (const { atNs, template } of starts) yield { start: [atNs, template] };
}

function* sessionLines(templates: TurnTemplates, session: number): Generator<object> {
  const { sessions, rows } = templates;
  const firstChain = sessions.firstChain[session] ?? 0;
  const chainCount = sessions.chainCount[session] ?? 0;
  const firstRow = sessions.firstRow[session] ?? 0;
  const rowCount = sessions.rowCount[session] ?? 0;
  yield { session: [chainCount, rowCount] };
  for (let i = 0; i < chainCount; i += 1) yield { chain: chainCells(templates, firstChain + i) };
  const predecessors = predecessorsOf(templates, firstRow, rowCount);
  for (let row = firstRow; row < firstRow + rowCount; row += 1) {
    const columns = [
      rows.inputTokens[row],
      rows.outputTokens[row],
      rows.promptChain[row],
      rows.promptBlocks[row],
      rows.fullChain[row],
      rows.fullBlocks[row],
      rows.delayNs[row],
    ];
    yield { row: [...columns, predecessors[row - firstRow]] };
  }
}

const chainCells = ({ chains }: TurnTemplates, chain: number): readonly (number | undefined)[] => [
  chains.parent[chain],
  chains.from[chain],
  chains.to[chain],
];

function predecessorsOf(
  { rows }: TurnTemplates,
  firstRow: number,
  rowCount: number,
): readonly (readonly number[])[] {
  const lists: number[][] = Array.from({ length: rowCount }, () => []);
  for (let row = 0; row < rowCount; row += 1) {
    const from = rows.successorStart[firstRow + row];
    const to = rows.successorStart[firstRow + row + 1];
    for (const next of rows.successors.subarray(from, to)) lists[next - firstRow]?.push(row);
  }
  return lists;
}

export interface SessionTables {
  readonly templates: TurnTemplates;
  /** null: not recorded. */
  readonly starts: readonly RecordedStart[] | null;
}

/** @throws RangeError when no session is complete */
export function tablesOf(entries: Iterable<BreakwaterEntry>): SessionTables {
  const reader = new TableReader();
  for (const entry of entries) reader.take(entry);
  return reader.finish();
}

class TableReader {
  #builder = new TemplateBuilder(1);
  readonly #starts: RecordedStart[] = [];
  #chains: ChainSpec[] = [];
  #rows: RowSpec[] = [];
  #missingRows = 0;
  #sessions = 0;

  take(entry: BreakwaterEntry): void {
    if (entry.kind === "header") this.#builder = new TemplateBuilder(entry.blockTokens);
    if (entry.kind === "shared") this.#builder.sharedChain(entry.chain);
    if (entry.kind === "chain") this.#chains.push(entry.chain);
    if (entry.kind === "session") this.#missingRows = entry.rows;
    if (entry.kind === "row") this.#takeRow(entry.row);
    if (entry.kind === "start") {
      const { atNs, template } = entry;
      this.#starts.push({ atNs, template, inputTokens: 0, outputTokens: 0 });
    }
  }

  #takeRow(row: RowSpec): void {
    this.#rows.push(row);
    this.#missingRows -= 1;
    if (this.#missingRows > 0) return;
    this.#builder.addSession(this.#chains, this.#rows);
    this.#sessions += 1;
    this.#chains = [];
    this.#rows = [];
  }

  finish(): SessionTables {
    if (this.#sessions === 0) throw new RangeError("no sessions");
    const starts = this.#starts.length > 0 ? this.#starts : null;
    return { templates: this.#builder.build(), starts };
  }
}
