import { auditCaches } from "./cache-audit.ts";
import { CacheChanges } from "./cache-changes.ts";
import type { Admission, PrefixCaches, ReleasedTurn } from "./cache-contract.ts";
import { CachePath, STEP_CHAIN, STEP_HOLDING, STEP_LIMIT, STEP_STRIDE } from "./cache-path.ts";
import type { Chains } from "./chain-registry.ts";
import { Extents, HOLDING, NEWER } from "./extents.ts";
import { ABOVE, END, FROM, Holdings, PIN_END, REPLICA, UNSEEN } from "./holdings.ts";
import { HostTier } from "./host-tier.ts";
import { PendingEvictions } from "./pending-evictions.ts";
import { Pins } from "./pins.ts";
import { grown } from "./record-pool.ts";
import {
  ABSENT,
  ANCHOR,
  FREE,
  KV,
  PRIVATE,
  RECORD_SHIFT,
  REPLICA_STRIDE,
  ROOM,
} from "./replica-words.ts";
import { SharedStore } from "./shared-store.ts";

export interface PrefixCacheOptions {
  readonly registry: Chains;
  readonly blockTokens: number;
  /** Evicted at least when running sequences need room and none is left. */
  readonly evictAtLeastTokens: number;
  /** Size of the host tier of every replica; absent: there is none. */
  readonly hostTokens?: number;
  /** Size of the store that all replicas share; absent: there is none. */
  readonly storeTokens?: number;
}

/** The caches of a fleet as extents: costs grow with the chains of a path, not with its blocks. */
export class ExtentCaches implements PrefixCaches {
  readonly blockTokens: number;
  readonly holdings: Holdings;
  readonly extents = new Extents();
  readonly pins = new Pins();
  readonly changes: CacheChanges;
  readonly pending = new PendingEvictions();
  readonly host: HostTier | null;
  readonly store: SharedStore | null;
  replicas = new Int32Array(0);
  hostFound = 0;
  storeFound = 0;
  /** What the last successful `admit` holds of the prompt's last chain till its release; or -1. */
  deepest = -1;
  private evicted = new Float64Array(0);
  readonly evictAtLeastTokens: number;
  private readonly path: CachePath;

  constructor(options: PrefixCacheOptions) {
    const { registry, blockTokens, evictAtLeastTokens, hostTokens = 0, storeTokens = 0 } = options;
    const hostBlocks = Math.floor(hostTokens / blockTokens);
    const storeBlocks = Math.floor(storeTokens / blockTokens);
    this.blockTokens = blockTokens;
    this.evictAtLeastTokens = evictAtLeastTokens;
    this.holdings = new Holdings(registry, hostBlocks > 0);
    this.changes = new CacheChanges(this.holdings);
    this.path = new CachePath(this.holdings);
    this.host = hostBlocks > 0 ? new HostTier(this.holdings, this.changes, hostBlocks) : null;
    this.store = storeBlocks > 0 ? new SharedStore(registry, storeBlocks) : null;
  }

  advance(nowNs: number): void {
    this.changes.advance(nowNs);
  }

  /** Brings what a router that lags knows of a replica up to what it sees now. */
  look(replica: number): void {
    this.pending.settleUntil(replica, this.changes.seenUntilNs());
    this.changes.show(replica);
  }

  /** The same where it is one of its holdings that matters: most have not changed of late. */
  lookAt(replica: number, holding: number): void {
    const changed = this.holdings.pool.words[holding | UNSEEN]! !== 0;
    if (changed || this.pending.isDue(replica, this.changes.seenUntilNs())) this.look(replica);
  }

  addReplica(replica: number, kvTokens: number): void {
    const record = replica << RECORD_SHIFT;
    this.fit(replica);
    if (this.replicas[record | ANCHOR] !== ABSENT) throw new Error(`replica ${replica} exists`);
    this.replicas[record | ANCHOR] = this.extents.anchor();
    this.replicas[record | KV] = kvTokens;
    this.replicas[record | FREE] = kvTokens;
    this.replicas[record | ROOM] = kvTokens;
    this.replicas[record | PRIVATE] = 0;
    this.evicted[replica] = 0;
    this.pending.add(replica);
    this.changes.addReplica(replica);
    this.host?.addReplica(replica);
  }

  /** Leaves less than no room, so that nothing is admitted to an id that no replica has. */
  removeReplica(replica: number): void {
    const { pool } = this.holdings;
    for (let holding = 0; holding < pool.end; holding += pool.stride) {
      if (pool.words[holding | REPLICA] !== replica) continue;
      this.pins.clear(pool.words, holding);
      this.extents.cover(pool.words, holding, Number.MAX_SAFE_INTEGER);
      this.host?.lose(holding);
      this.holdings.drop(holding);
    }
    this.changes.removeReplica(replica);
    this.host?.removeReplica(replica);
    this.pending.clear(replica);
    const record = replica << RECORD_SHIFT;
    this.extents.pool.give(this.replicas[record | ANCHOR]!);
    this.replicas.fill(ABSENT, record, record + REPLICA_STRIDE);
    this.replicas[record | PRIVATE] = 0;
  }

