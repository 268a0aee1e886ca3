/**
 * The prefix cache of one replica, a map from block to its state, and behind it the host tier, a
 * set; docs/simulator.md, "Caches".
 */

interface Block {
  readonly depth: number;
  /** Running turns whose prompt has the block. */
  pins: number;
  /** Number of the release that unpinned it last. */
  released: number;
}

/** A block came to one of the tiers, or is in none any more. */
interface Change {
  readonly atNs: number;
  readonly here: boolean;
}

export interface NaiveAdmission {
  readonly blocks: readonly string[];
  readonly privateTokens: number;
  /** At most so many blocks count as found. */
  readonly maxHitBlocks: number;
}

export interface NaiveRelease {
  readonly blocks: readonly string[];
  /** Blocks behind the prompt's that stay in the cache. */
  readonly outputBlocks: readonly string[];
  readonly privateTokens: number;
}

/** Blocks found, and those of them that came from the host tier. */
export interface NaiveHits {
  readonly blocks: number;
  readonly fromHost: number;
}

export class NaiveCache {
  evictedTokens = 0;
  private privateTokens = 0;
  private releases = 0;
  private readonly resident = new Map<string, Block>();
  /** Evicted blocks, in the order in which they came. */
  private readonly host = new Set<string>();
  private readonly history = new Map<string, Change[]>();
  private readonly kvTokens: number;
  private readonly hostTokens: number;
  private readonly blockTokens: number;

  constructor(of: { kvTokens: number; hostTokens: number; blockTokens: number }) {
    this.kvTokens = of.kvTokens;
    this.hostTokens = of.hostTokens;
    this.blockTokens = of.blockTokens;
  }

  /** Pinned blocks and private tokens. */
  usedTokens(): number {
    const pinned = [...this.resident.values()].filter(({ pins }) => pins > 0);
    return pinned.length * this.blockTokens + this.privateTokens;
  }

  /** @returns how many leading blocks either tier had once everything up to `atNs` had happened */
  known(blocks: readonly string[], atNs: number): number {
    return leading(blocks, (block) => {
      const changes = this.history.get(block) ?? [];
      return changes.findLast((change) => change.atNs <= atNs)?.here ?? false;
    });
  }

  /** @returns null when pinned and private tokens would exceed the cache */
  admit(nowNs: number, { blocks, privateTokens, maxHitBlocks }: NaiveAdmission): NaiveHits | null {
    const newlyPinned = blocks.filter((block) => (this.resident.get(block)?.pins ?? 0) === 0);
    const needed = newlyPinned.length * this.blockTokens + privateTokens;
    if (this.usedTokens() + needed > this.kvTokens) return null;
    const inKv = leading(blocks, (block) => this.resident.has(block));
    const found = leading(blocks, (block) => this.resident.has(block) || this.host.has(block));
    for (const block of blocks.slice(0, inKv)) this.state(block).pins += 1;
    for (const block of blocks) this.host.delete(block);
    this.privateTokens += privateTokens;
    const missing = blocks.slice(inKv);
    this.evict(nowNs, missing.length * this.blockTokens - this.freeTokens());
    missing.forEach((block, index) => this.insert(nowNs, block, { depth: inKv + index, pins: 1 }));
    const counted = Math.min(found, maxHitBlocks);
    return { blocks: counted, fromHost: counted - Math.min(inKv, maxHitBlocks) };
  }

  /** @returns false when there is no room for more private tokens, whatever is evicted */
  grow(nowNs: number, tokens: number, evictAtLeastTokens: number): boolean {
    if (this.usedTokens() + tokens > this.kvTokens) return false;
    const short = tokens - this.freeTokens();
    if (short > 0) this.evict(nowNs, Math.max(short, evictAtLeastTokens));
    this.privateTokens += tokens;
    return true;
  }

  release(nowNs: number, { blocks, outputBlocks, privateTokens }: NaiveRelease): void {
    this.releases += 1;
    this.privateTokens -= privateTokens;
    for (const block of blocks) {
      const state = this.state(block);
      state.pins -= 1;
      if (state.pins === 0) state.released = this.releases;
    }
    outputBlocks.forEach((block, index) => {
      const state = this.resident.get(block);
      if (state === undefined) this.insert(nowNs, block, { depth: blocks.length + index, pins: 0 });
      else if (state.pins === 0) state.released = this.releases;
    });
    this.evict(nowNs, -this.freeTokens());
  }

  /** Drops what no running turn uses, of both tiers. */
  flush(nowNs: number): void {
    for (const [block] of this.unpinned()) {
      this.resident.delete(block);
      this.note(nowNs, block, false);
    }
    for (const block of this.host) this.dropFromHost(nowNs, block);
  }

  private freeTokens(): number {
    return this.kvTokens - this.resident.size * this.blockTokens - this.privateTokens;
  }

  /** Whole blocks, as far as there are: released longest ago first, of one release the deepest. */
  private evict(nowNs: number, tokens: number): void {
    let evicted = 0;
    for (const [block] of this.unpinned()) {
      if (evicted >= tokens) break;
      this.moveToHost(nowNs, block);
      evicted += this.blockTokens;
    }
    this.evictedTokens += evicted;
  }

  private unpinned(): [string, Block][] {
    return [...this.resident]
      .filter(([, { pins }]) => pins === 0)
      .sort(([, a], [, b]) => a.released - b.released || b.depth - a.depth);
  }

  private insert(nowNs: number, block: string, as: { depth: number; pins: number }): void {
    if (this.resident.has(block)) throw new Error(`block ${block} lies behind a hole`);
    this.host.delete(block);
    this.resident.set(block, { ...as, released: this.releases });
    this.note(nowNs, block, true);
  }

  /** Where the block that came longest ago makes room for it. */
  private moveToHost(nowNs: number, block: string): void {
    this.resident.delete(block);
    this.host.add(block);
    const [oldest] = this.host;
    const full = this.host.size * this.blockTokens > this.hostTokens;
    if (full && oldest !== undefined) this.dropFromHost(nowNs, oldest);
  }

  private dropFromHost(nowNs: number, block: string): void {
    this.host.delete(block);
    this.note(nowNs, block, false);
  }

  private note(atNs: number, block: string, here: boolean): void {
    this.history.set(block, [...(this.history.get(block) ?? []), { atNs, here }]);
  }

  private state(block: string): Block {
    const state = this.resident.get(block);
    if (state === undefined) throw new Error(`block ${block} is not resident`);
    return state;
  }
}

function leading(blocks: readonly string[], holds: (block: string) => boolean): number {
  const first = blocks.findIndex((block) => !holds(block));
  return first < 0 ? blocks.length : first;
}
