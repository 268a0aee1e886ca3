/**
 * Which leading blocks of a prompt are still cached: least recently used goes first, over the KV
 * tokens of all replicas together, as a router with perfect prefix affinity would have it.
 */
export class PrefixCache {
  readonly #lastUsed = new Map<number, true>();
  #capacityBlocks: number;

  constructor(capacityBlocks: number) {
    this.#capacityBlocks = capacityBlocks;
  }

  /** Fewer replicas forget at once. */
  resize(capacityBlocks: number): void {
    this.#capacityBlocks = capacityBlocks;
    this.#trim();
  }

  /** @returns how many leading blocks were there; all of them are afterwards. */
  use(blocks: readonly number[]): number {
    const miss = blocks.findIndex((block) => !this.#lastUsed.has(block));
    // Deepest first, so that a prefix never goes before what builds on it.
    for (const block of blocks.toReversed()) {
      this.#lastUsed.delete(block);
      this.#lastUsed.set(block, true);
    }
    this.#trim();
    return miss === -1 ? blocks.length : miss;
  }

  #trim(): void {
    for (const block of this.#lastUsed.keys()) {
      if (this.#lastUsed.size <= this.#capacityBlocks) return;
      this.#lastUsed.delete(block);
    }
  }
}
