/** Items by rising time; of equal times the smaller rank, then the one put in first. */

interface Entry<T> {
  readonly at: number;
  readonly rank: number;
  readonly sequence: number;
  readonly item: T;
}

const before = <T>(a: Entry<T>, b: Entry<T>): boolean =>
  a.at !== b.at ? a.at < b.at : a.rank !== b.rank ? a.rank < b.rank : a.sequence < b.sequence;

export class TimeHeap<T> {
  private readonly entries: Entry<T>[] = [];
  private sequence = 0;

  push(at: number, rank: number, item: T): void {
    const { entries } = this;
    const entry = { at, rank, sequence: this.sequence, item };
    this.sequence += 1;
    let hole = entries.length;
    for (;;) {
      const parent = (hole - 1) >> 1;
      const above = entries[parent];
      if (hole === 0 || above === undefined || before(above, entry)) break;
      entries[hole] = above;
      hole = parent;
    }
    entries[hole] = entry;
  }

  /** @returns the earliest, taken out, or null when there is none */
  pop(): { readonly at: number; readonly item: T } | null {
    const [first] = this.entries;
    const last = this.entries.pop();
    if (first === undefined || last === undefined) return null;
    if (this.entries.length > 0) this.sink(last);
    return first;
  }

  private sink(entry: Entry<T>): void {
    const { entries } = this;
    let hole = 0;
    for (;;) {
      const [left, right] = [entries[2 * hole + 1], entries[2 * hole + 2]];
      if (left === undefined) break;
      const rightIsNext = right !== undefined && before(right, left);
      const next = rightIsNext ? right : left;
      if (before(entry, next)) break;
      entries[hole] = next;
      hole = 2 * hole + (rightIsNext ? 2 : 1);
    }
    entries[hole] = entry;
  }
}
