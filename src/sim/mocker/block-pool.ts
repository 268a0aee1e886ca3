/**
 * The blocks of one worker. A full block is known by its key; several blocks may hold one key, each
 * takes its own space. Blocks nobody uses stay until their space is needed, released longest ago
 * first.
 */
export interface Block {
  /** null: not full yet. */
  key: string | null;
  users: number;
}

export class BlockPool {
  private readonly total: number;
  private readonly byKey = new Map<string, Set<Block>>();
  /** Full blocks without users, in order of release. */
  private readonly idle = new Set<Block>();
  private used = 0;

  constructor(totalBlocks: number) {
    this.total = totalBlocks;
  }

  /** Blocks that an allocation may still take, idle ones included. */
  available(): number {
    return this.total - this.used;
  }

  /** @returns the first block that holds the key */
  find(key: string): Block | undefined {
    const [first] = this.byKey.get(key) ?? [];
    return first;
  }

  use(block: Block): void {
    if (block.users === 0) {
      this.idle.delete(block);
      this.used += 1;
    }
    block.users += 1;
  }

  /** @returns an empty block in use. @throws when every block is in use */
  allocate(): Block {
    if (this.used >= this.total) throw new Error(`all ${this.total} blocks are in use`);
    if (this.used + this.idle.size >= this.total) this.evictOne();
    this.used += 1;
    return { key: null, users: 1 };
  }

  /** The block is full: it can be found from now on. */
  fill(block: Block, key: string): void {
    if (block.key !== null) return;
    block.key = key;
    const same = this.byKey.get(key) ?? new Set();
    this.byKey.set(key, same.add(block));
  }

  release(block: Block): void {
    block.users -= 1;
    if (block.users > 0) return;
    this.used -= 1;
    if (block.key !== null) this.idle.add(block);
  }

  private evictOne(): void {
    const [oldest] = this.idle;
    if (oldest === undefined) return;
    this.idle.delete(oldest);
    this.forget(oldest);
  }

  /** Forgets every idle block. */
  flush(): void {
    for (const block of this.idle) this.forget(block);
    this.idle.clear();
  }

  private forget(block: Block): void {
    if (block.key === null) return;
    const same = this.byKey.get(block.key);
    same?.delete(block);
    if (same?.size === 0) this.byKey.delete(block.key);
  }
}
