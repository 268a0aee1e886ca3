/** Words of an entry: its place in the order of scheduling, what for, and of what kind. */
const ORDER = 0;
const SUBJECT = 1;
const KIND = 2;
const SHIFT = 2;

/** Where the root is: children of the node at p are then 4p - 8 ... 4p - 5, aligned to four. */
const ROOT = 3;

/**
 * What will arrive: rows of sessions, tries sent again, transfers; by time, then by order. A 4-ary
 * heap of times and entries' numbers, so that a level costs one cache line; entries stay in place.
 */
export class ArrivalHeap {
  private times = new Float64Array(256);
  private entries = new Int32Array(256);
  private words = new Float64Array(256 << SHIFT);
  /** Behind the last node, and behind the last entry that was ever used. */
  private end = ROOT;
  private entriesEnd = 0;
  private freed = -1;

  constructor() {
    this.times[ROOT] = Infinity;
  }

  /** @returns when the first arrives; Infinity when nothing is scheduled. */
  nextNs(): number {
    return this.times[ROOT]!;
  }

  /** Subject and kind of the first; only when there is one. */
  subject(): number {
    return this.words[(this.entries[ROOT]! << SHIFT) + SUBJECT]!;
  }

  kind(): number {
    return this.words[(this.entries[ROOT]! << SHIFT) + KIND]!;
  }

  push(timeNs: number, order: number, subject: number, kind: number): void {
    const entry = this.take();
    this.words[(entry << SHIFT) + ORDER] = order;
    this.words[(entry << SHIFT) + SUBJECT] = subject;
    this.words[(entry << SHIFT) + KIND] = kind;
    if (this.end === this.times.length) this.grow();
    const { times, entries } = this;
    let hole = this.end++;
    while (hole > ROOT) {
      const parent = (hole + 8) >> 2;
      const parentNs = times[parent]!;
      if (parentNs < timeNs || (parentNs === timeNs && this.orderAt(parent) < order)) break;
      times[hole] = parentNs;
      entries[hole] = entries[parent]!;
      hole = parent;
    }
    times[hole] = timeNs;
    entries[hole] = entry;
  }

  /** Takes out the first. */
  pop(): void {
    const { times, entries } = this;
    const entry = entries[ROOT]!;
    this.words[entry << SHIFT] = this.freed;
    this.freed = entry;
    const last = --this.end;
    if (last === ROOT) times[ROOT] = Infinity;
    else this.sink(times[last]!, entries[last]!);
  }

  /** Puts an entry that was behind the end where it belongs, from the root down. */
  private sink(timeNs: number, entry: number): void {
    const { times, entries, end } = this;
    let hole = ROOT;
    for (;;) {
      let child = 4 * hole - 8;
      if (child >= end) break;
      let childNs = times[child]!;
      const stop = child + 4 < end ? child + 4 : end;
      for (let other = child + 1; other < stop; other++) {
        const otherNs = times[other]!;
        if (otherNs > childNs) continue;
        if (otherNs === childNs && this.orderAt(other) > this.orderAt(child)) continue;
        child = other;
        childNs = otherNs;
      }
      if (timeNs < childNs) break;
      if (timeNs === childNs && this.orderOf(entry) < this.orderAt(child)) break;
      times[hole] = childNs;
      entries[hole] = entries[child]!;
      hole = child;
    }
    times[hole] = timeNs;
    entries[hole] = entry;
  }

  private orderAt(node: number): number {
    return this.orderOf(this.entries[node]!);
  }

  private orderOf(entry: number): number {
    return this.words[(entry << SHIFT) + ORDER]!;
  }

  private take(): number {
    const entry = this.freed;
    if (entry >= 0) {
      this.freed = this.words[entry << SHIFT]!;
      return entry;
    }
    if (this.entriesEnd << SHIFT === this.words.length) {
      const words = new Float64Array(2 * this.words.length);
      words.set(this.words);
      this.words = words;
    }
    return this.entriesEnd++;
  }

  private grow(): void {
    const times = new Float64Array(2 * this.times.length);
    const entries = new Int32Array(times.length);
    times.set(this.times);
    entries.set(this.entries);
    this.times = times;
    this.entries = entries;
  }
}
