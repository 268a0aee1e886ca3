/** Turns that wait for an engine, first come, first served. */
import type { OfferedTurn } from "./arrivals.ts";

/** One turn on its way through a fleet. Instants in epoch milliseconds. */
export interface Turn {
  readonly arrivedAt: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Rises when an engine dies under the turn: what was scheduled for the old attempt is void. */
  attempt: number;
  decoding: boolean;
  /** Whether its first token was already counted for or against the objectives. */
  judged: boolean;
}

/** @returns a turn as it enters the queue. */
export function waitingTurn({ at, promptTokens, outputTokens }: OfferedTurn): Turn {
  const fresh = { attempt: 0, decoding: false, judged: false };
  return { arrivedAt: at, promptTokens, outputTokens, ...fresh };
}

/** Consumed slots are dropped from this many on, so that a shift costs O(1) on average. */
const COMPACT_AFTER = 1_024;

export class TurnQueue {
  private slots: Turn[] = [];
  private head = 0;

  get length(): number {
    return this.slots.length - this.head;
  }

  peek(): Turn | undefined {
    return this.slots[this.head];
  }

  push(turn: Turn): void {
    this.slots.push(turn);
  }

  /** Puts turns that had already been taken up back before all others, in order of arrival. */
  putBack(turns: readonly Turn[]): void {
    const first = turns.toSorted((a, b) => a.arrivedAt - b.arrivedAt);
    this.slots = [...first, ...this.slots.slice(this.head)];
    this.head = 0;
  }

  shift(): Turn | undefined {
    const turn = this.slots[this.head];
    if (turn === undefined) return undefined;
    this.head += 1;
    if (this.head >= COMPACT_AFTER && 2 * this.head >= this.slots.length) {
      this.slots = this.slots.slice(this.head);
      this.head = 0;
    }
    return turn;
  }
}
