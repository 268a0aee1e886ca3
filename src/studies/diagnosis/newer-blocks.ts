/**
 * How many blocks were used after an instant: sums over slots of time, in levels of 32 each. Few
 * places are written and neighbours read, which at a million slots is faster than a Fenwick tree.
 */
const SHIFT = 5;
const WIDTH = 1 << SHIFT;

export class NewerBlocks {
  readonly size: number;
  /** The first is of slots; an entry of the next sums 32 of the one before. */
  readonly #levels: readonly Int32Array[];
  #total = 0;

  /** @param size slots; each stands for one turn */
  constructor(size: number) {
    this.size = size;
    const levels = [new Int32Array(size)];
    for (let length = size; length > WIDTH; ) {
      length = Math.ceil(length / WIDTH);
      levels.push(new Int32Array(length));
    }
    this.#levels = levels;
  }

  get total(): number {
    return this.#total;
  }

  /** @returns blocks that were last used in the slot */
  at(slot: number): number {
    return this.#levels[0]?.[slot] ?? 0;
  }

  add(slot: number, blocks: number): void {
    this.#total += blocks;
    let place = slot;
    for (const level of this.#levels) {
      level[place] = (level[place] ?? 0) + blocks;
      place >>= SHIFT;
    }
  }

  /** @returns blocks that were last used in later slots */
  after(slot: number): number {
    let sum = 0;
    let place = slot;
    for (const level of this.#levels) {
      const end = Math.min(((place >> SHIFT) + 1) << SHIFT, level.length);
      for (let later = place + 1; later < end; later += 1) sum += level[later] ?? 0;
      place >>= SHIFT;
    }
    return sum;
  }
}
