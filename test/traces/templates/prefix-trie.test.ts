import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PrefixTrie, TRIE_ROOT } from "../../../src/traces/templates/prefix-trie.ts";

describe("a trie of prefixes", () => {
  it("strings a conversation into one chain", () => {
    const trie = new PrefixTrie();
    const first = trie.extend(TRIE_ROOT, 0, 4);
    const second = trie.extend(first, 4, 9);
    trie.extend(second, 9, 12);
    expect(trie.chains(0).chains).toEqual([{ parent: -1, from: 0, to: 12 }]);
  });

  it("continues a chain with the child that more rows go through", () => {
    const trie = new PrefixTrie();
    const start = trie.extend(TRIE_ROOT, 0, 10);
    trie.extend(start, 6, 8);
    const long = trie.extend(start, 10, 20);
    trie.extend(long, 20, 30);
    const { chains, chainAt } = trie.chains(7);
    expect(chains).toEqual([
      { parent: -1, from: 0, to: 30 },
      { parent: 7, from: 6, to: 8 },
    ]);
    expect([5, 7, 30].map((depth) => chainAt(long, depth))).toEqual([7, 7, 7]);
  });

  it("keeps what is shared with other sessions apart", () => {
    const trie = new PrefixTrie();
    const shared = trie.addShared(3, 5);
    const inside = trie.extend(shared, 2, 4);
    const behind = trie.extend(shared, 5, 9);
    const { chains, chainAt } = trie.chains(10);
    expect(chains).toEqual([
      { parent: 3, from: 2, to: 4 },
      { parent: 3, from: 5, to: 9 },
    ]);
    expect([chainAt(inside, 2), chainAt(inside, 3), chainAt(behind, 9)]).toEqual([3, 10, 11]);
  });

  it("has no chain for a prefix without a block", () => {
    const trie = new PrefixTrie();
    expect(trie.chains(0).chainAt(trie.extend(TRIE_ROOT, 0, 0), 0)).toBe(-1);
  });

  it("always tells the same blocks apart as the paths that it was made of", () => {
    const path = fc.record({
      from: fc.nat(),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      more: fc.nat(6),
    });
    fc.assert(
      fc.property(fc.array(path, { minLength: 1, maxLength: 25 }), (drawn) => {
        const trie = new PrefixTrie();
        const paths: { node: number; names: readonly string[] }[] = [];
        drawn.forEach(({ from, share, more }, index) => {
          const before = paths[from % Math.max(1, paths.length)];
          const names = before?.names ?? [];
          const depth = Math.floor(share * (names.length + 0.999));
          const own = Array.from({ length: more }, (_, i) => `${index}/${depth + i}`);
          const node = trie.extend(before?.node ?? TRIE_ROOT, depth, depth + more);
          paths.push({ node, names: [...names.slice(0, depth), ...own] });
        });
        const { chainAt, chains } = trie.chains(0);
        const identity = new Map<string, string>();
        for (const { node, names } of paths) {
          names.forEach((name, i) => {
            const chain = chainAt(node, i + 1);
            expect(i).toBeGreaterThanOrEqual(chains[chain]?.from ?? Number.NaN);
            expect(i).toBeLessThan(chains[chain]?.to ?? Number.NaN);
            const block = `${chain}:${i}`;
            expect(identity.get(block) ?? name).toBe(name);
            identity.set(block, name);
          });
        }
        expect(new Set(identity.values()).size).toBe(identity.size);
      }),
    );
  });
});
