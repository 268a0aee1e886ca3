import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createChainRegistry } from "../../../src/sim/kernel/chain-registry.ts";
import { createPrefixCaches } from "../../../src/sim/kernel/prefix-caches.ts";
import { aCrowd, aSetting, type Setting } from "../../support/naive-cache/operations.ts";
import { Twins } from "../../support/naive-cache/twins.ts";

/** One replica of 10 blocks of 4 tokens; evicts 2 blocks at least when running turns grow. */
function oneReplica(privateTokens = 0) {
  const registry = createChainRegistry();
  const caches = createPrefixCaches({ registry, blockTokens: 4, evictAtLeastTokens: 8 });
  caches.addReplica(0, 40);
  const admit = (chain: number, blocks: number, maxHitBlocks = blocks): number =>
    caches.admit(0, { chain, blocks, privateTokens, maxHitBlocks });
  const release = (chain: number, blocks: number, fullBlocks = blocks, fullChain = chain): void =>
    caches.release(0, { chain, blocks, fullChain, fullBlocks, privateTokens });
  const run = (chain: number, blocks: number): void => {
    admit(chain, blocks);
    release(chain, blocks);
  };
  const chain = (): number => registry.fork(-1, 0);
  const held = (...chains: readonly number[]): readonly number[] =>
    chains.map((each) => caches.resident(0, each, 100));
  return { registry, caches, admit, release, run, chain, held };
}

describe("admission", () => {
  it("finds what is resident, at most as many blocks as may be found", () => {
    const { admit, run, chain } = oneReplica();
    const [a, b] = [chain(), chain()];
    run(a, 6);
    expect([admit(a, 8), admit(a, 8, 5), admit(b, 1)]).toEqual([6, 5, 0]);
  });

  it("is refused when what turns use would exceed the cache, and changes nothing", () => {
    const { caches, admit, chain, held } = oneReplica(3);
    const [a, b] = [chain(), chain()];
    expect([admit(a, 6), admit(b, 2), admit(b, 3), admit(a, 6)]).toEqual([0, 0, -1, -1]);
    expect(held(a, b)).toEqual([6, 2]);
    expect([caches.pinnedTokens(0), caches.privateTokens(0), caches.freeTokens(0)]).toEqual([
      32, 6, 2,
    ]);
  });

  it("evicts what was released longest ago, the deepest first, and no block more", () => {
    const { caches, run, admit, chain, held } = oneReplica();
    const [a, b, c] = [chain(), chain(), chain()];
    run(a, 4);
    run(b, 4);
    admit(c, 5);
    expect(held(a, b, c)).toEqual([1, 4, 5]);
    expect(caches.evictedTokens(0)).toBe(12);
  });

  it("never evicts what a running turn uses", () => {
    const { run, admit, release, chain, held } = oneReplica();
    const [a, b, c] = [chain(), chain(), chain()];
    admit(a, 4);
    run(b, 6);
    admit(c, 6);
    release(c, 6);
    expect(held(a, b, c)).toEqual([4, 0, 6]);
  });
});

describe("a release", () => {
  it("counts from the last one of several turns", () => {
    const { run, admit, release, chain, held } = oneReplica();
    const [a, b] = [chain(), chain()];
    admit(a, 3);
    admit(a, 5);
    release(a, 3);
    run(b, 5);
    release(a, 5);
    run(chain(), 3);
    expect(held(a, b)).toEqual([5, 2]);
  });

  it("keeps outputs, on the same chain or on one that leaves it", () => {
    const { registry, caches, chain, held, release } = oneReplica(9);
    const a = chain();
    const fork = registry.fork(a, 5);
    const admission = { chain: a, blocks: 4, privateTokens: 9, maxHitBlocks: 4 };
    caches.admit(0, admission);
    release(a, 4, 6);
    expect([held(a), caches.privateTokens(0)]).toEqual([[6], 0]);
    caches.admit(0, admission);
    release(a, 4, 7, fork);
    expect(held(a, fork)).toEqual([6, 7]);
  });

  it("is refused for a turn that does not run", () => {
    const { run, release, chain } = oneReplica();
    const a = chain();
    run(a, 4);
    expect(() => release(a, 4)).toThrow("no turn pins up to 4");
  });
});

describe("growth", () => {
  it("evicts at least the configured tokens, or all that nobody uses", () => {
    const { caches, run, admit, chain, held } = oneReplica();
    const [a, b] = [chain(), chain()];
    admit(a, 5);
    run(b, 5);
    expect([caches.grow(0, 1), held(b)]).toEqual([true, [3]]);
    expect([caches.grow(0, 7), caches.freeTokens(0), held(b)]).toEqual([true, 0, [3]]);
    expect([caches.grow(0, 9), caches.freeTokens(0), held(b)]).toEqual([true, 3, [0]]);
  });

  it("is refused when there is no room, and changes nothing", () => {
    const { caches, run, admit, chain, held } = oneReplica();
    const [a, b] = [chain(), chain()];
    admit(a, 5);
    run(b, 5);
    expect([caches.grow(0, 21), held(a, b), caches.evictedTokens(0)]).toEqual([false, [5, 5], 0]);
  });
});

describe("a flush", () => {
  it("drops what no running turn uses, and is no eviction", () => {
    const { caches, run, admit, chain, held } = oneReplica();
    const [a, b] = [chain(), chain()];
    admit(a, 5);
    run(b, 4);
    caches.flush(0);
    expect([held(a, b), caches.evictedTokens(0)]).toEqual([[5, 0], 0]);
  });
});

describe("a replica", () => {
  it("goes with all it holds, and its id may be another's", () => {
    const { registry, caches, admit, run, chain, held } = oneReplica();
    const [a, b] = [chain(), chain()];
    admit(a, 5);
    run(b, 5);
    for (const each of [a, b]) registry.close(each);
    caches.removeReplica(0);
    expect(registry.ownedIds()).toBe(0);
    expect([admit(-1, 0), caches.grow(0, 0), caches.residentTokens(0)]).toEqual([-1, false, 0]);
    caches.addReplica(0, 80);
    expect([held(chain()), caches.freeTokens(0), caches.evictedTokens(0)]).toEqual([[0], 80, 0]);
    expect(() => caches.addReplica(0, 80)).toThrow("replica 0 exists");
  });
});

describe("prefix caches and routers", () => {
  function expectTwins(setting: Setting): void {
    const twins = new Twins(setting);
    for (const operation of setting.operations) {
      const answer = twins.apply(operation);
      expect(answer.kernel).toEqual(answer.naive);
      const state = twins.state();
      expect(state.kernel).toEqual(state.naive);
    }
    expect(twins.end()).toBe(0);
  }

  it("always do what one map entry a block does, and leave no chain behind", () => {
    fc.assert(fc.property(aSetting, expectTwins), { numRuns: 120 });
  });

  it("always do so where many replicas hold the same chains", () => {
    fc.assert(fc.property(aCrowd, expectTwins), { numRuns: 60 });
  });
});
