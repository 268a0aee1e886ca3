/** Small templates of one session, in blocks of four tokens, written down row by row. */
import type { TurnTemplates } from "../../src/traces/turn-templates.ts";

const BLOCK_TOKENS = 4;

interface ChainEntry {
  readonly parent: number;
  readonly from: number;
  readonly to: number;
  readonly shared: boolean;
}

interface RowEntry {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly fullChain: number;
  /** Default: at once, or after what it waits for. */
  readonly delayNs?: number;
  /** Rows that wait for this one. */
  readonly successors?: readonly number[];
}

/** Rows without predecessors must come first. */
export function chainTemplates({
  chains,
  rows,
}: {
  readonly chains: readonly ChainEntry[];
  readonly rows: readonly RowEntry[];
}): TurnTemplates {
  const waits = rows.map(
    (_, row) => rows.filter(({ successors = [] }) => successors.includes(row)).length,
  );
  const starts = [0];
  for (const { successors = [] } of rows) starts.push((starts.at(-1) ?? 0) + successors.length);
  const blocks = (tokens: number): number => Math.floor(tokens / BLOCK_TOKENS);
  return {
    blockTokens: BLOCK_TOKENS,
    chains: {
      parent: Int32Array.from(chains, ({ parent }) => parent),
      from: Int32Array.from(chains, ({ from }) => from),
      to: Int32Array.from(chains, ({ to }) => to),
      shared: Uint8Array.from(chains, ({ shared }) => (shared ? 1 : 0)),
    },
    rows: {
      inputTokens: Int32Array.from(rows, ({ inputTokens }) => inputTokens),
      outputTokens: Int32Array.from(rows, ({ outputTokens }) => outputTokens),
      promptChain: Int32Array.from(rows, ({ fullChain }) => fullChain),
      promptBlocks: Int32Array.from(rows, ({ inputTokens }) => blocks(inputTokens)),
      fullChain: Int32Array.from(rows, ({ fullChain }) => fullChain),
      fullBlocks: Int32Array.from(rows, (row) => blocks(row.inputTokens + row.outputTokens)),
      delayNs: Float64Array.from(rows, ({ delayNs = 0 }) => delayNs),
      joins: Int32Array.from(waits),
      successorStart: Int32Array.from(starts),
      successors: Int32Array.from(rows.flatMap(({ successors = [] }) => successors)),
    },
    sessions: {
      firstRow: Int32Array.of(0),
      rowCount: Int32Array.of(rows.length),
      rootRows: Int32Array.of(waits.filter((count) => count === 0).length),
      firstChain: Int32Array.of(chains.filter(({ shared }) => shared).length),
      chainCount: Int32Array.of(chains.filter(({ shared }) => !shared).length),
    },
  };
}
