import { grown } from "./record-pool.ts";

/** A turn is named by its offset into both arrays: 16 words each. */
const TURN_STRIDE = 16;

/** Integer words of a turn. */
export const SESSION = 0;
export const ROW = 1;
export const INPUT = 2;
export const OUTPUT = 3;
/** The prompt's prefix: its chain, as a run-time id, and its whole blocks. */
export const CHAIN = 4;
export const BLOCKS = 5;
/** Where its try was routed to last, or -1. */
export const REPLICA = 6;
export const STATE = 7;
export const FLAGS = 8;
/** Tokens generated so far; while it decodes, the replica's heap knows better. */
export const GENERATED = 9;
/** Tokens of its prefill that are not computed yet. */
export const NEED = 10;
/** Tells turns that had the same slot apart. */
export const GENERATION = 11;
/** Number of its try, from 1. */
export const TRIES = 12;
/** Tokens found when its try was first admitted. */
export const CACHED = 13;
/** Neighbours in the list that it is in: a queue, or the prefills that end with an iteration. */
export const NEXT = 14;
export const PREVIOUS = 15;

/** Words of a turn that need 53 bits, or are touched seldom. */
export const ARRIVAL_NS = 0;
export const ROUTED_NS = 1;
/** The turn's first token, and that of its try. */
export const FIRST_TOKEN_NS = 2;
export const TRY_TOKEN_NS = 3;
/** Its place among the tries that were ever routed. */
export const ROUTE_ORDER = 4;
/** Its place among those that its replica admitted. */
export const ADMISSION = 5;
/** The prefix of prompt and output. */
export const FULL_CHAIN = 6;
export const FULL_BLOCKS = 7;
export const HOST_CACHED = 8;
/** Rows that wait for its own: how many; if it is one, that, its countdown's place and delay. */
export const SUCCESSORS = 9;
export const SUCCESSOR = 10;
export const NEXT_COUNTDOWN = 11;
export const NEXT_DELAY_NS = 12;
/** Its replica's holding of the chain that its prompt ends in, while its KV is there; or -1. */
export const HOLDING = 13;

/** Where a turn is. FREE: nowhere, the slot is not in use. */
export const FREE = 0;
/** Its client waits before it tries again. */
export const AT_CLIENT = 1;
export const AT_GATEWAY = 2;
/** Routed, not yet in the queue. */
export const UNDERWAY = 3;
export const QUEUED = 4;
export const PREFILLING = 5;
export const DECODING = 6;
/** Its KV is on the way to a decode unit, or waits for one. */
export const IN_TRANSFER = 7;
export const AWAITING_DECODE = 8;

/** Flags. The turn, and its try, had a first token. */
export const HAD_TOKEN = 1;
export const TRY_HAD_TOKEN = 2;
/** The try was admitted before. */
export const TRY_ADMITTED = 4;
/** It arrived late enough to be part of the results. */
export const IN_RESULTS = 8;
/** Its chain is one of its own: the prompt is unstable. */
export const FORKED = 16;

/** All turns in flight, in slots that are used again. */
export class TurnSlots {
  words = new Int32Array(256 * TURN_STRIDE);
  wide = new Float64Array(256 * TURN_STRIDE);
  /** Offset behind the last slot that was ever taken. */
  end = 0;
  private freed = -1;

  /** @returns a slot with all words 0 but its generation. */
  take(): number {
    let turn = this.freed;
    if (turn >= 0) this.freed = this.words[turn | NEXT]!;
    else {
      turn = this.end;
      this.end += TURN_STRIDE;
      if (this.end > this.words.length) this.grow();
    }
    const { words } = this;
    const generation = words[turn | GENERATION]! + 1;
    for (let word = turn; word < turn + TURN_STRIDE; word++) words[word] = 0;
    words[turn | GENERATION] = generation;
    return turn;
  }

  give(turn: number): void {
    this.words[turn | STATE] = FREE;
    this.words[turn | NEXT] = this.freed;
    this.freed = turn;
  }

  /** Calls `visit` with every turn in flight, in no particular order. */
  forEach(visit: (turn: number) => void): void {
    for (let turn = 0; turn < this.end; turn += TURN_STRIDE) {
      if (this.words[turn | STATE] !== FREE) visit(turn);
    }
  }

  /** @returns whether it is still the `tries`-th try of the same turn. */
  isTry(turn: number, generation: number, tries: number): boolean {
    const { words } = this;
    return (
      words[turn | GENERATION] === generation &&
      words[turn | TRIES] === tries &&
      words[turn | STATE] !== FREE
    );
  }

  private grow(): void {
    this.words = grown(this.words, this.end);
    const wide = new Float64Array(this.words.length);
    wide.set(this.wide);
    this.wide = wide;
  }
}
