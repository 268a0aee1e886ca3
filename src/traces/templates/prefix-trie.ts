/**
 * The radix trie of a session's prompts: a node is a run of blocks that all who reach its end have
 * in common. Nodes are split where paths part, then strung into chains by heavy-path decomposition:
 * the child that most rows go through continues its parent's chain, so that a path of hundreds of
 * nodes becomes two or three chains.
 */
import type { ChainSpec } from "./template-builder.ts";

/** The place before the first block, where every path begins. */
export const TRIE_ROOT = -1;

interface TrieNode {
  parent: number;
  from: number;
  to: number;
  children: number;
  /** Static id of the shared chain that the node stands for, or -1: it is the session's own. */
  readonly sharedChain: number;
  /** Rows whose path ends here. */
  ends: number;
}

/** How a trie's nodes became chains. */
export interface TrieChains {
  readonly chains: readonly ChainSpec[];
  /** @returns the static id of the chain that holds block `depth - 1` of the path to `node` */
  chainAt(node: number, depth: number): number;
}

export class PrefixTrie {
  readonly #nodes: TrieNode[] = [];

  /** @returns a node of blocks that other sessions have too; children leave it at any depth */
  addShared(sharedChain: number, blocks: number): number {
    return this.#add({ parent: TRIE_ROOT, from: 0, to: blocks, sharedChain });
  }

  /**
   * Adds a path of `to` blocks, of which the first `depth` are those of the path to `node`.
   * @returns the node in which it ends, for `chainAt` and for paths that leave it
   */
  extend(node: number, depth: number, to: number): number {
    const start = this.#holder(node, depth);
    const end = to > depth ? this.#grow(start, depth, to) : start;
    const last = this.#nodes[end];
    if (last !== undefined) last.ends += 1;
    return end;
  }

  /** @param firstChain the static id that the first chain will have */
  chains(firstChain: number): TrieChains {
    const order = this.#parentsFirst();
    const heavy = this.#heavyChildren(order);
    const chains: { parent: number; from: number; to: number }[] = [];
    const chainOf = new Int32Array(this.#nodes.length);
    for (const id of order) {
      const node = this.#node(id);
      const above = node.parent === TRIE_ROOT ? -1 : (chainOf[node.parent] ?? -1);
      const own = chains[above - firstChain];
      if (node.sharedChain >= 0) {
        chainOf[id] = node.sharedChain;
      } else if (own !== undefined && heavy[node.parent] === id) {
        chainOf[id] = above;
        own.to = Math.max(own.to, node.to);
      } else {
        chainOf[id] = firstChain + chains.length;
        chains.push({ parent: above, from: node.from, to: node.to });
      }
    }
    const chainAt = (node: number, depth: number): number =>
      chainOf[this.#holder(node, depth)] ?? -1;
    return { chains, chainAt };
  }

  #node(id: number): TrieNode {
    const node = this.#nodes[id];
    if (node === undefined) throw new RangeError(`no node ${id}`);
    return node;
  }

  /** @returns the node with block `depth - 1` of the path to `node`, or the root for depth 0 */
  #holder(node: number, depth: number): number {
    let at = node;
    while (at !== TRIE_ROOT && this.#node(at).from >= depth) at = this.#node(at).parent;
    return at;
  }

  #grow(start: number, depth: number, to: number): number {
    if (start === TRIE_ROOT) return this.#add({ parent: start, from: 0, to, sharedChain: -1 });
    const node = this.#node(start);
    const own = node.sharedChain < 0;
    if (own && node.to === depth && node.children === 0) {
      node.to = to;
      return start;
    }
    const parent = own && depth < node.to ? this.#split(start, depth) : start;
    return this.#add({ parent, from: depth, to, sharedChain: -1 });
  }

  /** Puts the node's blocks up to `depth` into a new parent of it. @returns that parent */
  #split(id: number, depth: number): number {
    const node = this.#node(id);
    const { parent, from } = node;
    const upper = this.#add({ parent, from, to: depth, sharedChain: -1 });
    if (parent !== TRIE_ROOT) this.#node(parent).children -= 1;
    node.parent = upper;
    node.from = depth;
    this.#node(upper).children = 1;
    return upper;
  }

  #add(node: Pick<TrieNode, "parent" | "from" | "to" | "sharedChain">): number {
    const { parent, from, to, sharedChain } = node;
    this.#nodes.push({ parent, from, to, children: 0, sharedChain, ends: 0 });
    if (node.parent !== TRIE_ROOT) this.#node(node.parent).children += 1;
    return this.#nodes.length - 1;
  }

  /** Parents before children: a split makes parents that are younger than their children. */
  #parentsFirst(): readonly number[] {
    const size = this.#nodes.length;
    // Per node its oldest child, and the next younger child of its parent; the root's come last.
    const oldest = new Int32Array(size + 1).fill(-1);
    const younger = new Int32Array(size).fill(-1);
    for (let id = size - 1; id >= 0; id -= 1) {
      const { parent } = this.#node(id);
      const place = parent === TRIE_ROOT ? size : parent;
      younger[id] = oldest[place] ?? -1;
      oldest[place] = id;
    }
    const order: number[] = [];
    for (let i = -1; i < order.length; i += 1) {
      const place = i < 0 ? size : (order[i] ?? size);
      for (let id = oldest[place] ?? -1; id >= 0; id = younger[id] ?? -1) order.push(id);
    }
    return order;
  }

  /** @returns per node the child with most rows, of equals the oldest; -1: none */
  #heavyChildren(parentsFirst: readonly number[]): Int32Array {
    const rows = Float64Array.from(this.#nodes, (node) => node.ends);
    const heavy = new Int32Array(this.#nodes.length).fill(-1);
    for (const id of parentsFirst.toReversed()) {
      const { parent } = this.#node(id);
      if (parent === TRIE_ROOT) continue;
      const best = heavy[parent] ?? -1;
      const mine = rows[id] ?? 0;
      const others = best < 0 ? -1 : (rows[best] ?? 0);
      if (mine > others || (mine === others && id < best)) heavy[parent] = id;
      rows[parent] = (rows[parent] ?? 0) + mine;
    }
    return heavy;
  }
}
