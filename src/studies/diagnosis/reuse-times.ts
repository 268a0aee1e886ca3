/**
 * Hit rate against the time for which a cache keeps what nobody uses: every reuse found by a cache
 * that keeps blocks for that long. Bins a hundredth wide, so that memory does not grow with turns.
 */

/** Neighbouring bins differ by 1 %. */
const LOG_GROWTH = Math.log(1.01);
/** Shorter times are one bin: nothing that keeps a cache is as fast. */
const LEAST_MS = 1;

export class ReuseTimes {
  readonly #blocks = new Map<number, number>();

  /** @param idleMs from the end of the turn that used the blocks to the arrival of the next */
  add(idleMs: number, blocks: number): void {
    const bin = binOf(idleMs);
    this.#blocks.set(bin, (this.#blocks.get(bin) ?? 0) + blocks);
  }

  /** @returns blocks that were idle for no longer than that, with those of the same bin */
  within(idleMs: number): number {
    const last = binOf(idleMs);
    let sum = 0;
    for (const [bin, blocks] of this.#blocks) if (bin <= last) sum += blocks;
    return sum;
  }

  /** @returns the shortest time within which so many are reused, ms; Infinity for more than all */
  whereReused(blocks: number): number {
    let left = blocks;
    for (const [bin, found] of [...this.#blocks].toSorted(([a], [b]) => a - b)) {
      left -= found;
      if (left <= 0) return LEAST_MS * Math.exp((bin + 1) * LOG_GROWTH);
    }
    return Number.POSITIVE_INFINITY;
  }
}

const binOf = (idleMs: number): number =>
  Math.floor(Math.log(Math.max(LEAST_MS, idleMs) / LEAST_MS) / LOG_GROWTH);
