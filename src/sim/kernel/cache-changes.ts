import { CHAIN, FROM, type Holdings, LOST_REPLICA, REPLICA, SEEN_END, UNSEEN } from "./holdings.ts";

/** Words of a change: when, the holding's new end, and the next change of the same holding. */
const AT_NS = 0;
const END = 1;
const NEXT = 2;
const SHIFT = 2;

/** Flag of UNSEEN: the holding waits among the emptied ones. The rest is NONE, or its newest change. */
const EMPTIED = 1;
const NEWEST_SHIFT = 1;
const NONE = 0;

/** Entries of the ring of emptied holdings: when, and the holding. */
const RING_STRIDE = 2;
const FIRST_CAPACITY = 1_024;

/**
 * Changes of what replicas hold, until a router that lags has seen them: of each holding a ring in
 * order of time, read when the router looks at that holding, so that a replica may report late what
 * happened earlier. Until somebody follows, nothing is recorded and holdings are read as they are.
 */
export class CacheChanges {
  /** When the changes happen that are noted now. */
  nowNs = 0;
  private followed = false;
  /** Up to here the follower sees. */
  private untilNs = -Infinity;
  private readonly holdings: Holdings;
  /** Change 0 is none. */
  private words = new Float64Array(FIRST_CAPACITY << SHIFT);
  private end = 1;
  private freed = NONE;
  /** Holdings that were emptied, each once, roughly in the order in which they were. */
  private emptied = new Float64Array(FIRST_CAPACITY * RING_STRIDE);
  private head = 0;
  private count = 0;

  constructor(holdings: Holdings) {
    this.holdings = holdings;
  }

  /** From now on changes are recorded; what is held already is known. */
  follow(): void {
    if (this.followed) return;
    this.followed = true;
    const { words, end, stride } = this.holdings.pool;
    for (let holding = 0; holding < end; holding += stride) {
      words[holding + SEEN_END] = words[holding + this.holdings.visibleEnd]!;
    }
  }

  /** A holding's end changed at `nowNs`; a holding without blocks is freed, now or when seen. */
  note(holding: number): void {
    const { words } = this.holdings.pool;
    const end = words[holding + this.holdings.visibleEnd]!;
    if (this.followed) this.record(holding, end);
    else if (end === words[holding + FROM]) this.holdings.drop(holding);
  }

  /** The follower sees every change up to `untilNs`, which never goes back. */
  show(untilNs: number): void {
    const mask = this.emptied.length - 1;
    this.untilNs = untilNs;
    while (this.count > 0 && this.emptied[this.head]! <= untilNs) {
      const holding = this.emptied[this.head + 1]!;
      this.head = (this.head + RING_STRIDE) & mask;
      this.count--;
      this.settleEmptied(holding);
    }
  }

  /** @returns the end of the holding, as the follower sees it. */
  seenEnd(holding: number): number {
    const { words } = this.holdings.pool;
    if (words[holding + UNSEEN]! >> NEWEST_SHIFT !== NONE) this.see(holding);
    return words[holding + SEEN_END]!;
  }

  /** The replica is gone: nobody sees the holding any more. */
  lose(holding: number): void {
    const { words } = this.holdings.pool;
    const newest = words[holding + UNSEEN]! >> NEWEST_SHIFT;
    if (newest !== NONE) {
      const oldest = this.words[(newest << SHIFT) + NEXT]!;
      this.words[(newest << SHIFT) + NEXT] = this.freed;
      this.freed = oldest;
      words[holding + UNSEEN]! &= EMPTIED;
    }
    this.holdings.unlink(holding);
    words[holding + REPLICA] = LOST_REPLICA;
    words[holding + CHAIN] = -1;
    if ((words[holding + UNSEEN]! & EMPTIED) === 0) this.holdings.pool.give(holding);
  }

  private record(holding: number, end: number): void {
    const held = this.holdings.pool.words;
    if (held[holding + UNSEEN]! >> NEWEST_SHIFT !== NONE) this.see(holding);
    const change = this.take();
    const { words } = this;
    const at = change << SHIFT;
    const unseen = held[holding + UNSEEN]!;
    const newest = unseen >> NEWEST_SHIFT;
    words[at + AT_NS] = this.nowNs;
    words[at + END] = end;
    if (newest === NONE) words[at + NEXT] = change;
    else {
      words[at + NEXT] = words[(newest << SHIFT) + NEXT]!;
      words[(newest << SHIFT) + NEXT] = change;
    }
    held[holding + UNSEEN] = (change << NEWEST_SHIFT) | (unseen & EMPTIED);
    if (end === held[holding + FROM] && (unseen & EMPTIED) === 0) this.await(holding, this.nowNs);
  }

  /** Takes the changes of a holding that the follower sees now. */
  private see(holding: number): void {
    const { words } = this;
    const held = this.holdings.pool.words;
    const unseen = held[holding + UNSEEN]!;
    const newest = unseen >> NEWEST_SHIFT;
    let oldest = words[(newest << SHIFT) + NEXT]!;
    while (words[(oldest << SHIFT) + AT_NS]! <= this.untilNs) {
      const next = words[(oldest << SHIFT) + NEXT]!;
      held[holding + SEEN_END] = words[(oldest << SHIFT) + END]!;
      words[(oldest << SHIFT) + NEXT] = this.freed;
      this.freed = oldest;
      if (oldest === newest) {
        held[holding + UNSEEN] = unseen & EMPTIED;
        return;
      }
      oldest = next;
      words[(newest << SHIFT) + NEXT] = oldest;
    }
  }

  /** Frees a holding that was emptied, unless it has blocks again or the follower thinks so. */
  private settleEmptied(holding: number): void {
    const { words } = this.holdings.pool;
    words[holding + UNSEEN]! &= ~EMPTIED;
    if (words[holding + REPLICA] === LOST_REPLICA) {
      this.holdings.pool.give(holding);
      return;
    }
    if (words[holding + this.holdings.visibleEnd] !== words[holding + FROM]) return;
    if (words[holding + UNSEEN]! >> NEWEST_SHIFT !== NONE) this.see(holding);
    const newest = words[holding + UNSEEN]! >> NEWEST_SHIFT;
    if (newest === NONE) this.holdings.drop(holding);
    else this.await(holding, this.words[(newest << SHIFT) + AT_NS]!);
  }

  private await(holding: number, atNs: number): void {
    if (this.count * RING_STRIDE === this.emptied.length) this.growRing();
    const { emptied } = this;
    const at = (this.head + this.count++ * RING_STRIDE) & (emptied.length - 1);
    emptied[at] = atNs;
    emptied[at + 1] = holding;
    this.holdings.pool.words[holding + UNSEEN]! |= EMPTIED;
  }

  private take(): number {
    const change = this.freed;
    if (change !== NONE) {
      this.freed = this.words[(change << SHIFT) + NEXT]!;
      return change;
    }
    if (this.end << SHIFT === this.words.length) {
      const words = new Float64Array(2 * this.words.length);
      words.set(this.words);
      this.words = words;
    }
    return this.end++;
  }

  private growRing(): void {
    const { emptied, head } = this;
    const larger = new Float64Array(2 * emptied.length);
    larger.set(emptied.subarray(head));
    larger.set(emptied.subarray(0, head), emptied.length - head);
    this.emptied = larger;
    this.head = 0;
  }
}
