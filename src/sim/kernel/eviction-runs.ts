import { SUBS_PER_NS } from "./contract.ts";
import { endNs, iterationsBelow } from "./iteration-stretch.ts";
import { grown } from "./record-pool.ts";
import { CARRY_SUBS, DECODERS, FIRST_SUBS, STARTED_NS, STEP_SUBS } from "./replicas.ts";

/** A run is a line of 64 bytes: 16 integer words, the first eight of which are four doubles. */
const RUN_SHIFT = 4;
const WIDE_SHIFT = RUN_SHIFT - 1;
/** Of the stretch that evicts: when it began, and what its iterations cost. */
const STARTED = 0;
const FIRST = 1;
const STEP = 2;
/** When the last block goes. */
const LAST_NS = 3;
const CARRY = 8;
const SEQUENCES = 9;
/** Tokens that were free when the stretch began, and those of a block. */
const FREE = 10;
const BLOCK_TOKENS = 11;
/** Blocks that the stretch has evicted when the run is over, and where its holding then ends. */
const BLOCKS = 12;
const END = 13;

/** What evicts block by block: the stretch whose words are `at`, from `free` free tokens on. */
export interface Evicting {
  readonly words: Float64Array;
  at: number;
  free: number;
  blockTokens: number;
}

/**
 * @returns when a stretch needs the room of its `block`-th block, from 1 on: it has tokens for
 * floor((free + (block - 1) x blockTokens) / sequences) iterations, and the one behind evicts.
 */
export function blockNs({ words, at, free, blockTokens }: Evicting, block: number): number {
  const tokens = free + (block - 1) * blockTokens;
  return endNs(words, at, Math.floor(tokens / words[at | DECODERS]!) + 1);
}

/**
 * Blocks that decoding sequences take from one holding, one after the other: a change a run instead
 * of one a block. What of it happened up to an instant follows from the stretch.
 */
export class EvictionRuns {
  private words = new Int32Array(256 << RUN_SHIFT);
  /** The same memory. */
  private wide = new Float64Array(this.words.buffer);
  private end = 0;
  private freed = -1;
  /** Runs that were added and not given back. */
  used = 0;

  /** @returns a run up to the stretch's `blocks`-th block, where its holding ends at `end`. */
  add(evicting: Evicting, blocks: number, end: number): number {
    const run = this.take();
    this.used++;
    const { words, wide } = this;
    const { words: stretch, at } = evicting;
    const doubles = run << WIDE_SHIFT;
    wide[doubles | STARTED] = stretch[at | STARTED_NS]!;
    wide[doubles | FIRST] = stretch[at | FIRST_SUBS]!;
    wide[doubles | STEP] = stretch[at | STEP_SUBS]!;
    wide[doubles | LAST_NS] = blockNs(evicting, blocks);
    const integers = run << RUN_SHIFT;
    words[integers | CARRY] = stretch[at | CARRY_SUBS]!;
    words[integers | SEQUENCES] = stretch[at | DECODERS]!;
    words[integers | FREE] = evicting.free;
    words[integers | BLOCK_TOKENS] = evicting.blockTokens;
    words[integers | BLOCKS] = blocks;
    words[integers | END] = end;
    return run;
  }

  /** @returns whether all of it happened up to `untilNs`. */
  isOver(run: number, untilNs: number): boolean {
    return this.wide[(run << WIDE_SHIFT) | LAST_NS]! <= untilNs;
  }

  /** @returns where the holding ends when it is over. */
  lastEnd(run: number): number {
    return this.words[(run << RUN_SHIFT) | END]!;
  }

  /** @returns where the holding ended at `untilNs`, at which the run had begun and was not over. */
  endAt(run: number, untilNs: number): number {
    const { words, wide } = this;
    const doubles = run << WIDE_SHIFT;
    const integers = run << RUN_SHIFT;
    const ns = untilNs + 1 - wide[doubles | STARTED]!;
    const subs = SUBS_PER_NS * ns - words[integers | CARRY]!;
    const ended = iterationsBelow(wide[doubles | FIRST]!, wide[doubles | STEP]!, subs);
    const needed = words[integers | SEQUENCES]! * ended - words[integers | FREE]!;
    const blocks = Math.ceil(needed / words[integers | BLOCK_TOKENS]!);
    return words[integers | END]! + words[integers | BLOCKS]! - blocks;
  }

  give(run: number): void {
    this.used--;
    this.words[run << RUN_SHIFT] = this.freed;
    this.freed = run;
  }

  private take(): number {
    const freed = this.freed;
    if (freed >= 0) {
      this.freed = this.words[freed << RUN_SHIFT]!;
      return freed;
    }
    const run = this.end++;
    if (this.end << RUN_SHIFT > this.words.length) {
      this.words = grown(this.words, this.end << RUN_SHIFT);
      this.wide = new Float64Array(this.words.buffer);
    }
    return run;
  }
}
