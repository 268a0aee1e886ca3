import type { CacheChanges } from "./cache-changes.ts";
import { type CachePath, STEP_HOLDING, STEP_LIMIT, STEP_STRIDE } from "./cache-path.ts";
import { Extents, HOLDING, NEWER, OLDER } from "./extents.ts";
import { END, FROM, HOST, HOST_FROM, type Holdings, REPLICA, TOTAL_END } from "./holdings.ts";

/** A second cache on every replica's hosts: what the first one evicted, in order of arrival. */
export class HostTier {
  readonly extents = new Extents();
  /** By replica: where its order of arrival begins and ends, and blocks that it has. */
  readonly anchors: number[] = [];
  readonly used: number[] = [];
  private readonly blocks: number;
  private readonly holdings: Holdings;
  private readonly changes: CacheChanges;

  /** @param blocks capacity of each replica */
  constructor(holdings: Holdings, changes: CacheChanges, blocks: number) {
    this.holdings = holdings;
    this.changes = changes;
    this.blocks = blocks;
  }

  addReplica(replica: number): void {
    this.anchors[replica] = this.extents.anchor();
    this.used[replica] = 0;
  }

  removeReplica(replica: number): void {
    this.extents.pool.give(this.anchors[replica]!);
  }

  /** Blocks that were just evicted arrive: from the holding's end to where its host part begins. */
  receive(holding: number): void {
    const { words } = this.holdings.pool;
    const end = words[holding + END]!;
    const before = words[holding + HOST_FROM]!;
    const replica = words[holding + REPLICA]!;
    const anchor = this.anchors[replica]!;
    const newest = this.extents.pool.words[anchor + OLDER]!;
    words[holding + HOST_FROM] = end;
    const goesOn = this.extents.pool.words[newest + HOLDING] === holding + HOST;
    if (!goesOn) this.extents.push(words, holding + HOST, before, anchor);
    this.used[replica]! += before - end;
    this.trim(replica, this.blocks);
  }

  /** Takes the blocks of a path out of the tier. @returns leading blocks that are in either tier */
  take(replica: number, path: CachePath): number {
    const { words } = this.holdings.pool;
    let found = path.found;
    for (let step = path.length - STEP_STRIDE; step >= 0; step -= STEP_STRIDE) {
      const holding = path.words[step + STEP_HOLDING]!;
      if (holding < 0) break;
      const end = Math.min(words[holding + TOTAL_END]!, path.words[step + STEP_LIMIT]!);
      const from = words[holding + HOST_FROM]!;
      if (end > words[holding + FROM]!) found = Math.max(found, end);
      if (end <= from) continue;
      this.extents.cover(words, holding + HOST, end);
      words[holding + HOST_FROM] = end;
      this.used[replica]! -= end - from;
    }
    return found;
  }

  /** The first tier now reaches to `end`. @returns whether the replica has more than it had */
  lengthen(holding: number, end: number): boolean {
    const { words } = this.holdings.pool;
    words[holding + HOST_FROM] = end;
    if (words[holding + TOTAL_END]! >= end) return false;
    words[holding + TOTAL_END] = end;
    return true;
  }

  flush(replica: number): void {
    this.trim(replica, 0);
  }

  /** Forgets the part of a holding whose replica goes. */
  lose(holding: number): void {
    this.extents.cover(this.holdings.pool.words, holding + HOST, Number.MAX_SAFE_INTEGER);
  }

  /** Drops what came longest ago until `blocks` blocks are left. */
  private trim(replica: number, blocks: number): void {
    const anchor = this.anchors[replica]!;
    while (this.used[replica]! > blocks) {
      const oldest = this.extents.pool.words[anchor + NEWER]!;
      const holding = this.extents.pool.words[oldest + HOLDING]! - HOST;
      const over = this.used[replica]! - blocks;
      this.used[replica]! -= this.extents.trim(this.holdings.pool.words, oldest, over);
      this.changes.note(holding);
    }
  }
}
