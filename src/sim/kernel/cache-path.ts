import { ABOVE, CHAIN, END, FROM, type Holdings, PIN_END } from "./holdings.ts";
import { grown } from "./record-pool.ts";

/** Words of a step of the path. */
export const STEP_CHAIN = 0;
/** Depth at which the path leaves the chain, or ends. */
export const STEP_LIMIT = 1;
/** What the replica holds of the chain, or -1. */
export const STEP_HOLDING = 2;
export const STEP_STRIDE = 4;

/** The chains of one prefix on one replica, deepest first; refilled by every look-up. */
export class CachePath {
  words = new Int32Array(16 * STEP_STRIDE);
  /** Words in use. */
  length = 0;
  /** Words of the leading steps of which no block is resident. */
  missing = 0;
  /** Leading blocks of the prefix that are resident. */
  found = 0;
  /** Blocks of the prefix that no running turn pins. */
  unpinned = 0;
  private readonly holdings: Holdings;

  constructor(holdings: Holdings) {
    this.holdings = holdings;
  }

  /** Looks the first `blocks` blocks of the path that ends in `lastChain` up. */
  find(replica: number, lastChain: number, blocks: number): void {
    const { chains } = this.holdings;
    const words = this.holdings.pool.words;
    this.start();
    let limit = blocks;
    for (let chain = lastChain; chain >= 0; ) {
      const from = chains.from(chain);
      if (from < limit) {
        const holding = this.holdings.find(chain, replica);
        if (holding >= 0 && words[holding | END]! > from) {
          this.climb(holding, limit);
          return;
        }
        this.add(chain, limit, holding);
        this.missing = this.length;
        this.unpinned += limit - from;
        limit = from;
      }
      chain = chains.parent(chain);
    }
  }

  /**
   * The same from a holding whose blocks are resident up to where the path leaves its chain, or
   * further. @returns false, and does nothing, if the path does not end in that chain
   */
  findFrom(holding: number, lastChain: number, blocks: number): boolean {
    const { words } = this.holdings.pool;
    if (holding < 0 || words[holding | CHAIN] !== lastChain) return false;
    if (words[holding | FROM]! >= blocks) return false;
    this.start();
    this.climb(holding, blocks);
    return true;
  }

  private start(): void {
    this.length = 0;
    this.missing = 0;
    this.found = 0;
    this.unpinned = 0;
  }

  /** What is above a resident block is resident too: no more look-ups. */
  private climb(deepest: number, deepestLimit: number): void {
    const { words } = this.holdings.pool;
    let limit = deepestLimit;
    this.found = Math.min(words[deepest | END]!, limit);
    for (let holding = deepest; holding >= 0; holding = words[holding | ABOVE]!) {
      this.add(words[holding | CHAIN]!, limit, holding);
      const pinEnd = words[holding | PIN_END]!;
      if (pinEnd < limit) this.unpinned += limit - pinEnd;
      limit = words[holding | FROM]!;
    }
  }

  private add(chain: number, limit: number, holding: number): void {
    const at = this.length;
    this.length = at + STEP_STRIDE;
    if (this.length > this.words.length) this.words = grown(this.words, this.length);
    this.words[at | STEP_CHAIN] = chain;
    this.words[at | STEP_LIMIT] = limit;
    this.words[at | STEP_HOLDING] = holding;
  }
}
