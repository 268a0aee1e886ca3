import { blockNs, type Evicting } from "./eviction-runs.ts";
import { HOLDING, NEWER } from "./extents.ts";
import type { ExtentCaches } from "./prefix-caches.ts";
import { ANCHOR, FREE, PRIVATE, RECORD_SHIFT, ROOM } from "./replica-words.ts";
import { DECODERS, REPLICA_SHIFT } from "./replicas.ts";

/**
 * What decoding evicts during a stretch, all at once: block by block as tokens need room, each at
 * the instant at which its iteration begins. Not where a block falls to another tier, nor where
 * more than a block goes at a time: those are for `PrefixCaches.grow`, once for each eviction.
 */
export class DecodeEvictions {
  /** Whether it may be asked. */
  readonly applies: boolean;
  private readonly caches: ExtentCaches;
  private evicting: Evicting;

  constructor(caches: ExtentCaches) {
    const { blockTokens } = caches;
    this.caches = caches;
    this.applies = caches.host === null && caches.evictAtLeastTokens <= blockTokens;
    this.evicting = { words: new Float64Array(0), at: 0, free: 0, blockTokens };
  }

  /**
   * The sequences of the stretch take the tokens of its next `iterations` iterations, more than are
   * free and no more than there is room for.
   * @param words of replicas: the stretch is that of the replica's
   */
  grow(replica: number, words: Float64Array, iterations: number): void {
    const { replicas, blockTokens } = this.caches;
    const record = replica << RECORD_SHIFT;
    const at = replica << REPLICA_SHIFT;
    const free = replicas[record | FREE]!;
    const tokens = words[at | DECODERS]! * iterations;
    const blocks = Math.ceil((tokens - free) / blockTokens);
    if (this.evicting.words !== words) this.evicting = { words, at, free, blockTokens };
    this.evicting.at = at;
    this.evicting.free = free;
    this.evict(replicas[record | ANCHOR]!, blocks);
    this.caches.countEvicted(replica, blocks * blockTokens);
    replicas[record | FREE]! += blocks * blockTokens - tokens;
    replicas[record | ROOM]! -= tokens;
    replicas[record | PRIVATE]! += tokens;
  }

  private evict(anchor: number, blocks: number): void {
    const { extents, holdings, changes } = this.caches;
    const { evicting } = this;
    const { words } = holdings.pool;
    for (let evicted = 0; evicted < blocks; ) {
      const extent = extents.pool.words[anchor | NEWER]!;
      if (extent === anchor) throw new Error("a replica holds more than its KV cache");
      const holding = extents.pool.words[extent | HOLDING]!;
      const first = evicted + 1;
      evicted += extents.trim(words, extent, blocks - evicted);
      changes.advance(blockNs(evicting, first));
      if (evicted === first) changes.note(holding);
      else changes.noteRun(holding, evicting, evicted);
    }
  }
}
