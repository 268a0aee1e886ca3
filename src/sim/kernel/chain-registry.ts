import type { ChainTable } from "../../traces/turn-templates.ts";
import type { ChainRegistry } from "./cache-contract.ts";
import { grown } from "./record-pool.ts";

/** A chain's record is at `id << CHAIN_SHIFT`; these are its words. */
export const CHAIN_SHIFT = 3;
export const PARENT = 0;
/** Depth of its first block: greater than its parent's. */
export const FROM = 1;
/** First chain of its session or fork, or SHARED. */
const BASE = 2;
/** First holding of the list of replicas that hold it, and how many there are. */
export const HOLDERS = 3;
export const HOLDER_COUNT = 4;
/** Its row in the index of holders by replica, or -1. */
export const HOLDER_ROW = 5;
/** Of a base: what keeps its chains alive. One for the session, one a holding, one a fork. */
const REFERENCES = 6;
/** Of a base: binary logarithm of the ids it has, and whether its session still runs. */
const SIZE_CLASS_AND_OPEN = 7;

const OPEN = 64;
const SHARED = -1;
/** Ids come in ranges of 2^0 ... 2^30. */
const SIZE_CLASSES = 31;

/** Chains of a template set; `parent` is the nearest ancestor that has blocks before the chain. */
interface Registered {
  readonly parent: Int32Array;
  readonly from: Int32Array;
  /** Run-time id of a shared chain, else -1. */
  readonly shared: Int32Array;
}

/** The chains that exist at run time: a record each, ids in ranges of powers of two. */
export class Chains implements ChainRegistry {
  words = new Int32Array(1_024 << CHAIN_SHIFT);
  private readonly sets: Registered[] = [];
  private readonly freed = new Int32Array(SIZE_CLASSES).fill(-1);
  private next = 0;
  /** Ids in use by sessions and forks: 0 once all are closed and nothing is cached. */
  private owned = 0;

  /** @throws when a parent does not come before its child or a shared chain has an own parent */
  register(chains: ChainTable): number {
    const parent = chains.parent.map((_, chain) => ancestor(chains, chain));
    const shared = new Int32Array(parent.length).fill(-1);
    for (let chain = 0; chain < parent.length; chain++) {
      if (chains.shared[chain] === 0) continue;
      const above = parent[chain]!;
      const aboveId = above < 0 ? -1 : shared[above]!;
      if (above >= 0 && aboveId < 0) throw new Error(`shared chain ${chain}: own parent`);
      const id = this.allocate(0);
      this.fill(id, aboveId, chains.from[chain]!);
      this.words[(id << CHAIN_SHIFT) + BASE] = SHARED;
      shared[chain] = id;
    }
    return this.sets.push({ parent, from: chains.from.slice(), shared }) - 1;
  }

  open(handle: number, firstChain: number, chainCount: number): number {
    if (chainCount === 0) return -1;
    const { parent, from, shared } = this.sets[handle]!;
    const sizeClass = 32 - Math.clz32(chainCount - 1);
    const base = this.allocate(sizeClass);
    const offset = base - firstChain;
    for (let chain = firstChain; chain < firstChain + chainCount; chain++) {
      const above = parent[chain]!;
      const sharedAbove = above < 0 ? -1 : shared[above]!;
      const own = above >= firstChain && sharedAbove < 0;
      this.fill(offset + chain, own ? offset + above : sharedAbove, from[chain]!);
      this.words[((offset + chain) << CHAIN_SHIFT) + BASE] = base;
    }
    this.openBase(base, sizeClass);
    return base;
  }

  sharedChain(handle: number, staticChain: number): number {
    return this.sets[handle]!.shared[staticChain]!;
  }

  /** @throws when it is closed already */
  close(base: number): void {
    if (base < 0) return;
    const state = (base << CHAIN_SHIFT) + SIZE_CLASS_AND_OPEN;
    if ((this.words[state]! & OPEN) === 0) throw new Error(`chains ${base} were closed before`);
    this.words[state]! &= ~OPEN;
    this.drop(base);
  }

  fork(parent: number, fromBlocks: number): number {
    const above = this.owner(parent, fromBlocks);
    const id = this.allocate(0);
    this.fill(id, above, fromBlocks);
    this.words[(id << CHAIN_SHIFT) + BASE] = id;
    this.openBase(id, 0);
    if (above >= 0) this.retain(above);
    return id;
  }

  /** @returns the chain of the path that has block `blocks` - 1, or -1 for no block. */
  owner(chain: number, blocks: number): number {
    let owner = chain;
    while (owner >= 0 && this.words[(owner << CHAIN_SHIFT) + FROM]! >= blocks) {
      owner = this.words[(owner << CHAIN_SHIFT) + PARENT]!;
    }
    return owner;
  }

  /** Keeps the chain's id, and those of its session, until `release`. */
  retain(chain: number): void {
    const base = this.words[(chain << CHAIN_SHIFT) + BASE]!;
    if (base >= 0) this.words[(base << CHAIN_SHIFT) + REFERENCES]!++;
  }

  release(chain: number): void {
    const base = this.words[(chain << CHAIN_SHIFT) + BASE]!;
    if (base >= 0) this.drop(base);
  }

  /** @returns ids that sessions and forks have, rounded up to powers of two. */
  ownedIds(): number {
    return this.owned;
  }

  private drop(base: number): void {
    const record = base << CHAIN_SHIFT;
    if (--this.words[record + REFERENCES]! > 0) return;
    const sizeClass = this.words[record + SIZE_CLASS_AND_OPEN]!;
    const parent = this.words[record + PARENT]!;
    this.words[record] = this.freed[sizeClass]!;
    this.freed[sizeClass] = base;
    this.owned -= 1 << sizeClass;
    if (parent >= 0) this.release(parent);
  }

  private openBase(base: number, sizeClass: number): void {
    const record = base << CHAIN_SHIFT;
    this.words[record + REFERENCES] = 1;
    this.words[record + SIZE_CLASS_AND_OPEN] = sizeClass | OPEN;
    this.owned += 1 << sizeClass;
  }

  private fill(id: number, parent: number, from: number): void {
    const record = id << CHAIN_SHIFT;
    this.words[record + PARENT] = parent;
    this.words[record + FROM] = from;
    this.words[record + HOLDERS] = -1;
    this.words[record + HOLDER_COUNT] = 0;
    this.words[record + HOLDER_ROW] = -1;
  }

  private allocate(sizeClass: number): number {
    const freed = this.freed[sizeClass]!;
    if (freed >= 0) {
      this.freed[sizeClass] = this.words[freed << CHAIN_SHIFT]!;
      return freed;
    }
    const base = this.next;
    this.next += 1 << sizeClass;
    const length = this.next << CHAIN_SHIFT;
    if (length > this.words.length) this.words = grown(this.words, length);
    return base;
  }
}

/** @returns the nearest ancestor that has blocks before the chain's first one, or -1. */
function ancestor({ parent, from }: ChainTable, chain: number): number {
  if (parent[chain]! >= chain)
    throw new Error(`chain ${chain}: parent ${parent[chain]} not before it`);
  let above = parent[chain]!;
  while (above >= 0 && from[above]! >= from[chain]!) above = parent[above]!;
  return above;
}

/** @returns an empty registry; one serves all fleets of a kernel. */
export function createChainRegistry(): Chains {
  return new Chains();
}
