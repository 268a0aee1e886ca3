import { END as HOLDING_END, PIN_END, SHALLOWEST } from "./holdings.ts";
import { RecordPool } from "./record-pool.ts";

/** Words of an extent: blocks of one holding that were released last by the same turn. */
export const END = 0;
/** Its neighbours in the holding: the next shallower and the next deeper one, or -1. */
export const UP = 1;
export const DOWN = 2;
/** Its neighbours in the order of release; the replica's anchor closes the ring. */
export const OLDER = 3;
export const NEWER = 4;
export const HOLDING = 5;
const STRIDE = 8;

/**
 * Cached blocks that no running turn uses. An extent begins where the next shallower one ends, or
 * where the pinned part ends: so depths of blocks and what was used longer ago grow together, and
 * the least recent extent of a replica is always the deepest of its holding.
 */
export class Extents {
  readonly pool = new RecordPool(STRIDE, 1_024);

  /** @returns the anchor of an empty order of release. */
  anchor(): number {
    const anchor = this.pool.take();
    const { words } = this.pool;
    words[anchor | HOLDING] = -1;
    words[anchor | OLDER] = anchor;
    words[anchor | NEWER] = anchor;
    return anchor;
  }

  /** @returns depth of the first block of `extent`. */
  start(holdings: Int32Array, extent: number): number {
    const { words } = this.pool;
    const up = words[extent | UP]!;
    return up >= 0 ? words[up | END]! : holdings[words[extent | HOLDING]! + PIN_END]!;
  }

  /** Takes blocks before `depth` out of the extents of a holding. */
  cover(holdings: Int32Array, holding: number, depth: number): void {
    const { words } = this.pool;
    let extent = holdings[holding + SHALLOWEST]!;
    if (extent < 0 || words[extent | END]! > depth) return;
    while (extent >= 0 && words[extent | END]! <= depth) {
      const down = words[extent | DOWN]!;
      this.unlink(extent);
      extent = down;
    }
    holdings[holding + SHALLOWEST] = extent;
    if (extent >= 0) words[extent | UP] = -1;
  }

  /** Blocks before `depth` that are not pinned are now the most recent ones: call `cover` first. */
  push(holdings: Int32Array, holding: number, depth: number, anchor: number): void {
    const extent = this.pool.take();
    const { words } = this.pool;
    const down = holdings[holding + SHALLOWEST]!;
    const newest = words[anchor | OLDER]!;
    words[extent | END] = depth;
    words[extent | UP] = -1;
    words[extent | DOWN] = down;
    words[extent | OLDER] = newest;
    words[extent | NEWER] = anchor;
    words[extent | HOLDING] = holding;
    words[newest | NEWER] = extent;
    words[anchor | OLDER] = extent;
    if (down >= 0) words[down | UP] = extent;
    holdings[holding + SHALLOWEST] = extent;
  }

  /**
   * Takes up to `blocks` blocks from the deep end of `extent`, which must be its holding's deepest.
   * @returns how many
   */
  trim(holdings: Int32Array, extent: number, blocks: number): number {
    const { words } = this.pool;
    const holding = words[extent | HOLDING]!;
    const start = this.start(holdings, extent);
    const end = words[extent | END]!;
    if (end - start > blocks) {
      words[extent | END] = end - blocks;
      holdings[holding + HOLDING_END] = end - blocks;
      return blocks;
    }
    const up = words[extent | UP]!;
    if (up >= 0) words[up | DOWN] = -1;
    else holdings[holding + SHALLOWEST] = -1;
    holdings[holding + HOLDING_END] = start;
    this.unlink(extent);
    return end - start;
  }

  /** Frees an extent; its neighbours in the holding are the caller's. */
  unlink(extent: number): void {
    const { words } = this.pool;
    const older = words[extent | OLDER]!;
    const newer = words[extent | NEWER]!;
    words[older | NEWER] = newer;
    words[newer | OLDER] = older;
    this.pool.give(extent);
  }
}
