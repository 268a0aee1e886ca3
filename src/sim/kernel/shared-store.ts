import type { Chains } from "./chain-registry.ts";
import { Extents, HOLDING, NEWER } from "./extents.ts";
import { CHAIN, END, FROM, PIN_END, REPLICA, SHALLOWEST } from "./holdings.ts";
import { grown, RecordPool } from "./record-pool.ts";

/** What the store has of a chain has the words of a holding that nobody pins. */
const STRIDE = 16;

/**
 * One cache behind those of all replicas, which outlives them: a pool that engines write what they
 * keep through to when a turn leaves them, and fetch from what they miss (LMCache, Mooncake's store
 * under vLLM, HiCache with `write_through`). A look-up and a write are both a use of the prefix
 * from its first block on; when it is full, it drops what was used longest ago, of one use the
 * deepest.
 */
export class SharedStore {
  readonly extents = new Extents();
  readonly pool = new RecordPool(STRIDE, 256);
  /** The order of use begins and ends here. */
  readonly anchor: number;
  readonly chains: Chains;
  readonly blocks: number;
  /** Blocks that it has. */
  used = 0;
  /** By chain: what the store has of it + 1; 0: nothing. */
  private entries = new Int32Array(1_024);

  /** @param blocks capacity of the store */
  constructor(chains: Chains, blocks: number) {
    this.chains = chains;
    this.blocks = blocks;
    this.anchor = this.extents.anchor();
  }

  /** @returns what it has of a chain, or -1. */
  find(chain: number): number {
    return chain < this.entries.length ? this.entries[chain]! - 1 : -1;
  }

  /** Looks a prefix up. @returns its leading blocks that the store has */
  fetch(chain: number, blocks: number): number {
    const { chains } = this;
    let found = 0;
    let limit = blocks;
    for (let above = chain; above >= 0; above = chains.parent(above)) {
      const from = chains.from(above);
      if (from >= limit) continue;
      const entry = this.find(above);
      if (entry >= 0) {
        const end = Math.min(this.pool.words[entry + END]!, limit);
        if (found === 0) found = end;
        this.use(entry, end);
      }
      limit = from;
    }
    return found;
  }

  /** A replica writes a prefix: what the store has of it already is used, the rest comes. */
  write(chain: number, blocks: number): void {
    const { chains } = this;
    let limit = blocks;
    for (let above = chain; above >= 0; above = chains.parent(above)) {
      const from = chains.from(above);
      if (from >= limit) continue;
      const held = this.find(above);
      const entry = held >= 0 ? held : this.add(above, from);
      const end = this.pool.words[entry + END]!;
      if (end < limit) {
        this.pool.words[entry + END] = limit;
        this.used += limit - end;
      }
      this.use(entry, limit);
      limit = from;
    }
    this.trim();
  }

  /** Blocks of an entry before `depth` are now the most recent ones. */
  private use(entry: number, depth: number): void {
    const { words } = this.pool;
    this.extents.cover(words, entry, depth);
    this.extents.push(words, entry, depth, this.anchor);
  }

  /** Drops what was used longest ago until the rest fits. */
  private trim(): void {
    const { extents } = this;
    while (this.used > this.blocks) {
      const oldest = extents.pool.words[this.anchor + NEWER]!;
      const entry = extents.pool.words[oldest + HOLDING]!;
      const { words } = this.pool;
      this.used -= extents.trim(words, oldest, this.used - this.blocks);
      if (words[entry + END] === words[entry + FROM]) this.drop(entry);
    }
  }

  /** @returns an entry without blocks. */
  private add(chain: number, from: number): number {
    const entry = this.pool.take();
    const { words } = this.pool;
    words[entry + REPLICA] = 0;
    words[entry + CHAIN] = chain;
    words[entry + FROM] = from;
    words[entry + END] = from;
    words[entry + SHALLOWEST] = -1;
    words[entry + PIN_END] = from;
    if (chain >= this.entries.length) this.entries = grown(this.entries, chain + 1);
    this.entries[chain] = entry + 1;
    this.chains.retain(chain);
    return entry;
  }

  private drop(entry: number): void {
    const chain = this.pool.words[entry + CHAIN]!;
    this.entries[chain] = 0;
    this.pool.give(entry);
    this.chains.release(chain);
  }
}
