/**
 * What the engines ask of the prefix caches and of the router. Chains are run-time ids: the static
 * id of a template plus the base of the session that runs it; shared chains have one id for all.
 *
 * `createChainRegistry()`, `createPrefixCaches(options)` and `createRouter(options)` make them. Ids
 * of replicas and sessions index arrays: small integers, which may be used again once
 * `removeReplica` or `forget` was called.
 */
import type { ChainTable } from "../../traces/turn-templates.ts";

/**
 * A prefix: the first `blocks` blocks of the path that ends in `chain`; no chain is -1. `blocks`
 * may be smaller than the depth at which `chain` begins: it then ends in one of its ancestors.
 */
export interface ChainRegistry {
  /** Adds the chains of a template set. @returns the handle that `open` takes */
  register(chains: ChainTable): number;
  /**
   * @returns the base of a new session's chains; run-time id = base + (static id - firstChain); -1
   * for a session without chains of its own.
   */
  open(handle: number, firstChain: number, chainCount: number): number;
  /** @returns the run-time id of a shared chain. */
  sharedChain(handle: number, staticChain: number): number;
  /**
   * The session ended, and none of its turns is queued or running: its chains are freed once no
   * replica holds them.
   */
  close(base: number): void;
  /** @returns a fresh chain that leaves `parent` at `fromBlocks`: a base too, so to be closed. */
  fork(parent: number, fromBlocks: number): number;
}

/**
 * The caches of all replicas of a fleet. Tokens are whole blocks times `blockTokens`. A replica's
 * KV holds extents (cached blocks, pinned while a running turn uses them) and private tokens: the
 * part of a prompt after its last whole block, and what was generated.
 *
 * Recency is the time of the last release, so what running turns use has none; eviction takes the
 * block released longest ago, of one release the deepest first, block by block as needed.
 *
 * With a host tier, a block that is evicted moves there, and of that tier the block that came
 * longest ago is dropped when it is full. An admission that misses a block looks for it there, and
 * what it finds moves back (before anything is evicted); so no block is in both tiers, and what a
 * replica has in either is a prefix again. A block that is computed though the host tier has it
 * (a release inserts outputs) leaves that tier. Routers see both tiers as one. Everything else
 * here, `resident` included, is about the KV cache alone.
 *
 * With a shared store, a release writes its whole full path to it, and an admission looks there for
 * what it finds in neither tier of its replica: what the store has becomes resident without being
 * computed. The store knows no replicas: it loses nothing when one goes or is flushed.
 */
export interface PrefixCaches {
  /**
   * Changes from now on happen at `nowNs`, which never goes back. Only a router that lags asks when
   * a change happened: without one the call may be left out.
   */
  advance(nowNs: number): void;
  addReplica(replica: number, kvTokens: number): void;
  /** Forgets the replica with all it holds; turns that run on it are not released afterwards. */
  removeReplica(replica: number): void;
  /** Leading blocks of the prefix that are resident. */
  resident(replica: number, chain: number, blocks: number): number;
  /**
   * Pins the prefix on the replica, inserting the blocks that are missing (they can be found by
   * others from now on) and taking `privateTokens`; evicts what must go, and no block more. At most
   * `maxHitBlocks` count as found. @returns blocks found in either tier or in the store, or -1 when
   * pinned and private tokens would exceed the cache: then nothing changed
   */
  admit(replica: number, admission: Admission): number;
  /** Of the blocks that the last successful `admit` found, those that came from the host tier. */
  readonly hostFound: number;
  /** Of them, those that came from the shared store. */
  readonly storeFound: number;
  /**
   * More private tokens. If too few are free, evicts at least `evictAtLeastTokens` (all that nobody
   * uses, if that is less). @returns false when even that is not enough room: then nothing changed
   */
  grow(replica: number, tokens: number): boolean;
  /**
   * A turn ended: unpins its prompt; its output becomes blocks of `fullChain` up to `fullBlocks`
   * (equal to the prompt's where outputs are not cached); its private tokens are freed. The prompt
   * is a prefix of the full path. Blocks of the whole full path that nobody pins any more, cached
   * before or not, count as released now. @throws when no running turn pins the prompt
   */
  release(replica: number, turn: ReleasedTurn): void;
  pinnedTokens(replica: number): number;
  privateTokens(replica: number): number;
  /** Cached blocks, pinned or not; private tokens are not among them. */
  residentTokens(replica: number): number;
  /** Tokens that `grow` can take without evicting anything. */
  freeTokens(replica: number): number;
  /** Evicted to make room since the replica was added; what `flush` drops is not counted. */
  evictedTokens(replica: number): number;
  /** Drops every block that no running turn uses, of both tiers. */
  flush(replica: number): void;
  /** Recounts everything from scratch. @throws on any difference */
  checkConserved(): void;
}

export interface Admission {
  chain: number;
  blocks: number;
  privateTokens: number;
  maxHitBlocks: number;
}

export interface ReleasedTurn {
  chain: number;
  blocks: number;
  fullChain: number;
  fullBlocks: number;
  privateTokens: number;
  /** What the caches said of its admission, where they did: the look-up begins there. */
  holding?: number;
}

/**
 * Chooses a replica for each turn; sees loads at once and caches as they were `lagNs` ago: every
 * change at or before `nowNs - lagNs`.
 *
 * A replica is passed over by the guard when its turns in flight exceed
 * `guard * (sum / routable + 1)`, in floating point, with the turns in flight on routable replicas.
 */
export interface Router {
  addReplica(replica: number): void;
  /** No longer chosen; its load still counts down. */
  eject(replica: number): void;
  /** Chosen again, and of equal loads the last one, as if its load had just changed. */
  readmit(replica: number): void;
  /** Its load is forgotten; `done` for it is ignored from now on. */
  removeReplica(replica: number): void;
  /** @returns the replica, whose load is now one higher, or -1 when there is none */
  route(nowNs: number, session: number, chain: number, blocks: number): number;
  /** Sends to one that the caller chose (a fault did). Sessions do not stick to it. */
  assign(replica: number): void;
  /** A turn left the replica, whatever its end. */
  done(replica: number): void;
  /** A session ended: it may be forgotten. */
  forget(session: number): void;
  /** Turns in flight; 0 for a replica that is not there. */
  inFlight(replica: number): number;
}
