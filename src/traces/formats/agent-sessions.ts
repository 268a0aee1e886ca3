/**
 * Coding-agent sessions, reduced from callanjfox/kv-cache-tester: one session a line,
 * `{"id", "block", "tool", "system", "r": [row…]}` with rows
 * `[t_ms, input, output, prefix_row, shared_blocks, blocks, service_ms, think_ms, stop, agent]`;
 * -1 stands for no prefix row, and for times that were not recorded.
 */
import { LineFault } from "../diagnostics.ts";
import type { SessionRecord, SessionRow } from "../records.ts";
import type { LineFormat } from "./format.ts";
import { fieldOf, fieldsOf, jsonCount, jsonList } from "./json-line.ts";
import { TimeOrder } from "./time-order.ts";

export const agentSessionsFormat: LineFormat<SessionRecord> = {
  name: "agent-sessions",
  open: () => ({ parse: sessionIn }),
};

function sessionIn(text: string): SessionRecord {
  const fields = fieldsOf(text);
  const count = (name: string): number => jsonCount(fieldOf(text, fields, name));
  const blockTokens = count("block");
  const list = fieldOf(text, fields, "r");
  const order = new TimeOrder();
  const rows = jsonList(list).map((value, index) => {
    const name = `r[${index}]`;
    const cells = jsonList({ value, name, at: list.at });
    return rowIn({ cells, name, at: list.at, index }, order);
  });
  if (blockTokens === 0 || rows.length === 0) {
    const found = blockTokens === 0 ? "blocks of 0 tokens" : "a session without rows";
    throw new LineFault({ code: "TRC013", at: list.at, found, expected: "at least 1" });
  }
  const session = {
    id: typeof fields["id"] === "string" ? fields["id"] : "",
    blockTokens,
    toolTokens: count("tool"),
    systemTokens: count("system"),
    rows,
  };
  checkPrefixes(session, list.at);
  return session;
}

interface RowCells {
  readonly cells: readonly unknown[];
  readonly name: string;
  readonly at: number;
  readonly index: number;
}

const COLUMNS = 10;

function rowIn({ cells, name, at, index }: RowCells, order: TimeOrder): SessionRow {
  if (cells.length !== COLUMNS) {
    const found = `${cells.length} values in ${name}`;
    throw new LineFault({ code: "TRC009", at, found, expected: String(COLUMNS) });
  }
  const count = (column: number): number =>
    jsonCount({ value: cells[column], name: `${name}[${column}]`, at });
  const orNull = (column: number): number | null => (cells[column] === -1 ? null : count(column));
  const prefixRow = cells[3] === -1 ? -1 : count(3);
  if (prefixRow >= index) {
    const found = `row ${prefixRow} as the prefix of ${name}`;
    throw new LineFault({ code: "TRC013", at, found, expected: "an earlier row, or -1" });
  }
  return {
    inputTokens: count(1),
    outputTokens: count(2),
    prefixRow,
    sharedBlocks: count(4),
    promptBlocks: count(5),
    serviceMs: orNull(6),
    thinkMs: orNull(7),
    agent: count(9),
    atMs: order.next(count(0), `ms in ${name}`, at),
  };
}

/** A prompt cannot have more in common with another than either has. */
function checkPrefixes({ rows, blockTokens }: SessionRecord, at: number): void {
  for (const [index, row] of rows.entries()) {
    const prefix = rows[row.prefixRow];
    const most = Math.min(prefix?.promptBlocks ?? 0, row.promptBlocks);
    if (row.sharedBlocks > most) {
      const found = `${row.sharedBlocks} shared blocks in r[${index}]`;
      throw new LineFault({ code: "TRC013", at, found, expected: `at most ${most}` });
    }
    const whole = Math.floor(row.inputTokens / blockTokens);
    if (row.promptBlocks !== whole && row.promptBlocks !== whole + 1) {
      const found = `${row.promptBlocks} blocks in r[${index}]`;
      throw new LineFault({ code: "TRC013", at, found, expected: `${whole}` });
    }
  }
}
