import type { RouterModel } from "./contract.ts";
import { SEEN_END } from "./holdings.ts";
import type { ExtentCaches } from "./prefix-caches.ts";

export interface DecayedAffinityOptions {
  readonly caches: ExtentCaches;
  readonly lags: boolean;
  readonly guard: number;
  readonly decay: NonNullable<RouterModel["decay"]>;
}

/**
 * The longest known prefix among replicas that had not much to compute of late. A replica's load is
 * what the turns it was sent had to compute as far as the router knew, forgotten exponentially. It
 * is brought to now for every turn, so a turn costs as much as there are replicas.
 */
export class DecayedAffinity {
  private readonly options: DecayedAffinityOptions;
  /** The word of a holding that says how far the router believes it reaches. */
  private readonly endWord: number;
  /** Replicas that are chosen from, by id. */
  private readonly routable: number[] = [];
  /** By replica: its load, tokens, at the instant at which it was last sent a turn. */
  private readonly loads: number[] = [];
  private readonly timesNs: number[] = [];

  constructor(options: DecayedAffinityOptions) {
    this.options = options;
    this.endWord = options.lags ? SEEN_END : options.caches.holdings.visibleEnd;
  }

  /** A replica that is new has no load. */
  add(replica: number): void {
    this.loads[replica] = 0;
    this.timesNs[replica] = 0;
    this.readmit(replica);
  }

  readmit(replica: number): void {
    this.routable.push(replica);
    this.routable.sort((a, b) => a - b);
  }

  eject(replica: number): void {
    const place = this.routable.indexOf(replica);
    if (place >= 0) this.routable.splice(place, 1);
  }

  /** Sends a turn to the replica it is best for. At least one has to be routable. */
  choose(nowNs: number, chain: number, blocks: number): number {
    const { routable } = this;
    const loads = routable.map((replica) => this.loadAt(replica, nowNs));
    const allowed = this.allowedOf(loads);
    let least = 0;
    let best = -1;
    let bestKnown = 0;
    for (let place = 0; place < routable.length; place++) {
      const load = loads[place]!;
      if (load < loads[least]!) least = place;
      if (load > allowed) continue;
      const known = this.known(routable[place]!, chain, blocks);
      if (known < bestKnown || known === 0) continue;
      if (known === bestKnown && load >= loads[best]!) continue;
      best = place;
      bestKnown = known;
    }
    const chosen = best >= 0 ? best : least;
    const replica = routable[chosen]!;
    const known = best >= 0 ? bestKnown : this.known(replica, chain, blocks);
    this.loads[replica] = loads[chosen]! + (blocks - known) * this.options.caches.blockTokens;
    this.timesNs[replica] = nowNs;
    return replica;
  }

  private loadAt(replica: number, nowNs: number): number {
    const { decayNs } = this.options.decay;
    return this.loads[replica]! * Math.exp((this.timesNs[replica]! - nowNs) / decayNs);
  }

  private allowedOf(loads: readonly number[]): number {
    const { guard, decay } = this.options;
    const sum = loads.reduce((total, load) => total + load, 0);
    return guard * (sum / loads.length + decay.slackTokens);
  }

  /** @returns leading blocks of the prefix that the router believes a replica to have */
  private known(replica: number, lastChain: number, blocks: number): number {
    const { caches, lags } = this.options;
    if (lags) caches.look(replica);
    const { chains } = caches.holdings;
    const { words } = caches.holdings.pool;
    let limit = blocks;
    for (let chain = lastChain; chain >= 0; ) {
      const from = chains.from(chain);
      if (from < limit) {
        const holding = caches.holdings.find(chain, replica);
        const end = holding < 0 ? from : words[holding + this.endWord]!;
        if (end > from) return Math.min(end, limit);
        limit = from;
      }
      chain = chains.parent(chain);
    }
    return 0;
  }
}
