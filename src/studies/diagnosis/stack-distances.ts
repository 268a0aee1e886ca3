/**
 * Hits of an LRU cache of *every* size, in one pass (Mattson et al. 1970): a block is found by the
 * caches that are larger than the number of other blocks used since. Turns use prefixes, so blocks
 * are counted in runs that were last used together: the cost of a turn is in runs, not in blocks.
 *
 * A cache trims prefixes from their ends: of a turn's blocks the first is the last one used. A turn
 * finds what was there when it arrived.
 *
 * Memory is bounded by `maxBlocks`, however long the trace is: no more blocks are remembered than
 * that and one turn's, and answers are exact up to that size. Tables of chains are the caller's.
 */
import type { ChainTable } from "../../traces/turn-templates.ts";
import { ChainRuns, longer } from "./chain-runs.ts";
import { NewerBlocks } from "./newer-blocks.ts";
import { ReuseTimes } from "./reuse-times.ts";
import { SizeCurve } from "./size-curve.ts";

export interface UsedPrefix {
  /** Chain in which the path ends. */
  readonly chain: number;
  /** Leading blocks of the prompt that a cache may serve. */
  readonly lookupBlocks: number;
  /** Blocks of the path, which are in the cache afterwards. */
  readonly blocks: number;
  readonly atMs: number;
  readonly endMs: number;
}

/** Slots to begin with; doubled while more than half of them are in use. */
const FIRST_SLOTS = 4_096;

export class StackDistances {
  readonly reuse = new ReuseTimes();
  readonly #chains: Pick<ChainTable, "parent" | "from">;
  readonly #maxBlocks: number;
  readonly #curve: SizeCurve;
  readonly #runs = new ChainRuns();
  #newer = new NewerBlocks(FIRST_SLOTS);
  #endMs = new Float64Array(FIRST_SLOTS);
  #slot = 0;
  #oldest = 0;
  #forgot = 0;
  readonly #found = { lookups: 0, hits: 0 };
  readonly #path = { chain: new Int32Array(64), to: new Int32Array(64), length: 0 };

  constructor(chains: Pick<ChainTable, "parent" | "from">, maxBlocks: number) {
    this.#chains = chains;
    this.#maxBlocks = maxBlocks;
    this.#curve = new SizeCurve(maxBlocks);
  }

  /** Blocks looked for, and those found among all that are remembered. */
  get found(): { readonly lookups: number; readonly hits: number } {
    return this.#found;
  }

  /** Blocks that are remembered, and those that were forgotten because of the bound. */
  get held(): { readonly blocks: number; readonly chains: number; readonly forgotten: number } {
    return { blocks: this.#newer.total, chains: this.#runs.size, forgotten: this.#forgot };
  }

  /** @returns per size in blocks, from 0 to the largest that mattered, blocks found */
  hitsBySize(): Float64Array {
    return this.#curve.hits();
  }

  /** Turns in the order of their arrival. */
  use(turn: UsedPrefix): void {
    if (this.#slot === this.#newer.size) this.#compact();
    this.#found.lookups += turn.lookupBlocks;
    this.#lay(turn.chain, turn.blocks);
    let depth = 0;
    let moved = 0;
    for (let at = this.#path.length - 1; at >= 0; at -= 1) {
      const to = this.#path.to[at] ?? 0;
      moved = this.#take({ chain: this.#path.chain[at] ?? 0, from: depth, to, moved, turn });
      depth = to;
    }
    this.#newer.add(this.#slot, turn.blocks);
    this.#endMs[this.#slot] = turn.endMs;
    this.#slot += 1;
    this.#forget();
  }

  /** The path's pieces, the last one first. */
  #lay(chain: number, blocks: number): void {
    const { parent, from } = this.#chains;
    const path = this.#path;
    path.length = 0;
    let to = blocks;
    for (let at = chain; at >= 0 && to > 0; at = parent[at] ?? -1) {
      const begins = from[at] ?? 0;
      if (begins >= to) continue;
      if (path.length === path.to.length) this.#widen();
      path.chain[path.length] = at;
      path.to[path.length] = to;
      path.length += 1;
      to = begins;
    }
  }

  #widen(): void {
    this.#path.chain = longer(this.#path.chain);
    this.#path.to = longer(this.#path.to);
  }

  /**
   * Takes a piece of the path out of the stack and puts it on top.
   * @returns how many of the path's blocks were in the stack so far, this piece included
   */
  #take(piece: {
    readonly chain: number;
    readonly from: number;
    readonly to: number;
    readonly moved: number;
    readonly turn: UsedPrefix;
  }): number {
    const { chain, to, turn } = piece;
    const runs = this.#runs;
    let { from: depth, moved } = piece;
    let run = runs.top(chain);
    while (run >= 0 && depth < to) {
      const slot = runs.slotOf(run);
      if (slot < this.#oldest) {
        // Forgotten, and all that is deeper too: nothing of a prefix is used after its beginning.
        run = -1;
        break;
      }
      const end = runs.endOf(run);
      const upTo = Math.min(end, to);
      const known = Math.min(upTo, turn.lookupBlocks) - depth;
      if (known > 0) this.#count(slot, moved, { blocks: known, atMs: turn.atMs });
      this.#newer.add(slot, depth - upTo);
      moved += upTo - depth;
      depth = upTo;
      if (end <= to) run = runs.below(run);
    }
    runs.push(chain, { end: to, slot: this.#slot, rest: run });
    return moved;
  }

  #count(
    slot: number,
    moved: number,
    { blocks, atMs }: { readonly blocks: number; readonly atMs: number },
  ): void {
    this.#found.hits += blocks;
    this.#curve.add(moved + this.#newer.after(slot), blocks);
    this.reuse.add(atMs - (this.#endMs[slot] ?? 0), blocks);
  }

  /** Drops the turns all of whose blocks no cache of the size has any more. */
  #forget(): void {
    const newer = this.#newer;
    while (newer.total - newer.at(this.#oldest) >= this.#maxBlocks && this.#oldest < this.#slot) {
      const blocks = newer.at(this.#oldest);
      if (blocks > 0) newer.add(this.#oldest, -blocks);
      this.#forgot += blocks;
      this.#oldest += 1;
    }
  }

  /** Numbers the slots that still have blocks anew, and drops the chains that have none. */
  #compact(): void {
    const before = this.#newer;
    const places = new Int32Array(before.size).fill(-1);
    let kept = 0;
    for (let slot = this.#oldest; slot < this.#slot; slot += 1) {
      if (before.at(slot) === 0) continue;
      places[slot] = kept;
      kept += 1;
    }
    const size = 2 * kept > before.size ? 2 * before.size : before.size;
    const after = new NewerBlocks(size);
    const endMs = new Float64Array(size);
    for (const [slot, place] of places.entries()) {
      if (place < 0) continue;
      after.add(place, before.at(slot));
      endMs[place] = this.#endMs[slot] ?? 0;
    }
    this.#runs.renumber(places);
    this.#newer = after;
    this.#endMs = endMs;
    this.#oldest = 0;
    this.#slot = kept;
  }
}
