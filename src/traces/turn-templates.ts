/**
 * What traffic is stamped from: turns with their lengths, order and prefixes, as static tables.
 * A *session* is one run through a template; every run has prefixes of its own, except for chains
 * that are shared. A *chain* is a run of blocks with one identity; it leaves its parent chain at a
 * depth. A prefix is (chain, blocks): the first blocks of the path that ends in that chain.
 */

/** One entry a chain, in the order of their static ids; a parent comes before its children. */
export interface ChainTable {
  /** Static id of the parent, or -1 for a root. */
  readonly parent: Int32Array;
  /** Depth, in blocks from the root, at which the chain leaves its parent: its first block. */
  readonly from: Int32Array;
  /** Depth at which the longest prefix on the chain ends, outputs included. */
  readonly to: Int32Array;
  /** 1 where every session has the same blocks (tools, system prompt); parents are shared too. */
  readonly shared: Uint8Array;
}

/** One entry a turn. */
export interface RowTable {
  readonly inputTokens: Int32Array;
  /** At least 1: the first token is an output token. */
  readonly outputTokens: Int32Array;
  /** Static id of the chain in which the prompt ends, and how many whole blocks the prompt has. */
  readonly promptChain: Int32Array;
  readonly promptBlocks: Int32Array;
  /** The same once the output is appended; `fullBlocks` >= `promptBlocks`. */
  readonly fullChain: Int32Array;
  readonly fullBlocks: Int32Array;
  /**
   * A turn without predecessors (`joins` 0) arrives `delayNs` after its session starts; any other
   * `delayNs` after the last of its predecessors completed.
   */
  readonly delayNs: Float64Array;
  readonly joins: Int32Array;
  /** `successors[successorStart[row] .. successorStart[row + 1])`: rows of this table. */
  readonly successorStart: Int32Array;
  readonly successors: Int32Array;
}

/** One entry a template; its rows and chains are contiguous. */
export interface SessionTable {
  /** Rows without predecessors come first in a session, ordered by `delayNs`. */
  readonly firstRow: Int32Array;
  readonly rowCount: Int32Array;
  readonly rootRows: Int32Array;
  /** Own chains of the session; shared chains lie outside every such range. */
  readonly firstChain: Int32Array;
  readonly chainCount: Int32Array;
}

export interface TurnTemplates {
  /** Tokens of a block. Lengths of prefixes are in whole blocks. */
  readonly blockTokens: number;
  readonly chains: ChainTable;
  readonly rows: RowTable;
  readonly sessions: SessionTable;
}

/**
 * Where `next` puts the next session; fields keep their value until the next call.
 *
 * A recording of millions of turns that share nothing has no table of them. It is one *anonymous*
 * template, of a single row on a single chain of its own, and every start says how long its turn
 * is: `inputTokens` and `outputTokens` then stand for those of the row, whole blocks of input for
 * its `promptBlocks`, and whole blocks of both for its `fullBlocks`.
 */
export interface SessionStart {
  /** Nanoseconds since the traffic began; never smaller than the one before. */
  atNs: number;
  /** Index into `templates.sessions`. */
  template: number;
  /** Of an anonymous template's turn, at least 1 each; absent or 0: the row's own lengths hold. */
  inputTokens?: number;
  outputTokens?: number;
}

/** Sessions in order of their start. */
export interface SessionSource {
  readonly templates: TurnTemplates;
  /** Fills `start` with the next session. @returns false when there are no more */
  next(start: SessionStart): boolean;
}
