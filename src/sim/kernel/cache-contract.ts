/**
 * What the engines ask of the prefix caches and of the router. Chains are run-time ids: the static
 * id of a template plus the base of the session that runs it; shared chains have one id for all.
 */
import type { ChainTable } from "../../traces/turn-templates.ts";

/** A prefix: the first `blocks` blocks of the path that ends in `chain`; no chain is -1. */
export interface ChainRegistry {
  /** Adds the chains of a template set. @returns the handle that `open` takes */
  register(chains: ChainTable): number;
  /** @returns the base of a new session's chains; run-time id = base + (static id - firstChain). */
  open(handle: number, firstChain: number, chainCount: number): number;
  /** @returns the run-time id of a shared chain. */
  sharedChain(handle: number, staticChain: number): number;
  /** The session ended: its chains are freed once no replica holds them and no turn uses them. */
  close(base: number): void;
  /** @returns a fresh chain that leaves `parent` at `fromBlocks`; freed like a session of one. */
  fork(parent: number, fromBlocks: number): number;
}

/**
 * The caches of all replicas of a fleet. Tokens are whole blocks times `blockTokens`. A replica's KV
 * holds extents (cached blocks, pinned while a running turn uses them) and private tokens: the part
 * of a prompt after its last whole block, and what was generated.
 *
 * Recency is the time of the last release, so what running turns use has none; eviction takes the
 * block released longest ago, of one release the deepest first, block by block as needed.
 */
export interface PrefixCaches {
  addReplica(replica: number, kvTokens: number): void;
  removeReplica(replica: number): void;
  /** Leading blocks of the prefix that are resident. */
  resident(replica: number, chain: number, blocks: number): number;
  /**
   * Pins the prefix on the replica, inserting the blocks that are missing (they can be found by
   * others from now on) and taking `privateTokens`; evicts what must go. At most `maxHitBlocks` count
   * as found. @returns blocks found, or -1 when pinned and private tokens would exceed the cache
   */
  admit(replica: number, admission: Admission): number;
  /** More private tokens. Evicts at least `evictAtLeastTokens` if it must. @returns false: no room */
  grow(replica: number, tokens: number): boolean;
  /**
   * A turn ended: unpins its prompt; its output becomes blocks of `fullChain` up to `fullBlocks`
   * (equal to the prompt's where outputs are not cached); its private tokens are freed.
   */
  release(replica: number, turn: ReleasedTurn): void;
  pinnedTokens(replica: number): number;
  privateTokens(replica: number): number;
  residentTokens(replica: number): number;
  evictedTokens(replica: number): number;
  flush(replica: number): void;
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
}

/** Chooses a replica for each turn; sees loads at once and caches as they were `lagNs` ago. */
export interface Router {
  addReplica(replica: number): void;
  /** No longer chosen; its load still counts down. */
  eject(replica: number): void;
  readmit(replica: number): void;
  removeReplica(replica: number): void;
  /** @returns the replica, whose load is now one higher, or -1 when there is none */
  route(nowNs: number, session: number, chain: number, blocks: number): number;
  /** Sends to one that the caller chose (a fault did). */
  assign(replica: number): void;
  /** A turn left the replica, whatever its end. */
  done(replica: number): void;
  /** A session ended: it may be forgotten. */
  forget(session: number): void;
  inFlight(replica: number): number;
}
