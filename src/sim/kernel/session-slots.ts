import { grown } from "./record-pool.ts";

/** A session is named by its offset into its words: 16. Its number is that divided by 16. */
const SESSION_STRIDE = 16;
const SESSION_SHIFT = 4;

/** Words of a session. */
export const SOURCE = 0;
export const TEMPLATE = 1;
/** Base of its own chains, or -1. */
export const CHAIN_BASE = 2;
/** Where its countdowns are, or -1. */
export const COUNTDOWNS = 3;
/** Turns in flight, and rows that are scheduled. */
export const LIVE = 4;
export const SCHEDULED = 5;
/** Rows that have not completed. */
export const REMAINING = 6;
export const STATUS = 7;
/** The row without predecessors that arrives next, and how many come after it. */
export const NEXT_ROOT = 8;
/** Lengths of an anonymous template's turn; 0: the row's. */
export const INPUT_OVERRIDE = 9;
export const OUTPUT_OVERRIDE = 10;
export const ROOTS_AFTER = 11;

/** Words that need 53 bits, at a quarter of the offset. */
const WIDE_SHIFT = 2;
export const START_NS = 0;
/** Place of its next row without predecessors in the order of scheduling. */
export const ROOT_ORDER = 1;
/** Sessions that started before it. */
export const ORDINAL = 2;

/** STATUS: RUNNING until the session ended; a slot that is not in use has 0. */
export const RUNNING = 1;
export const ENDED = 2;
/** Flags beside RUNNING or ENDED: prompts of its turns are unstable; it started in the warm-up. */
export const UNSTABLE = 4;
export const EARLY = 8;

/** Countdowns come in ranges of 2^0 ... 2^30. */
const SIZE_CLASSES = 31;

/** All sessions that have not ended, or have turns left, in slots that are used again. */
export class SessionSlots {
  words = new Int32Array(256 * SESSION_STRIDE);
  wide = new Float64Array((256 * SESSION_STRIDE) >> WIDE_SHIFT);
  /** How many predecessors rows still wait for, of the sessions that have rows with several. */
  countdowns = new Int32Array(256);
  private end = 0;
  private freed = -1;
  private countdownsEnd = 0;
  private readonly freedCountdowns = new Int32Array(SIZE_CLASSES).fill(-1);

  /** @returns a session with all words 0 but that it runs and has no chains and countdowns. */
  take(): number {
    let session = this.freed;
    if (session >= 0) this.freed = this.words[session]!;
    else {
      session = this.end;
      this.end += SESSION_STRIDE;
      if (this.end > this.words.length) this.grow();
    }
    this.words.fill(0, session, session + SESSION_STRIDE);
    this.words[session | STATUS] = RUNNING;
    this.words[session | CHAIN_BASE] = -1;
    this.words[session | COUNTDOWNS] = -1;
    return session;
  }

  give(session: number): void {
    this.words[session | STATUS] = 0;
    this.words[session] = this.freed;
    this.freed = session;
  }

  /** @returns where the words that need 53 bits begin. */
  wideOf(session: number): number {
    return session >> WIDE_SHIFT;
  }

  /** @returns the place of `count` countdowns whose values are anything; count at least 1. */
  takeCountdowns(count: number): number {
    const sizeClass = sizeClassOf(count);
    const freed = this.freedCountdowns[sizeClass]!;
    if (freed >= 0) {
      this.freedCountdowns[sizeClass] = this.countdowns[freed]!;
      return freed;
    }
    const place = this.countdownsEnd;
    this.countdownsEnd += 1 << sizeClass;
    if (this.countdownsEnd > this.countdowns.length) {
      this.countdowns = grown(this.countdowns, this.countdownsEnd);
    }
    return place;
  }

  giveCountdowns(place: number, count: number): void {
    const sizeClass = sizeClassOf(count);
    this.countdowns[place] = this.freedCountdowns[sizeClass]!;
    this.freedCountdowns[sizeClass] = place;
  }

  /** Calls `visit` with every session that has a slot, in no particular order. */
  forEach(visit: (session: number) => void): void {
    for (let session = 0; session < this.end; session += SESSION_STRIDE) {
      if (this.words[session | STATUS] !== 0) visit(session);
    }
  }

  private grow(): void {
    this.words = grown(this.words, this.end);
    const wide = new Float64Array(this.words.length >> WIDE_SHIFT);
    wide.set(this.wide);
    this.wide = wide;
  }
}

/** @returns a small integer, unique among the sessions that have a slot. */
export function numberOfSession(session: number): number {
  return session >> SESSION_SHIFT;
}

/** @returns the binary logarithm of `count`, rounded up. */
function sizeClassOf(count: number): number {
  return 32 - Math.clz32(count - 1);
}
