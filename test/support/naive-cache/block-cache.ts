/** One replica's KV cache as a map from block to its state, and its host tier as a list. */

interface BlockState {
  readonly depth: number;
  pins: number;
  /** Number of the release after which nobody used it. */
  released: number;
}

export class BlockCache {
  readonly kvTokens: number;
  readonly blocks = new Map<string, BlockState>();
  /** The host tier: what came longest ago first. */
  host: string[] = [];
  hostFound = 0;
  privateTokens = 0;
  evictedTokens = 0;
  private readonly blockTokens: number;
  private readonly hostBlocks: number;
  private releases = 0;

  constructor(kvTokens: number, blockTokens: number, hostTokens: number) {
    this.kvTokens = kvTokens;
    this.blockTokens = blockTokens;
    this.hostBlocks = Math.floor(hostTokens / blockTokens);
  }

  /** Blocks of both tiers. */
  all(): ReadonlySet<string> {
    return new Set([...this.blocks.keys(), ...this.host]);
  }

  residentTokens(): number {
    return this.blocks.size * this.blockTokens;
  }

  pinnedTokens(): number {
    return [...this.blocks.values()].filter(({ pins }) => pins > 0).length * this.blockTokens;
  }

  freeTokens(): number {
    return this.kvTokens - this.residentTokens() - this.privateTokens;
  }

  resident(path: readonly string[]): number {
    return leading(path, this.blocks);
  }

  admit(path: readonly string[], privateTokens: number, maxHitBlocks: number): number {
    const fresh = path.filter((block) => (this.blocks.get(block)?.pins ?? 0) === 0).length;
    const room = this.kvTokens - this.pinnedTokens() - this.privateTokens;
    if (fresh * this.blockTokens + privateTokens > room) return -1;
    const found = this.resident(path);
    const inBoth = leading(path, this.all());
    this.host = this.host.filter((block) => !path.includes(block));
    this.hostFound = Math.min(inBoth, maxHitBlocks) - Math.min(found, maxHitBlocks);
    for (const block of path.slice(0, found)) this.at(block).pins++;
    this.evictUntilFree((path.length - found) * this.blockTokens + privateTokens);
    path.forEach((block, depth) => {
      if (depth >= found) this.blocks.set(block, { depth, pins: 1, released: 0 });
    });
    this.privateTokens += privateTokens;
    return Math.min(inBoth, maxHitBlocks);
  }

  grow(tokens: number, evictAtLeastTokens: number): boolean {
    const free = this.freeTokens();
    if (tokens > this.kvTokens - this.pinnedTokens() - this.privateTokens) return false;
    if (tokens > free) this.evictUntilFree(Math.max(tokens, free + evictAtLeastTokens));
    this.privateTokens += tokens;
    return true;
  }

  release(path: readonly string[], full: readonly string[], privateTokens: number): void {
    this.releases++;
    for (const block of path) this.at(block).pins--;
    this.host = this.host.filter((block) => !full.includes(block));
    full.forEach((block, depth) => {
      const state = this.blocks.get(block) ?? { depth, pins: 0, released: 0 };
      if (state.pins === 0) state.released = this.releases;
      this.blocks.set(block, state);
    });
    this.privateTokens -= privateTokens;
    this.evictUntilFree(0);
  }

  flush(): void {
    for (const [block, { pins }] of this.blocks) if (pins === 0) this.blocks.delete(block);
    this.host = [];
  }

  private evictUntilFree(tokens: number): void {
    for (let next = this.oldest(); this.freeTokens() < tokens && next; next = this.oldest()) {
      this.blocks.delete(next);
      this.host = [...this.host, next].slice(-this.hostBlocks || Number.POSITIVE_INFINITY);
      this.evictedTokens += this.blockTokens;
    }
  }

  private oldest(): string | undefined {
    const unused = [...this.blocks].filter(([, { pins }]) => pins === 0);
    unused.sort(([, a], [, b]) => a.released - b.released || b.depth - a.depth);
    return unused[0]?.[0];
  }

  private at(block: string): BlockState {
    const state = this.blocks.get(block);
    if (state === undefined) throw new Error(`${block} is not resident`);
    return state;
  }
}

/** @returns how many leading blocks of the path are there */
export function leading(path: readonly string[], there: { has(block: string): boolean }): number {
  const missing = path.findIndex((block) => !there.has(block));
  return missing < 0 ? path.length : missing;
}
