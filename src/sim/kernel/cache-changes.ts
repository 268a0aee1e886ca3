import { ChangeRings } from "./change-rings.ts";
import { type Evicting, EvictionRuns } from "./eviction-runs.ts";
import { FROM, type Holdings, REPLICA, SEEN_END, UNSEEN } from "./holdings.ts";

/** Set in a change's holding, an even number, when its end is a run of evictions. */
const RUN = 1;

/**
 * Changes of what replicas hold, until a router that lags has seen them: of each replica in order
 * of time, so that one may report late what happened earlier. The router asks for a replica's
 * changes when it looks at what that holds. Until somebody follows, nothing is recorded and
 * holdings are read as they are.
 */
export class CacheChanges {
  /** When the changes happen that are noted now. */
  private readonly now = new Float64Array(1);
  private untilNs = -Infinity;
  private followed = false;
  private readonly holdings: Holdings;
  private readonly rings = new ChangeRings();
  private readonly runs = new EvictionRuns();
  /** Replicas at which nobody has looked for long. */
  private readonly crowded: number[] = [];

  constructor(holdings: Holdings) {
    this.holdings = holdings;
  }

  /** Changes from now on happen at `nowNs`. */
  advance(nowNs: number): void {
    this.now[0] = nowNs;
  }

  addReplica(replica: number): void {
    this.rings.fit(replica);
  }

  /** The replica is gone, and with it its holdings: nobody sees their changes any more. */
  removeReplica(replica: number): void {
    const { rings } = this;
    while (rings.firstNs(replica) < Infinity) {
      if ((rings.holding(replica) & RUN) !== 0) this.runs.give(rings.end(replica));
      rings.shift(replica);
    }
  }

  /** From now on changes are recorded; what is held already is known. */
  follow(): void {
    if (this.followed) return;
    this.followed = true;
    const { words, end, stride } = this.holdings.pool;
    for (let holding = 0; holding < end; holding += stride) {
      words[holding | SEEN_END] = words[holding + this.holdings.visibleEnd]!;
    }
  }

  /** A holding's end changed at `nowNs`; a holding without blocks is freed, now or when seen. */
  note(holding: number): void {
    const { words } = this.holdings.pool;
    const end = words[holding + this.holdings.visibleEnd]!;
    if (!this.followed) {
      if (end === words[holding | FROM]) this.holdings.drop(holding);
      return;
    }
    this.push(holding, holding, end);
  }

  /**
   * The same of a run of evictions: the first happens at `nowNs`, and the last, by which the
   * stretch has evicted `blocks` blocks, later.
   */
  noteRun(holding: number, evicting: Evicting, blocks: number): void {
    if (!this.followed) {
      this.note(holding);
      return;
    }
    const end = this.holdings.pool.words[holding + this.holdings.visibleEnd]!;
    this.push(holding, holding | RUN, this.runs.add(evicting, blocks, end));
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
      const change = rings.holding(replica);
      const holding = change & ~RUN;
      if (change !== holding && this.showRun(holding, rings.end(replica))) return;
      if (change === holding) words[holding | SEEN_END] = rings.end(replica);
      rings.shift(replica);
      const isEmpty = words[holding | SEEN_END] === words[holding | FROM];
      if (--words[holding | UNSEEN]! === 0 && isEmpty) this.holdings.drop(holding);
    }
  }

  /** @returns runs that are waited for, and those that are kept: equal, or some are lost. */
  countRuns(): { waiting: number; kept: number } {
    let waiting = 0;
    for (let replica = 0; replica < this.rings.size(); replica++) {
      waiting += this.rings.countWith(replica, RUN);
    }
    return { waiting, kept: this.runs.used };
  }

  /** @returns whether the run goes on: then it stays what the follower sees next. */
  private showRun(holding: number, run: number): boolean {
    const { runs, untilNs } = this;
    const { words } = this.holdings.pool;
    const goesOn = !runs.isOver(run, untilNs);
    words[holding | SEEN_END] = goesOn ? runs.endAt(run, untilNs) : runs.lastEnd(run);
    if (!goesOn) runs.give(run);
    return goesOn;
  }

  private push(holding: number, change: number, end: number): void {
    const { words } = this.holdings.pool;
    const replica = words[holding | REPLICA]!;
    this.rings.push(replica, this.now[0]!, change, end);
    words[holding | UNSEEN]!++;
    if (this.rings.isFull(replica)) this.crowded.push(replica);
  }
}
