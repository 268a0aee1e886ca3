/** The samples of one target: a row a scrape, a column a series, in chunks that can be dropped. */

const NO_CELLS = new Float64Array(0);

/**
 * A series ended, or its target could not be scraped: a stale marker. NaN stands for no sample at
 * all. Engines export neither, so `value > STALE` is true of samples and of nothing else.
 */
export const STALE = Number.NEGATIVE_INFINITY;

export class SampleLog {
  readonly width: number;
  /** Where `open` put the row that is being written. */
  cells: Float64Array = NO_CELLS;
  offset = 0;
  /** Rows from here on hold nothing. */
  endRow = 0;
  /** Rows of a chunk. */
  readonly chunkRows: number;
  private readonly shift: number;
  /** From this column on values only go up, but for resets. */
  private readonly firstCounter: number;
  private readonly chunks: Float64Array[] = [];
  private firstChunk = -1;
  /** From this row on every row was closed, has all counters, and none was below the one before. */
  private steadyFrom = Number.POSITIVE_INFINITY;
  private closedEnd = 0;
  /** A dropped chunk, to be filled anew. */
  private spare: Float64Array | null = null;

  /** @param shift rows of a chunk, as a power of two: few for what is soon dropped */
  constructor(width: number, shift: number, firstCounter = width) {
    this.width = width;
    this.shift = shift;
    this.firstCounter = firstCounter;
    this.chunkRows = 1 << shift;
  }

  /** Makes `cells[offset + column]` the row's cells, all NaN. Rows only go up. */
  open(row: number): void {
    const chunk = row >> this.shift;
    if (this.chunks.length === 0) this.firstChunk = chunk;
    while (this.firstChunk + this.chunks.length <= chunk) {
      const fresh = this.spare ?? new Float64Array(this.width << this.shift);
      this.chunks.push(fresh.fill(Number.NaN));
      this.spare = null;
    }
    this.cells = this.chunkOf(row);
    this.offset = this.offsetOf(row);
    if (row !== this.closedEnd) this.steadyFrom = Number.POSITIVE_INFINITY;
    this.endRow = row + 1;
  }

  /** The row that was opened is whole: spares those who read counters to look at all rows. */
  close(): void {
    const row = this.endRow - 1;
    const before = this.chunkOf(row - 1);
    const shift = this.offsetOf(row - 1) - this.offset;
    let isThere = true;
    let isOn = this.steadyFrom < row;
    for (let i = this.offset + this.firstCounter; i < this.offset + this.width; i += 1) {
      const value = this.cells[i] ?? Number.NaN;
      if (!(value > STALE)) isThere = false;
      if (!(value >= (before[i + shift] ?? Number.NaN))) isOn = false;
    }
    if (!isOn) this.steadyFrom = row;
    if (!isThere) this.steadyFrom = Number.POSITIVE_INFINITY;
    this.closedEnd = row + 1;
  }

  /** @returns whether the column has a sample in each of the rows, none below the one before. */
  isSteady(firstRow: number, endRow: number, column: number): boolean {
    return (
      column >= this.firstCounter &&
      firstRow >= this.steadyFrom &&
      endRow <= this.closedEnd &&
      firstRow >= this.firstChunk << this.shift
    );
  }

  /** Ends every series of the target. */
  markStale(row: number): void {
    this.open(row);
    this.cells.fill(STALE, this.offset, this.offset + this.width);
  }

  /** @returns NaN where there is no sample. */
  value(row: number, column: number): number {
    const chunk = this.chunks[(row >> this.shift) - this.firstChunk];
    return chunk === undefined ? Number.NaN : (chunk[this.offsetOf(row) + column] ?? Number.NaN);
  }

  /** @returns the chunk of a row, empty where nothing is kept: for loops over rows. */
  chunkOf(row: number): Float64Array {
    return this.chunks[(row >> this.shift) - this.firstChunk] ?? NO_CELLS;
  }

  /** @returns where the row's cells begin in its chunk. */
  offsetOf(row: number): number {
    return (row & (this.chunkRows - 1)) * this.width;
  }

  /** Drops whole chunks before the row. */
  dropBefore(row: number): void {
    while (this.chunks.length > 0 && (this.firstChunk + 1) << this.shift <= row) {
      this.spare = this.chunks.shift() ?? null;
      this.firstChunk += 1;
    }
  }

  isEmpty(): boolean {
    return this.chunks.length === 0;
  }
}
