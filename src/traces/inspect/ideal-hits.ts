import type { TurnTemplates } from "../turn-templates.ts";

export interface IdealHits {
  readonly promptTokens: number;
  /** Found by an engine with one cache that forgets nothing. */
  readonly hitTokens: number;
}

/**
 * Every session runs once, one after the other, each in the order of its rows. At least one token
 * of a prompt is computed, and an answer's blocks are found by turns behind it.
 */
export function idealHits(templates: TurnTemplates): IdealHits {
  const { sessions } = templates;
  const cache = new EndlessCache(templates);
  for (let session = 0; session < sessions.firstRow.length; session += 1) {
    const firstRow = sessions.firstRow[session] ?? 0;
    const endRow = firstRow + (sessions.rowCount[session] ?? 0);
    for (let row = firstRow; row < endRow; row += 1) cache.turn(row);
  }
  return cache.found;
}

class EndlessCache {
  readonly #templates: TurnTemplates;
  /** Deepest resident block of each chain. */
  readonly #depth: Int32Array;
  readonly found = { promptTokens: 0, hitTokens: 0 };

  constructor(templates: TurnTemplates) {
    this.#templates = templates;
    this.#depth = new Int32Array(templates.chains.from.length);
  }

  turn(row: number): void {
    const { rows, blockTokens } = this.#templates;
    const tokens = rows.inputTokens[row] ?? 0;
    const chain = rows.promptChain[row] ?? -1;
    const blocks = rows.promptBlocks[row] ?? 0;
    const most = Math.floor((tokens - 1) / blockTokens);
    this.found.promptTokens += tokens;
    this.found.hitTokens += Math.min(this.#resident(chain, blocks), most) * blockTokens;
    this.#insert(chain, blocks);
    this.#insert(rows.fullChain[row] ?? -1, rows.fullBlocks[row] ?? 0);
  }

  /** @returns leading blocks that are there: the deepest chain with any of them decides */
  #resident(chain: number, blocks: number): number {
    const { parent, from } = this.#templates.chains;
    let depth = blocks;
    for (let at = chain; at >= 0; at = parent[at] ?? -1) {
      const there = this.#depth[at] ?? 0;
      if (there > (from[at] ?? 0)) return Math.min(depth, there);
      depth = Math.min(depth, from[at] ?? 0);
    }
    return 0;
  }

  #insert(chain: number, blocks: number): void {
    const { parent, from } = this.#templates.chains;
    let depth = blocks;
    for (let at = chain; at >= 0; at = parent[at] ?? -1) {
      this.#depth[at] = Math.max(this.#depth[at] ?? 0, depth);
      depth = Math.min(depth, from[at] ?? 0);
    }
  }
}
