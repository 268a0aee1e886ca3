/**
 * Our own format: what a recording was compiled to, JSON lines, written and read a line at a time.
 *
 * `{"breakwaterTrace": "sessions" | "turns", "schemaVersion": 1, "blockTokens": 64}` comes first.
 * Of sessions there follow, ids being counted in the order of lines:
 * `{"shared": [parent, from, to]}` a chain that all sessions have in common;
 * `{"session": [chains, rows]}` and then so many of
 * `{"chain": [parent, from, to]}` (depths in blocks, parent -1 for a root) and of
 * `{"row": [input, output, promptChain, promptBlocks, fullChain, fullBlocks, delayNs, [rows]]}`
 * with the rows of the session that must complete first;
 * `{"start": [ns, session]}` when one began, in order of time, if that was recorded.
 * Of turns that share nothing: `{"turn": [ns, input, output]}`, in order of time.
 * `{"end": n}` is last, with the number of lines before it: a file without it was cut.
 */
import { LineFault, quoted } from "../diagnostics.ts";
import type { TurnRecord } from "../records.ts";
import type { ChainSpec, RowSpec } from "../templates/template-builder.ts";
import type { LineFormat, LineParser } from "./format.ts";
import { fieldOf, fieldsOf, jsonAmount, jsonCount, jsonList } from "./json-line.ts";
import type { JsonFields, JsonValue } from "./json-line.ts";
import { TimeOrder } from "./time-order.ts";

export const BREAKWATER_TRACE_VERSION = 1;

export type BreakwaterEntry =
  | { readonly kind: "header"; readonly holds: "sessions" | "turns"; readonly blockTokens: number }
  | { readonly kind: "shared" | "chain"; readonly chain: ChainSpec }
  | { readonly kind: "session"; readonly chains: number; readonly rows: number }
  | { readonly kind: "row"; readonly row: RowSpec }
  | { readonly kind: "start"; readonly atNs: number; readonly template: number }
  | { readonly kind: "turn"; readonly turn: TurnRecord }
  | { readonly kind: "end" };

export const breakwaterFormat: LineFormat<BreakwaterEntry> = {
  name: "breakwater",
  open: () => new BreakwaterParser(),
};

class BreakwaterParser implements LineParser<BreakwaterEntry> {
  #lines = 0;
  #ended = false;
  #holds: "sessions" | "turns" = "sessions";
  readonly #order = new TimeOrder(1);
  readonly #counts = { chains: 0, sessions: 0, openChains: 0, openRows: 0, rows: 0 };

  parse(text: string): BreakwaterEntry {
    const fields = fieldsOf(text);
    if (this.#lines === 0) {
      const header = headerIn(text, fields);
      this.#holds = header.holds;
      this.#lines = 1;
      return header;
    }
    const entry = this.#entryIn(text, fields);
    this.#lines += 1;
    return entry;
  }

