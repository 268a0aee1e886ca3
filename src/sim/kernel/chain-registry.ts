import type { ChainTable } from "../../traces/turn-templates.ts";
import type { ChainRegistry } from "./cache-contract.ts";
import { grown } from "./record-pool.ts";

/**
 * A chain's record is at `id << CHAIN_SHIFT`: who holds it (`Holdings` says how), and its form. Two
 * words, because there are hundreds of thousands of chains, and a turn asks for some that nobody
 * asked for in a long time: what sessions of one template have in common is in its form.
 */
export const CHAIN_SHIFT = 1;
export const HOLDERS = 0;
const FORM = 1;
/** HOLDERS of a chain that nobody holds. */
export const UNHELD = -1;
/** Words of the record before a base: what keeps its chains alive, and the size of its range. */
const REFERENCES = 0;
const SIZE_CLASS_AND_FLAGS = 1;

/** A form has four words. Depth of the first block: greater than the parent's. */
const FORM_STRIDE = 4;
const FROM = 0;
/** Ids back to the parent, or 0: then it is in the next word, or there is none. */
const BACK = 1;
const PARENT = 2;
/** Ids behind the first chain of the session or fork, or SHARED. */
const PLACE = 3;

/** Flags beside a size class: the session runs, or the fork's turn does; it is a fork. */
const OPEN = 64;
const FORK = 128;
const SIZE_CLASS = 63;
const SHARED = -1;
/** Ids come in ranges of 2^0 ... 2^30. */
const SIZE_CLASSES = 31;

/** Chains of a template set; `parent` is the nearest ancestor that has blocks before the chain. */
interface Registered {
  readonly parent: Int32Array;
  readonly from: Int32Array;
  /** Run-time id of a shared chain, else -1. */
  readonly shared: Int32Array;
  /** By the first chain of a template: where the forms of its chains begin; -1: never opened. */
  readonly forms: Int32Array;
}

/**
 * The chains that exist at run time: a record each, ids in ranges of powers of two, of which the
 * first is of the session or fork itself.
 */
