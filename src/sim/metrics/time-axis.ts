/** The instants at which one fleet was scraped: the rows that all its series share. */

const FIRST_CAPACITY = 256;
/** Rows from the end that are looked at first, then as many times as many. */
const NEAR_ROWS = 8;

/** Rows are numbered from the first scrape ever; old ones are dropped, numbers stay. */
export class TimeAxis {
  private times = new Float64Array(FIRST_CAPACITY);
  private base = 0;
  private length = 0;

  /** @returns the row of the new instant. @throws when it is not later than the newest */
  push(at: number): number {
    if (this.length > 0 && at <= this.timeOf(this.endRow() - 1)) {
      throw new Error(`scraped at ${at}, not later than the scrape before`);
    }
    if (this.length === this.times.length) this.grow();
    this.times[this.length] = at;
    this.length += 1;
    return this.endRow() - 1;
  }

  /** Rows are below it. */
  endRow(): number {
    return this.base + this.length;
  }

  /** The oldest row that was not dropped. */
  firstRow(): number {
    return this.base;
  }

  timeOf(row: number): number {
    return this.times[row - this.base] ?? Number.NaN;
  }

  /** @returns the first row at `at` or later; `endRow()` when there is none. */
  rowFrom(at: number): number {
    let low = 0;
    let high = this.length;
    // Nearly all ask for one of the newest rows.
    for (let back = NEAR_ROWS; back < this.length; back *= NEAR_ROWS) {
      const row = this.length - back;
      if ((this.times[row] ?? 0) < at) {
        low = row + 1;
        break;
      }
      high = row;
    }
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.times[middle] ?? 0) >= at) high = middle;
      else low = middle + 1;
    }
    return this.base + low;
  }

  /** @returns the first row later than `at`; instants are whole milliseconds. */
  rowAfter(at: number): number {
    return this.rowFrom(Math.floor(at) + 1);
  }

  dropBefore(row: number): void {
    const dropped = Math.min(row - this.base, this.length);
    if (dropped <= 0) return;
    this.times.copyWithin(0, dropped, this.length);
    this.base += dropped;
    this.length -= dropped;
  }

  private grow(): void {
    const larger = new Float64Array(this.times.length * 2);
    larger.set(this.times);
    this.times = larger;
  }
}
