/** Word 0 of a record that is free. */
export const FREE_RECORD = -1;

/**
 * Records of `stride` 32-bit words in one growing array: arrays of structures, because a visit then
 * costs one cache line. A record is named by its offset into `words`. `take` may replace `words`:
 * read it again afterwards.
 */
export class RecordPool {
  words: Int32Array;
  /** Offset behind the last record that was ever taken. */
  end = 0;
  readonly stride: number;
  private freed = -1;

  constructor(stride: number, records = 256) {
    this.stride = stride;
    this.words = new Int32Array(stride * records);
  }

  /** @returns the offset of a record whose words hold anything. */
  take(): number {
    const freed = this.freed;
    if (freed >= 0) {
      this.freed = this.words[freed + 1]!;
      return freed;
    }
    const record = this.end;
    this.end += this.stride;
    if (this.end > this.words.length) this.words = grown(this.words, this.end);
    return record;
  }

  give(record: number): void {
    this.words[record] = FREE_RECORD;
    this.words[record + 1] = this.freed;
    this.freed = record;
  }
}

/** @returns a copy of at least `length` words, twice as long as `words`; the new ones are 0. */
export function grown(words: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(Math.max(2 * words.length, length));
  copy.set(words);
  return copy;
}
