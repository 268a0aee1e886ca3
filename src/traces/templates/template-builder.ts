/** Builds the tables of turn templates, a chain and a session at a time. */
import type { TurnTemplates } from "../turn-templates.ts";

export interface ChainSpec {
  /** Static id, or -1. */
  readonly parent: number;
  readonly from: number;
  readonly to: number;
}

export interface RowSpec {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Static ids; -1 where the prefix has no block. */
  readonly promptChain: number;
  readonly promptBlocks: number;
  readonly fullChain: number;
  readonly fullBlocks: number;
  readonly delayNs: number;
  /** Rows of the session, by their place in the list, that must complete first. */
  readonly predecessors: readonly number[];
}

export class TemplateBuilder {
  readonly #blockTokens: number;
  readonly #chains: { parent: number; from: number; to: number; shared: number }[] = [];
  readonly #rows: RowSpec[] = [];
  readonly #successorStart: number[] = [0];
  readonly #successors: number[] = [];
  readonly #sessions: number[][] = [];

  constructor(blockTokens: number) {
    this.#blockTokens = blockTokens;
  }

  /** Static id of the chain that is added next. */
  get nextChain(): number {
    return this.#chains.length;
  }

  /** @returns the static id of a chain that all sessions have in common */
  sharedChain(chain: ChainSpec): number {
    this.#chains.push({ ...chain, shared: 1 });
    return this.#chains.length - 1;
  }

  /**
   * Rows without predecessors are moved to the front, by delay; the order is kept otherwise.
   * @param chains the session's own; their static ids are `nextChain` and up
   * @returns the index of the template
   */
  addSession(chains: readonly ChainSpec[], rows: readonly RowSpec[]): number {
    const firstChain = this.#chains.length;
    for (const chain of chains) this.#chains.push({ ...chain, shared: 0 });
    const order = rootsFirst(rows);
    const firstRow = this.#rows.length;
    for (const row of order) this.#rows.push(row);
    for (const list of successorsOf(rows, order)) {
      for (const successor of list) this.#successors.push(firstRow + successor);
      this.#successorStart.push(this.#successors.length);
    }
    const rootRows = rows.filter(isRoot).length;
    this.#sessions.push([firstRow, rows.length, rootRows, firstChain, chains.length]);
    return this.#sessions.length - 1;
  }

  build(): TurnTemplates {
    const chains = this.#chains;
    return {
      blockTokens: this.#blockTokens,
      chains: {
        parent: Int32Array.from(chains, (chain) => chain.parent),
        from: Int32Array.from(chains, (chain) => chain.from),
        to: Int32Array.from(chains, (chain) => chain.to),
        shared: Uint8Array.from(chains, (chain) => chain.shared),
      },
      rows: this.#rowTable(),
      sessions: {
        firstRow: this.#sessionColumn(0),
        rowCount: this.#sessionColumn(1),
        rootRows: this.#sessionColumn(2),
        firstChain: this.#sessionColumn(3),
        chainCount: this.#sessionColumn(4),
      },
    };
  }

  #rowTable(): TurnTemplates["rows"] {
    const rows = this.#rows;
    return {
      inputTokens: Int32Array.from(rows, (row) => row.inputTokens),
      outputTokens: Int32Array.from(rows, (row) => row.outputTokens),
      promptChain: Int32Array.from(rows, (row) => row.promptChain),
      promptBlocks: Int32Array.from(rows, (row) => row.promptBlocks),
      fullChain: Int32Array.from(rows, (row) => row.fullChain),
      fullBlocks: Int32Array.from(rows, (row) => row.fullBlocks),
      delayNs: Float64Array.from(rows, (row) => row.delayNs),
      joins: Int32Array.from(rows, (row) => row.predecessors.length),
      successorStart: Int32Array.from(this.#successorStart),
      successors: Int32Array.from(this.#successors),
    };
  }

  #sessionColumn(column: number): Int32Array {
    return Int32Array.from(this.#sessions, (session) => session[column] ?? 0);
  }
}

const isRoot = (row: RowSpec): boolean => row.predecessors.length === 0;

function rootsFirst(rows: readonly RowSpec[]): readonly RowSpec[] {
  const roots = rows.filter(isRoot).toSorted((a, b) => a.delayNs - b.delayNs);
  return [...roots, ...rows.filter((row) => !isRoot(row))];
}

/** @returns per row of `order`, the places in `order` of the rows that wait for it */
function successorsOf(
  rows: readonly RowSpec[],
  order: readonly RowSpec[],
): readonly (readonly number[])[] {
  if (rows.every(isRoot)) return order.map(() => []);
  const place = new Map(order.map((row, index) => [row, index]));
  const lists: number[][] = order.map(() => []);
  order.forEach((row, index) => {
    for (const predecessor of row.predecessors) {
      const before = rows[predecessor];
      const at = before === undefined ? undefined : place.get(before);
      if (at === undefined) throw new RangeError(`row ${index} waits for row ${predecessor}`);
      lists[at]?.push(index);
    }
  });
  return lists;
}
