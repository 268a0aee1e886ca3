/** A cache that all replicas share: a map from block to last use; docs/simulator.md, "Caches". */

interface Stored {
  readonly depth: number;
  /** Number of the look-up or the write that used it last. */
  used: number;
}

export class NaiveStore {
  private readonly stored = new Map<string, Stored>();
  private readonly blocks: number;
  private uses = 0;

  /** @param blocks that fit */
  constructor(blocks: number) {
    this.blocks = blocks;
  }

  /** @returns how many leading blocks it has; they are used now */
  fetch(blocks: readonly string[]): number {
    const missing = blocks.findIndex((block) => !this.stored.has(block));
    const found = missing < 0 ? blocks.length : missing;
    this.use(blocks.slice(0, found));
    return found;
  }

  /** Drops what was used longest ago, of one use the deepest, if there is too much. */
  write(blocks: readonly string[]): void {
    this.use(blocks);
    const oldest = [...this.stored].toSorted(
      ([, a], [, b]) => a.used - b.used || b.depth - a.depth,
    );
    for (const [block] of oldest.slice(0, Math.max(0, this.stored.size - this.blocks))) {
      this.stored.delete(block);
    }
  }

  private use(blocks: readonly string[]): void {
    this.uses += 1;
    blocks.forEach((block, depth) => this.stored.set(block, { depth, used: this.uses }));
  }
}
