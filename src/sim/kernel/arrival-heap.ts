/** Words of an entry: its place in the order of scheduling, and of what kind it is. */
const ORDER = 0;
const KIND = 1;
const ENTRY_SHIFT = 1;

/** Integer words of a node, behind its time: its entry, and what the entry is for. */
const ENTRY = 2;
const SUBJECT = 3;
const NODE_SHIFT = 2;
const TIME_SHIFT = 1;

/** Where the root is: children of the node at p are then 4p - 8 ... 4p - 5, aligned to four. */
const ROOT = 3;

/**
 * What will arrive: rows of sessions, tries sent again, transfers; by time, then by order. A 4-ary
 * heap whose nodes say at once whom they are for, so that a level costs one cache line and whoever
 * pops the first need not wait for its entry; entries stay in place.
 */
export class ArrivalHeap {
  private nodes = new Int32Array(256 << NODE_SHIFT);
  /** The same memory: a node's time is its first two integer words. */
  private times = new Float64Array(this.nodes.buffer);
  private words = new Float64Array(256 << ENTRY_SHIFT);
  /** Behind the last node, and behind the last entry that was ever used. */
  private end = ROOT;
  private entriesEnd = 0;
  private freed = -1;

  constructor() {
    this.times[ROOT << TIME_SHIFT] = Infinity;
  }

  /** @returns when the first arrives; Infinity when nothing is scheduled. */
  nextNs(): number {
    return this.times[ROOT << TIME_SHIFT]!;
  }

  /** Subject and kind of the first; only when there is one. */
  subject(): number {
    return this.nodes[(ROOT << NODE_SHIFT) | SUBJECT]!;
  }

  kind(): number {
    return this.words[(this.nodes[(ROOT << NODE_SHIFT) | ENTRY]! << ENTRY_SHIFT) + KIND]!;
  }

  push(timeNs: number, order: number, subject: number, kind: number): void {
    const entry = this.take();
    this.words[(entry << ENTRY_SHIFT) | ORDER] = order;
    this.words[(entry << ENTRY_SHIFT) | KIND] = kind;
    if (this.end << NODE_SHIFT === this.nodes.length) this.grow();
    const { times } = this;
    let hole = this.end++;
    while (hole > ROOT) {
      const parent = (hole + 8) >> 2;
      const parentNs = times[parent << TIME_SHIFT]!;
      if (parentNs < timeNs || (parentNs === timeNs && this.orderAt(parent) < order)) break;
      this.move(hole, parent);
      hole = parent;
    }
    times[hole << TIME_SHIFT] = timeNs;
    this.nodes[(hole << NODE_SHIFT) | ENTRY] = entry;
    this.nodes[(hole << NODE_SHIFT) | SUBJECT] = subject;
  }

  /** Takes out the first. */
  pop(): void {
    const entry = this.nodes[(ROOT << NODE_SHIFT) | ENTRY]!;
    this.words[entry << ENTRY_SHIFT] = this.freed;
    this.freed = entry;
    const last = --this.end;
    if (last === ROOT) this.times[ROOT << TIME_SHIFT] = Infinity;
    else this.sink(last);
  }

  /** Puts the node behind the end where it belongs, from the root down. */
  private sink(node: number): void {
    const { times, end } = this;
    const timeNs = times[node << TIME_SHIFT]!;
    let hole = ROOT;
    for (;;) {
      let child = 4 * hole - 8;
      if (child >= end) break;
      let childNs = times[child << TIME_SHIFT]!;
      const stop = child + 4 < end ? child + 4 : end;
      for (let other = child + 1; other < stop; other++) {
        const otherNs = times[other << TIME_SHIFT]!;
        if (otherNs > childNs) continue;
        if (otherNs === childNs && this.orderAt(other) > this.orderAt(child)) continue;
        child = other;
        childNs = otherNs;
      }
      if (timeNs < childNs) break;
      if (timeNs === childNs && this.orderAt(node) < this.orderAt(child)) break;
      this.move(hole, child);
      hole = child;
    }
    this.move(hole, node);
  }

  private move(to: number, from: number): void {
    const { nodes, times } = this;
    times[to << TIME_SHIFT] = times[from << TIME_SHIFT]!;
    nodes[(to << NODE_SHIFT) | ENTRY] = nodes[(from << NODE_SHIFT) | ENTRY]!;
    nodes[(to << NODE_SHIFT) | SUBJECT] = nodes[(from << NODE_SHIFT) | SUBJECT]!;
  }

  private orderAt(node: number): number {
    return this.words[this.nodes[(node << NODE_SHIFT) | ENTRY]! << ENTRY_SHIFT]!;
  }

  private take(): number {
    const entry = this.freed;
    if (entry >= 0) {
      this.freed = this.words[entry << ENTRY_SHIFT]!;
      return entry;
    }
    if (this.entriesEnd << ENTRY_SHIFT === this.words.length) {
      const words = new Float64Array(2 * this.words.length);
      words.set(this.words);
      this.words = words;
    }
    return this.entriesEnd++;
  }

  private grow(): void {
    const nodes = new Int32Array(2 * this.nodes.length);
    nodes.set(this.nodes);
    this.nodes = nodes;
    this.times = new Float64Array(nodes.buffer);
  }
}
