import { describe, expect, it } from "vitest";
import { CachePath, STEP_STRIDE } from "../../../src/sim/kernel/cache-path.ts";
import { createChainRegistry } from "../../../src/sim/kernel/chain-registry.ts";
import { createPrefixCaches } from "../../../src/sim/kernel/prefix-caches.ts";

/** Root, a child from block 10 on, a grandchild from 20 on; one turn of `blocks` blocks runs. */
function running(blocks: number) {
  const registry = createChainRegistry();
  const caches = createPrefixCaches({ registry, blockTokens: 1, evictAtLeastTokens: 0 });
  caches.addReplica(0, 1_000);
  const root = registry.fork(-1, 0);
  const child = registry.fork(root, 10);
  const grandchild = registry.fork(child, 20);
  caches.admit(0, { chain: grandchild, blocks, privateTokens: 0, maxHitBlocks: blocks });
  const { deepest, holdings } = caches;
  return { path: new CachePath(holdings), chains: { root, child, grandchild }, deepest };
}

describe("the path of a prefix on a replica", () => {
  it.each([
    { held: 25, chain: "grandchild", blocks: 30, steps: 3, missing: 0, found: 25, unpinned: 5 },
    { held: 25, chain: "grandchild", blocks: 22, steps: 3, missing: 0, found: 22, unpinned: 0 },
    { held: 25, chain: "child", blocks: 30, steps: 2, missing: 0, found: 20, unpinned: 10 },
    { held: 15, chain: "grandchild", blocks: 30, steps: 3, missing: 1, found: 15, unpinned: 15 },
    { held: 4, chain: "grandchild", blocks: 21, steps: 3, missing: 2, found: 4, unpinned: 17 },
    { held: 25, chain: "grandchild", blocks: 10, steps: 1, missing: 0, found: 10, unpinned: 0 },
    { held: 0, chain: "grandchild", blocks: 0, steps: 0, missing: 0, found: 0, unpinned: 0 },
  ] as const)("with $held blocks held: $blocks of the $chain", (asked) => {
    const { path, chains } = running(asked.held);
    path.find(0, chains[asked.chain], asked.blocks);
    expect({ ...asked, steps: path.length / STEP_STRIDE }).toEqual(asked);
    expect(path.missing / STEP_STRIDE).toBe(asked.missing);
    expect([path.found, path.unpinned]).toEqual([asked.found, asked.unpinned]);
  });

  it.each([
    { chain: "grandchild", blocks: 30, found: true },
    { chain: "grandchild", blocks: 22, found: true },
    { chain: "grandchild", blocks: 20, found: false },
    { chain: "child", blocks: 30, found: false },
  ] as const)("is the same from the holding it ends in: $blocks of the $chain", (asked) => {
    const { path, chains, deepest } = running(25);
    const seen = () => [path.words.slice(0, path.length), path.found, path.unpinned];
    path.find(0, chains[asked.chain], asked.blocks);
    const looked = seen();
    path.find(0, -1, 0);
    const empty = seen();
    expect(path.findFrom(deepest, chains[asked.chain], asked.blocks)).toBe(asked.found);
    expect(seen()).toEqual(asked.found ? looked : empty);
    expect(path.findFrom(-1, chains[asked.chain], asked.blocks)).toBe(false);
  });

  it("may be of any length", () => {
    const registry = createChainRegistry();
    const caches = createPrefixCaches({ registry, blockTokens: 1, evictAtLeastTokens: 0 });
    caches.addReplica(0, 1_000);
    let chain = registry.fork(-1, 0);
    for (let from = 1; from < 100; from++) chain = registry.fork(chain, from);
    const admission = { chain, blocks: 100, privateTokens: 0, maxHitBlocks: 100 };
    expect([caches.admit(0, admission), caches.admit(0, admission)]).toEqual([0, 100]);
    caches.checkConserved();
  });
});