  resident(replica: number, chain: number, blocks: number): number {
    const { chains } = this.holdings;
    const words = this.holdings.pool.words;
    let limit = blocks;
    for (let above = chain; above >= 0; above = chains.parent(above)) {
      const from = chains.from(above);
      if (from >= limit) continue;
      const holding = this.holdings.find(above, replica);
      const end = holding < 0 ? from : words[holding | END]!;
      if (end > from) return Math.min(end, limit);
      limit = from;
    }
    return 0;
  }

  admit(replica: number, admission: Admission): number {
    const { path, blockTokens } = this;
    const { blocks, privateTokens } = admission;
    path.find(replica, admission.chain, blocks);
    const record = replica << RECORD_SHIFT;
    const { found, unpinned } = path;
    const newlyUsed = unpinned * blockTokens + privateTokens;
    const { replicas } = this;
    if (newlyUsed > replicas[record | ROOM]!) return -1;
    const added = (blocks - found) * blockTokens + privateTokens;
    this.pin(path.missing, path.length);
    this.hostFound = 0;
    this.storeFound = 0;
    if (this.host !== null && found < blocks) this.load(this.host, replica, admission.maxHitBlocks);
    if (this.store !== null && found < blocks) this.fetch(this.store, admission);
    this.makeRoom(record, added);
    if (found < blocks) {
      this.extend(replica);
      this.pin(0, path.missing);
    }
    this.deepest = path.length > 0 ? path.words[STEP_HOLDING]! : -1;
    replicas[record | ROOM]! -= newlyUsed;
    replicas[record | FREE]! -= added;
    replicas[record | PRIVATE]! += privateTokens;
    return Math.min(found, admission.maxHitBlocks) + this.hostFound + this.storeFound;
  }

  grow(replica: number, tokens: number): boolean {
    const { replicas } = this;
    const record = replica << RECORD_SHIFT;
    const free = replicas[record | FREE]!;
    const room = replicas[record | ROOM]!;
    if (tokens > room) return false;
    if (tokens > free) {
      const evict = Math.max(tokens - free, this.evictAtLeastTokens);
      this.makeRoom(record, Math.min(free + evict, room));
    }
    replicas[record | FREE]! -= tokens;
    replicas[record | ROOM]! -= tokens;
    replicas[record | PRIVATE]! += tokens;
    return true;
  }

  release(replica: number, turn: ReleasedTurn): void {
    const { path } = this;
    const { fullBlocks, privateTokens } = turn;
    if (!path.findFrom(turn.holding ?? -1, turn.fullChain, fullBlocks)) {
      path.find(replica, turn.fullChain, fullBlocks);
    }
    const { found } = path;
    if (this.host !== null && found < fullBlocks) this.host.take(replica, path);
    if (found < fullBlocks) this.extend(replica);
    const { replicas } = this;
    const record = replica << RECORD_SHIFT;
    const unpinned = this.unpin(turn.blocks, replicas[record | ANCHOR]!);
    const added = (fullBlocks - found) * this.blockTokens;
    replicas[record | ROOM]! += unpinned * this.blockTokens + privateTokens;
    replicas[record | FREE]! += privateTokens - added;
    replicas[record | PRIVATE]! -= privateTokens;
    this.makeRoom(record, 0);
    if (this.store !== null) this.store.write(turn.fullChain, fullBlocks);
  }

  pinnedTokens(replica: number): number {
    const record = replica << RECORD_SHIFT;
    const { replicas } = this;
    return replicas[record | KV]! - replicas[record | ROOM]! - replicas[record | PRIVATE]!;
  }

  privateTokens(replica: number): number {
    return this.replicas[(replica << RECORD_SHIFT) | PRIVATE]!;
  }

  residentTokens(replica: number): number {
    const record = replica << RECORD_SHIFT;
    const { replicas } = this;
    return replicas[record | KV]! - replicas[record | FREE]! - replicas[record | PRIVATE]!;
  }

  freeTokens(replica: number): number {
    return this.replicas[(replica << RECORD_SHIFT) | FREE]!;
  }

  /** @returns tokens that `grow` can take at most. */
  roomTokens(replica: number): number {
    return this.replicas[(replica << RECORD_SHIFT) | ROOM]!;
  }

  evictedTokens(replica: number): number {
    return this.evicted[replica]!;
  }

  /** `tokens` of the replica's cache were evicted to make room, by who calls. */
  countEvicted(replica: number, tokens: number): void {
    this.evicted[replica]! += tokens;
  }

  flush(replica: number): void {
    const record = replica << RECORD_SHIFT;
    const evicted = this.evicted[replica]!;
    this.makeRoom(record, this.replicas[record | ROOM]!);
    this.evicted[replica] = evicted;
    this.host?.flush(replica);
  }