export class Chains implements ChainRegistry {
  words = new Int32Array(1_024 << CHAIN_SHIFT);
  private forms = new Int32Array(64 * FORM_STRIDE);
  private formsEnd = 0;
  private freedForm = -1;
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
      this.fill(id, this.addForm(chains.from[chain]!, 0, aboveId, SHARED));
      shared[chain] = id;
    }
    const forms = new Int32Array(parent.length).fill(-1);
    return this.sets.push({ parent, from: chains.from.slice(), shared, forms }) - 1;
  }

  open(handle: number, firstChain: number, chainCount: number): number {
    if (chainCount === 0) return -1;
    const { forms } = this.sets[handle]!;
    if (forms[firstChain]! < 0) forms[firstChain] = this.addForms(handle, firstChain, chainCount);
    const base = this.openBase(chainCount, 0);
    let form = forms[firstChain]!;
    for (let chain = base; chain < base + chainCount; chain++) {
      this.fill(chain, form);
      form += FORM_STRIDE;
    }
    return base;
  }

  sharedChain(handle: number, staticChain: number): number {
    return this.sets[handle]!.shared[staticChain]!;
  }

  /** @throws when it is closed already */
  close(base: number): void {
    if (base < 0) return;
    const state = ((base - 1) << CHAIN_SHIFT) + SIZE_CLASS_AND_FLAGS;
    if ((this.words[state]! & OPEN) === 0) throw new Error(`chains ${base} were closed before`);
    this.words[state]! &= ~OPEN;
    this.drop(base);
  }

  fork(parent: number, fromBlocks: number): number {
    const above = this.owner(parent, fromBlocks);
    const id = this.openBase(1, FORK);
    this.fill(id, this.addForm(fromBlocks, 0, above, 0));
    if (above >= 0) this.retain(above);
    return id;
  }

  /** @returns the depth of the chain's first block. */
  from(chain: number): number {
    return this.forms[this.words[(chain << CHAIN_SHIFT) | FORM]! + FROM]!;
  }

  /** @returns whether any replica holds it. */
  isHeld(chain: number): boolean {
    return this.words[(chain << CHAIN_SHIFT) | HOLDERS]! !== UNHELD;
  }

  /** @returns the nearest ancestor that has blocks before it, or -1. */
  parent(chain: number): number {
    const form = this.words[(chain << CHAIN_SHIFT) | FORM]!;
    const back = this.forms[form | BACK]!;
    return back > 0 ? chain - back : this.forms[form | PARENT]!;
  }

  /** @returns the chain of the path that has block `blocks` - 1, or -1 for no block. */
  owner(chain: number, blocks: number): number {
    let owner = chain;
    while (owner >= 0 && this.from(owner) >= blocks) owner = this.parent(owner);
    return owner;
  }

  /** Keeps the chain's id, and those of its session, until `release`. */
  retain(chain: number): void {
    const base = this.base(chain);
    if (base >= 0) this.words[((base - 1) << CHAIN_SHIFT) + REFERENCES]!++;
  }

  release(chain: number): void {
    const base = this.base(chain);
    if (base >= 0) this.drop(base);
  }

  /** @returns ids that sessions and forks have, with their own, rounded up to powers of two. */
  ownedIds(): number {
    return this.owned;
  }

  /** @returns the first chain of its session or fork; -1 for a shared one */
  private base(chain: number): number {
    const place = this.forms[this.words[(chain << CHAIN_SHIFT) | FORM]! + PLACE]!;
    return place === SHARED ? -1 : chain - place;
  }

  private drop(base: number): void {
    const record = (base - 1) << CHAIN_SHIFT;
    if (--this.words[record | REFERENCES]! > 0) return;
    const flags = this.words[record | SIZE_CLASS_AND_FLAGS]!;
    const sizeClass = flags & SIZE_CLASS;
    const parent = this.parent(base);
    if ((flags & FORK) !== 0) this.giveForm(this.words[(base << CHAIN_SHIFT) | FORM]!);
    this.words[record] = this.freed[sizeClass]!;
    this.freed[sizeClass] = base - 1;
    this.owned -= 1 << sizeClass;
    if (parent >= 0) this.release(parent);
  }

  /** @returns the first of `count` ids, which are not filled. */
  private openBase(count: number, flags: number): number {
    const sizeClass = 32 - Math.clz32(count);
    const own = this.allocate(sizeClass);
    const record = own << CHAIN_SHIFT;
    this.words[record | REFERENCES] = 1;
    this.words[record | SIZE_CLASS_AND_FLAGS] = sizeClass | flags | OPEN;
    this.owned += 1 << sizeClass;
    return own + 1;
  }

  private fill(id: number, form: number): void {
    const record = id << CHAIN_SHIFT;
    this.words[record | HOLDERS] = UNHELD;
    this.words[record | FORM] = form;
  }

  /** @returns where the forms of a template's chains begin. */
  private addForms(handle: number, firstChain: number, chainCount: number): number {
    const { parent, from, shared } = this.sets[handle]!;
    const first = this.formsEnd;
    for (let chain = firstChain; chain < firstChain + chainCount; chain++) {
      const above = parent[chain]!;
      const sharedAbove = above < 0 ? -1 : shared[above]!;
      const own = above >= firstChain && sharedAbove < 0;
      this.formsEnd += FORM_STRIDE;
      const form = first + (chain - firstChain) * FORM_STRIDE;
      this.fillForm(form, [from[chain]!, own ? chain - above : 0, sharedAbove, chain - firstChain]);
    }
    return first;
  }

  private addForm(from: number, back: number, parent: number, place: number): number {
    let form = this.freedForm;
    if (form >= 0) this.freedForm = this.forms[form]!;
    else {
      form = this.formsEnd;
      this.formsEnd += FORM_STRIDE;
    }
    this.fillForm(form, [from, back, parent, place]);
    return form;
  }

  private fillForm(form: number, words: readonly number[]): void {
    if (this.formsEnd > this.forms.length) this.forms = grown(this.forms, this.formsEnd);
    this.forms.set(words, form);
  }

  private giveForm(form: number): void {
    this.forms[form] = this.freedForm;
    this.freedForm = form;
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
