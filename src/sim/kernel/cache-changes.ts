import { ChangeRings } from "./change-rings.ts";
import { FROM, type Holdings, REPLICA, SEEN_END, UNSEEN } from "./holdings.ts";

/**
 * Changes of what replicas hold, until a router that lags has seen them: of each replica in order
 * of time, so that one may report late what happened earlier. The router asks for a replica's
 * changes when it looks at what that holds. Until somebody follows, nothing is recorded and
 * holdings are read as they are.
 */
export class CacheChanges {
  /** When the changes happen that are noted now. */
  nowNs = 0;
  private untilNs = -Infinity;
  private followed = false;
  private readonly holdings: Holdings;
  private readonly rings = new ChangeRings();
  /** Replicas at which nobody has looked for long. */
  private readonly crowded: number[] = [];

  constructor(holdings: Holdings) {
    this.holdings = holdings;
  }

  addReplica(replica: number): void {
    this.rings.fit(replica);
  }

  /** The replica is gone, and with it its holdings: nobody sees their changes any more. */
  removeReplica(replica: number): void {
    this.rings.clear(replica);
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
    if (!this.followed) {
      if (end === words[holding + FROM]) this.holdings.drop(holding);
      return;
    }
    const replica = words[holding + REPLICA]!;
    this.rings.push(replica, this.nowNs, holding, end);
    words[holding + UNSEEN]!++;
    if (this.rings.isFull(replica)) this.crowded.push(replica);
  }

  /** The follower sees every change up to `untilNs`, which never goes back. */
  showUntil(untilNs: number): void {
    this.untilNs = untilNs;
    for (let replica = this.crowded.pop(); replica !== undefined; replica = this.crowded.pop()) {
      this.show(replica);
    }
  }

  /** @returns up to when the follower sees. */
  seenUntilNs(): number {
    return this.untilNs;
  }

  /**
   * Shows what the follower sees of one replica: SEEN_END then is how far it believes each of its
   * holdings to reach. Frees holdings, so not in the middle of anything that has some at hand.
   */
  show(replica: number): void {
    const { rings } = this;
    const { words } = this.holdings.pool;
    while (rings.firstNs(replica) <= this.untilNs) {
      const holding = rings.holding(replica);
      const end = rings.end(replica);
      rings.shift(replica);
      words[holding + SEEN_END] = end;
      if (--words[holding + UNSEEN]! === 0 && end === words[holding + FROM]) {
        this.holdings.drop(holding);
      }
    }
  }
}
