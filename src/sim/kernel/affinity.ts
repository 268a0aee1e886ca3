import { NEXT, REPLICA, SEEN_END } from "./holdings.ts";
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
  private readonly lags: boolean;
  /** The word of a holding that says how far the router believes it reaches. */
  private readonly endWord: number;

  constructor(caches: ExtentCaches, loads: LoadBuckets, guard: number, lags: boolean) {
    this.caches = caches;
    this.loads = loads;
    this.guard = guard;
    this.lags = lags;
    this.endWord = lags ? SEEN_END : caches.holdings.visibleEnd;
  }

  /** @returns the replica, or -1 when no allowed one knows a block of the prefix. */
  choose(lastChain: number, blocks: number): number {
    const { chains } = this.caches.holdings;
    const { routable, routableLoad } = this.loads;
    const allowed = this.guard * (routableLoad / routable + 1);
    let limit = blocks;
    for (let chain = lastChain; chain >= 0; ) {
      const from = chains.from(chain);
      if (from < limit) {
        const best = chains.isHeld(chain) ? this.best(chain, limit, allowed) : -1;
        if (best >= 0) return best;
        limit = from;
      }
      chain = chains.parent(chain);
    }
    return -1;
  }

  private best(chain: number, limit: number, allowed: number): number {
    const probed = this.probe(chain, limit, allowed);
    return probed >= 0 ? probed : this.scan(chain, limit, allowed);
  }

  /**
   * Where many hold the whole of a chain (a shared system prompt), one of the least loaded replicas
   * does, and wins: so they are asked first, but no more of them than there are holders.
   * @returns the least loaded replica that knows the chain up to `limit`, or -1 if it was not found
   */
  private probe(chain: number, limit: number, allowed: number): number {
    const { holdings } = this.caches;
    const { rows, pool } = holdings;
    if (holdings.row(chain) < 0) return -1;
    let replica = this.loads.leastLoaded();
    for (let left = holdings.count(chain); left > 0 && replica >= 0; left--) {
      if (this.loads.load(replica) > allowed) return -1;
      if (this.lags) this.caches.look(replica);
      // What the look let go of may have been one holder too many for a row.
      const row = holdings.row(chain);
      const holding = row < 0 ? -1 : rows.find(row, replica);
      if (holding >= 0 && pool.words[holding + this.endWord]! >= limit) return replica;
      replica = this.loads.following(replica);
    }
    return -1;
  }

  private scan(chain: number, limit: number, allowed: number): number {
    const { loads, endWord } = this;
    const { holdings } = this.caches;
    const { words } = holdings.pool;
    let best = -1;
    let bestEnd = holdings.chains.from(chain);
    let holding = holdings.first(chain);
    for (let next = -1; holding >= 0; holding = next) {
      const replica = words[holding | REPLICA]!;
      // The look may free the holding: then its known end is its beginning.
      next = words[holding | NEXT]!;
      if (loads.load(replica) > allowed || !loads.isRoutable(replica)) continue;
      if (this.lags) this.caches.lookAt(replica, holding);
      const end = Math.min(words[holding + endWord]!, limit);
      if (end > bestEnd || (end === bestEnd && best >= 0 && loads.before(replica, best))) {
        best = replica;
        bestEnd = end;
      }
    }
    return best;
  }
}
