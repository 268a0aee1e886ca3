/** Hits by size of the cache, from the places in the stack at which blocks were found. */
const FIRST_LENGTH = 1_024;

export class SizeCurve {
  readonly #maxBlocks: number;
  /** Differences: hits that a cache of so many blocks has beyond one of a block less, summed. */
  #steps = new Float64Array(FIRST_LENGTH);
  #last = 0;

  constructor(maxBlocks: number) {
    this.#maxBlocks = maxBlocks;
  }

  /** Blocks found one behind the other, the first with `above` blocks above it in the stack. */
  add(above: number, blocks: number): void {
    if (above >= this.#maxBlocks) return;
    const end = Math.min(above + blocks, this.#maxBlocks);
    if (end + 1 >= this.#steps.length) this.#grow(end + 2);
    this.#steps[above + 1] = (this.#steps[above + 1] ?? 0) + 1;
    this.#steps[end + 1] = (this.#steps[end + 1] ?? 0) - 1;
    this.#last = Math.max(this.#last, end);
  }

  #grow(least: number): void {
    const length = Math.max(least, Math.min(2 * this.#steps.length, this.#maxBlocks + 2));
    const steps = new Float64Array(length);
    steps.set(this.#steps);
    this.#steps = steps;
  }

  /** @returns per size in blocks, from 0, the blocks that an LRU cache of that size has */
  hits(): Float64Array {
    const hits = new Float64Array(this.#last + 1);
    let found = 0;
    let sum = 0;
    for (let size = 1; size <= this.#last; size += 1) {
      found += this.#steps[size] ?? 0;
      sum += found;
      hits[size] = sum;
    }
    return hits;
  }
}