  checkConserved(): void {
    auditCaches(this);
  }

  private fit(replica: number): void {
    const length = (replica + 1) * REPLICA_STRIDE;
    const before = this.replicas.length;
    this.holdings.rows.fit(replica);
    if (length <= before) return;
    this.replicas = grown(this.replicas, length).fill(ABSENT, before);
    const evicted = new Float64Array(this.replicas.length / REPLICA_STRIDE);
    evicted.set(this.evicted);
    this.evicted = evicted;
  }

  /** Evicts until `tokens` are free: from the deep end of the extent released longest ago. */
  private makeRoom(record: number, tokens: number): void {
    const short = tokens - this.replicas[record | FREE]!;
    if (short <= 0) return;
    const { blockTokens } = this;
    const blocks = short <= blockTokens ? 1 : Math.ceil(short / blockTokens);
    const anchor = this.replicas[record | ANCHOR]!;
    const holdings = this.holdings.pool.words;
    const extents = this.extents.pool.words;
    for (let left = blocks; left > 0; ) {
      const extent = extents[anchor | NEWER]!;
      if (extent === anchor) throw new Error("a replica holds more than its KV cache");
      const holding = extents[extent | HOLDING]!;
      left -= this.extents.trim(holdings, extent, left);
      if (this.host === null) this.changes.note(holding);
      else this.host.receive(holding);
    }
    this.replicas[record | FREE]! += blocks * blockTokens;
    this.evicted[record >> RECORD_SHIFT]! += blocks * blockTokens;
  }

  /** Pins the steps of the path from one to another, and takes them out of the order of release. */
  private pin(fromStep: number, toStep: number): void {
    const holdings = this.holdings.pool.words;
    const steps = this.path.words;
    for (let step = fromStep; step < toStep; step += STEP_STRIDE) {
      const holding = steps[step | STEP_HOLDING]!;
      const limit = steps[step | STEP_LIMIT]!;
      this.extents.cover(holdings, holding, limit);
      this.pins.add(holdings, holding, limit);
    }
  }

  /** Makes every block of the path resident: of all its chains but the deepest held one, it is. */
  private extend(replica: number): void {
    const { words: steps, length, missing } = this.path;
    let above = -1;
    for (let step = Math.min(missing, length - STEP_STRIDE); step >= 0; step -= STEP_STRIDE) {
      let holding = steps[step | STEP_HOLDING]!;
      if (holding < 0) {
        holding = this.holdings.add(steps[step | STEP_CHAIN]!, replica);
        steps[step | STEP_HOLDING] = holding;
      }
      if (step < missing) this.holdings.pool.words[holding | ABOVE] = above;
      const limit = steps[step | STEP_LIMIT]!;
      if (this.holdings.pool.words[holding | END]! < limit) this.lengthen(holding, limit);
      above = holding;
    }
  }

  private lengthen(holding: number, end: number): void {
    const { words } = this.holdings.pool;
    words[holding | END] = end;
    if (this.host === null || this.host.lengthen(holding, end)) this.changes.note(holding);
  }

  /** Takes what the admission finds in the host tier out, before anything is evicted to it. */
  private load(host: HostTier, replica: number, maxHitBlocks: number): void {
    const found = Math.min(this.path.found, maxHitBlocks);
    this.hostFound = Math.min(host.take(replica, this.path), maxHitBlocks) - found;
  }

  /** Looks in the store for what the admission finds in neither tier of the replica. */
  private fetch(store: SharedStore, { chain, blocks, maxHitBlocks }: Admission): void {
    const found = Math.min(this.path.found, maxHitBlocks) + this.hostFound;
    if (found >= Math.min(blocks, maxHitBlocks)) return;
    const reach = Math.min(store.fetch(chain, blocks), maxHitBlocks);
    if (reach > found) this.storeFound = reach - found;
  }

  /**
   * One turn fewer pins the first `blocks` blocks of the path; what nobody pins is released now,
   * deepest first. @returns blocks that are not pinned any more
   */
  private unpin(blocks: number, anchor: number): number {
    const holdings = this.holdings.pool.words;
    const { words: steps, length } = this.path;
    let unpinned = 0;
    for (let step = 0; step < length; step += STEP_STRIDE) {
      const holding = steps[step | STEP_HOLDING]!;
      const limit = steps[step | STEP_LIMIT]!;
      if (holdings[holding | FROM]! < blocks) {
        unpinned += holdings[holding | PIN_END]!;
        this.pins.remove(holdings, holding, Math.min(limit, blocks));
        unpinned -= holdings[holding | PIN_END]!;
      }
      this.extents.cover(holdings, holding, limit);
      if (holdings[holding | PIN_END]! < limit) this.extents.push(holdings, holding, limit, anchor);
    }
    return unpinned;
  }
}

/** @returns the prefix caches of one fleet, without replicas. */
export function createPrefixCaches(options: PrefixCacheOptions): ExtentCaches {
  return new ExtentCaches(options);
}
