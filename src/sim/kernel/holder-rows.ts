import { grown } from "./record-pool.ts";

/** Word 0 of a row is the first holding of the list (or the next free row); replicas follow. */
const HEAD = 1;

/**
 * Who holds a chain, by replica: for the few chains that many replicas hold, where walking the list
 * of holders would be slow. A row is as wide as there are replica ids.
 */
export class HolderRows {
  /** Holding + 1 of (row, replica) at `row * width + 1 + replica`; 0: none. */
  words = new Int32Array(0);
  width = 64;
  private rows = 0;
  private freed = -1;

  /** @returns the number of an empty row. */
  take(): number {
    const row = this.freed >= 0 ? this.freed : this.rows++;
    if (row === this.freed) this.freed = this.words[row * this.width]!;
    const end = (row + 1) * this.width;
    if (end > this.words.length) this.words = grown(this.words, end);
    this.words.fill(0, row * this.width, end);
    return row;
  }

  give(row: number): void {
    this.words[row * this.width] = this.freed;
    this.freed = row;
  }

  /** @returns the first of the chain's holdings, as it was set. */
  first(row: number): number {
    return this.words[row * this.width]!;
  }

  setFirst(row: number, holding: number): void {
    this.words[row * this.width] = holding;
  }

  /** @returns the holding, or -1. */
  find(row: number, replica: number): number {
    return this.words[row * this.width + HEAD + replica]! - 1;
  }

  set(row: number, replica: number, holding: number): void {
    this.words[row * this.width + HEAD + replica] = holding + 1;
  }

  /** Makes room for `replica` in every row. */
  fit(replica: number): void {
    const { width, words } = this;
    if (replica + HEAD < width) return;
    while (replica + HEAD >= this.width) this.width *= 2;
    this.words = new Int32Array(this.rows * this.width);
    for (let row = 0; row < this.rows; row++) {
      this.words.set(words.subarray(row * width, (row + 1) * width), row * this.width);
    }
  }
}