  finish(): void {
    if (this.#ended) return;
    const expected = 'a last line {"end": …}: the file was cut, or is still being written';
    throw new LineFault({ code: "TRC016", found: `the end after ${this.#lines} lines`, expected });
  }

  #entryIn(text: string, fields: JsonFields): BreakwaterEntry {
    const [name] = Object.keys(fields);
    const field = fieldOf(text, fields, name ?? "");
    const { openChains, openRows } = this.#counts;
    const within = openChains > 0 ? "chain" : openRows > 0 ? "row" : null;
    if (within !== null && name !== within) {
      throw contradiction(field, `a line of ${name}`, `a line of ${within}`);
    }
    if (this.#ended) throw contradiction(field, quoted(text), "nothing behind the end");
    if (name === "end") return this.#end(field);
    if ((name === "turn") !== (this.#holds === "turns")) {
      throw contradiction(field, `a line of ${name}`, `what belongs to ${this.#holds}`);
    }
    const cells = new Cells(field);
    if (name === "shared") return { kind: "shared", chain: this.#chain(cells) };
    if (name === "session") return this.#session(cells);
    if (name === "chain" && within === name) return { kind: name, chain: this.#ownChain(cells) };
    if (name === "row" && within === name) return { kind: name, row: this.#row(cells) };
    if (name === "start") return this.#start(cells);
    if (name === "turn") return { kind: "turn", turn: this.#turn(cells) };
    throw contradiction(field, quoted(text), "shared, session, chain, row, start, turn or end");
  }

  #end(field: JsonValue): BreakwaterEntry {
    const expected = jsonCount(field);
    if (expected !== this.#lines) {
      throw contradiction(field, `${this.#lines} lines before the end`, String(expected));
    }
    this.#ended = true;
    return { kind: "end" };
  }

  #chain(cells: Cells): ChainSpec {
    const { chains } = this.#counts;
    const parent = cells.index(0, chains);
    const from = cells.count(1);
    const to = cells.count(2);
    if (to < from || (parent < 0 && from > 0)) {
      throw contradiction(cells.field, `a chain from ${from} to ${to}`, "from <= to, 0 for a root");
    }
    this.#counts.chains += 1;
    return { parent, from, to };
  }

  #ownChain(cells: Cells): ChainSpec {
    const chain = this.#chain(cells);
    this.#counts.openChains -= 1;
    return chain;
  }

  #session(cells: Cells): BreakwaterEntry {
    const chains = cells.count(0);
    const rows = cells.count(1);
    if (rows === 0) throw contradiction(cells.field, "a session without rows", "at least 1");
    this.#counts.openChains = chains;
    this.#counts.openRows = rows;
    this.#counts.rows = rows;
    this.#counts.sessions += 1;
    return { kind: "session", chains, rows };
  }

  #row(cells: Cells): RowSpec {
    const { chains, rows, openRows } = this.#counts;
    const predecessors = cells.list(7).map((value) => {
      const name = `${cells.field.name}[7]`;
      return cells.below(jsonCount({ value, name, at: cells.field.at }), rows);
    });
    const row = {
      inputTokens: Math.max(1, cells.count(0)),
      outputTokens: Math.max(1, cells.count(1)),
      promptChain: cells.index(2, chains),
      promptBlocks: cells.count(3),
      fullChain: cells.index(4, chains),
      fullBlocks: cells.count(5),
      delayNs: cells.amount(6),
      predecessors,
    };
    if (row.fullBlocks < row.promptBlocks || predecessors.includes(rows - openRows)) {
      throw contradiction(cells.field, "a row that contradicts itself", "prompt <= full blocks");
    }
    this.#counts.openRows -= 1;
    return row;
  }

  #start(cells: Cells): BreakwaterEntry {
    const template = cells.below(cells.count(1), this.#counts.sessions);
    return { kind: "start", atNs: this.#order.next(cells.amount(0), "ns"), template };
  }

  #turn(cells: Cells): TurnRecord {
    const inputTokens = cells.count(1);
    const outputTokens = cells.count(2);
    const atNs = this.#order.next(cells.amount(0), "ns");
    return { atNs, inputTokens, outputTokens, hashIds: null };
  }
}

type Header = Extract<BreakwaterEntry, { readonly kind: "header" }>;

function headerIn(text: string, fields: JsonFields): Header {
  const holds = fields["breakwaterTrace"];
  if (holds !== "sessions" && holds !== "turns") {
    const expected = 'a header {"breakwaterTrace": "sessions" | "turns", …}';
    throw new LineFault({ code: "TRC007", found: quoted(text), expected });
  }
  const version = fieldOf(text, fields, "schemaVersion");
  if (version.value !== BREAKWATER_TRACE_VERSION) {
    const found = `schemaVersion ${JSON.stringify(version.value) ?? "missing"}`;
    const expected = `${BREAKWATER_TRACE_VERSION}; import the recording again with this version`;
    throw new LineFault({ code: "TRC015", at: version.at, found, expected });
  }
  const blockTokens = jsonCount(fieldOf(text, fields, "blockTokens"));
  if (blockTokens > 0) return { kind: "header", holds, blockTokens };
  throw new LineFault({ code: "TRC013", found: "blocks of 0 tokens", expected: "at least 1" });
}

const contradiction = ({ at }: JsonValue, found: string, expected: string): LineFault =>
  new LineFault({ code: "TRC013", at, found, expected });

/** The list that a line holds, value by value. */
class Cells {
  readonly field: JsonValue;
  readonly #values: readonly unknown[];

  constructor(field: JsonValue) {
    this.field = field;
    this.#values = jsonList(field);
  }

  #value(column: number): JsonValue {
    const { name, at } = this.field;
    return { value: this.#values[column], name: `${name}[${column}]`, at };
  }

  amount(column: number): number {
    return jsonAmount(this.#value(column));
  }

  count(column: number): number {
    return jsonCount(this.#value(column));
  }

  list(column: number): readonly unknown[] {
    return jsonList(this.#value(column));
  }

  /** @returns an id that came before, or -1 */
  index(column: number, bound: number): number {
    return this.#values[column] === -1 ? -1 : this.below(this.count(column), bound);
  }

  below(value: number, bound: number): number {
    if (value < bound) return value;
    throw contradiction(this.field, `id ${value} in ${this.field.name}`, `an id below ${bound}`);
  }
}
