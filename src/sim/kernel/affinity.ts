import { CHAIN_SHIFT, FROM, HOLDER_COUNT, HOLDER_ROW, HOLDERS, PARENT } from "./chain-registry.ts";
import { NEXT, REPLICA } from "./holdings.ts";
import type { LoadBuckets } from "./load-buckets.ts";
import type { ExtentCaches } from "./prefix-caches.ts";

/**
 * The replica with the longest known prefix. A replica that knows any block of a chain knows the
 * whole path above it, so the deepest chain with an allowed holder decides.
 */
export class Affinity {
  private readonly caches: ExtentCaches;
  private readonly loads: LoadBuckets;
  private readonly guard: number;
  /** Whether the router sees the caches as they were, not as they are. */
  private readonly lags: boolean;
  private untilNs = 0;

  constructor(caches: ExtentCaches, loads: LoadBuckets, guard: number, lags: boolean) {
    this.caches = caches;
    this.loads = loads;
    this.guard = guard;
    this.lags = lags;
  }

  /** The router that lags looks now, and sees what happened up to `untilNs`. */
  look(untilNs: number): void {
    this.untilNs = untilNs;
    this.caches.changes.show(untilNs);
  }

  /** @returns the replica, or -1 when no allowed one knows a block of the prefix. */
  choose(lastChain: number, blocks: number): number {
    const chains = this.caches.holdings.chains.words;
    const { routable, routableLoad } = this.loads;
    const allowed = this.guard * (routableLoad / routable + 1);
    let limit = blocks;
    for (let chain = lastChain; chain >= 0; ) {
      const record = chain << CHAIN_SHIFT;
      const from = chains[record + FROM]!;
      if (from < limit) {
        const best = chains[record + HOLDER_COUNT]! > 0 ? this.best(record, limit, allowed) : -1;
        if (best >= 0) return best;
        limit = from;
      }
      chain = chains[record + PARENT]!;
    }
    return -1;
  }

  private best(record: number, limit: number, allowed: number): number {
    const probed = this.probe(record, limit, allowed);
    return probed >= 0 ? probed : this.scan(record, limit, allowed);
  }

  /**
   * Where many hold the whole of a chain (a shared system prompt), one of the least loaded replicas
   * does, and wins: so they are asked first, but no more of them than there are holders.
   * @returns the least loaded replica that knows the chain up to `limit`, or -1 if it was not found
   */
  private probe(record: number, limit: number, allowed: number): number {
    const { chains, rows } = this.caches.holdings;
    const row = chains.words[record + HOLDER_ROW]!;
    if (row < 0) return -1;
    let replica = this.loads.leastLoaded();
    for (let left = chains.words[record + HOLDER_COUNT]!; left > 0 && replica >= 0; left--) {
      if (this.loads.load(replica) > allowed) return -1;
      const holding = rows.find(row, replica);
      if (holding >= 0 && this.knownEnd(replica, holding) >= limit) return replica;
      replica = this.loads.following(replica);
    }
    return -1;
  }

  private scan(record: number, limit: number, allowed: number): number {
    const { loads } = this;
    const { chains, pool } = this.caches.holdings;
    const { words } = pool;
    let best = -1;
    let bestEnd = chains.words[record + FROM]!;
    let holding = chains.words[record + HOLDERS]!;
    for (; holding >= 0; holding = words[holding + NEXT]!) {
      const replica = words[holding + REPLICA]!;
      if (loads.load(replica) > allowed || !loads.isRoutable(replica)) continue;
      const end = Math.min(this.knownEnd(replica, holding), limit);
      if (end > bestEnd || (end === bestEnd && best >= 0 && loads.before(replica, best))) {
        best = replica;
        bestEnd = end;
      }
    }
    return best;
  }

  /** @returns how far the router believes that a holding reaches. */
  private knownEnd(replica: number, holding: number): number {
    const { caches } = this;
    if (!this.lags) return caches.holdings.pool.words[holding + caches.holdings.visibleEnd]!;
    caches.pending.settleUntil(replica, this.untilNs);
    return caches.changes.seenEnd(holding);
  }
}
