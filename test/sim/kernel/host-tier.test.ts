import { describe, expect, it } from "vitest";
import { createChainRegistry } from "../../../src/sim/kernel/chain-registry.ts";
import { HostTier } from "../../../src/sim/kernel/host-tier.ts";
import { createPrefixCaches } from "../../../src/sim/kernel/prefix-caches.ts";
import { createRouter } from "../../../src/sim/kernel/router.ts";

/** One replica of 10 blocks with a host tier; `turn` runs one turn and @returns [found, host]. */
function replicaWithHost(hostBlocks: number) {
  const registry = createChainRegistry();
  const blocks = { blockTokens: 4, evictAtLeastTokens: 0, hostTokens: 4 * hostBlocks + 3 };
  const caches = createPrefixCaches({ registry, ...blocks });
  const router = createRouter({ kind: "prefix-affinity", lagNs: 0, guard: 100, caches });
  for (const replica of [0, 1]) {
    caches.addReplica(replica, 40);
    router.addReplica(replica);
  }
  const turn = (chain: number, length: number, maxHitBlocks = length): readonly number[] => {
    const end = { chain, blocks: length, privateTokens: 0 };
    const found = caches.admit(0, { ...end, maxHitBlocks });
    const { hostFound } = caches;
    caches.release(0, { ...end, fullChain: chain, fullBlocks: length });
    caches.checkConserved();
    return [found, hostFound];
  };
  return { registry, caches, router, turn, a: registry.fork(-1, 0), b: registry.fork(-1, 0) };
}

describe("the host tier", () => {
  it("has what was evicted, until it is found there and moves back", () => {
    const { caches, turn, a, b } = replicaWithHost(20);
    expect(turn(a, 8)).toEqual([0, 0]);
    expect(turn(b, 7)).toEqual([0, 0]);
    expect(caches.resident(0, a, 8)).toBe(3);
    expect(turn(a, 8)).toEqual([8, 5]);
    expect(turn(b, 7)).toEqual([7, 5]);
    expect(caches.evictedTokens(0)).toBe(4 * 15);
  });

  it("counts hits apart, those in the cache first, up to what may be found", () => {
    const { turn, a, b } = replicaWithHost(20);
    turn(a, 8);
    turn(b, 7);
    expect(turn(a, 8, 5)).toEqual([5, 2]);
    turn(b, 7);
    expect(turn(a, 8, 2)).toEqual([2, 0]);
  });

  it("drops what came longest ago, of one chain the deepest, when it is full", () => {
    const { turn, a, b, registry } = replicaWithHost(4);
    turn(a, 8);
    turn(b, 7);
    expect(turn(a, 8)).toEqual([7, 4]);
    const c = registry.fork(-1, 0);
    turn(c, 10);
    expect(turn(b, 7)).toEqual([0, 0]);
  });

  it("takes back what an admission needs before it takes in what that evicts", () => {
    const { turn, a, b } = replicaWithHost(5);
    turn(a, 8);
    turn(b, 7);
    expect(turn(a, 8)).toEqual([8, 5]);
  });

  it("is flushed with the cache", () => {
    const { caches, turn, a, b } = replicaWithHost(20);
    turn(a, 8);
    turn(b, 7);
    const evicted = caches.evictedTokens(0);
    caches.flush(0);
    expect([turn(a, 8), turn(b, 2)]).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(caches.evictedTokens(0)).toBe(evicted);
  });

  it("is seen by routers", () => {
    const { router, turn, a, b } = replicaWithHost(20);
    turn(a, 8);
    turn(b, 10);
    router.assign(0);
    expect(router.route(0, 1, a, 8)).toBe(0);
    router.assign(0);
    const unknown = replicaWithHost(0);
    unknown.turn(unknown.a, 8);
    unknown.turn(unknown.b, 10);
    unknown.router.assign(0);
    expect(unknown.router.route(0, 1, unknown.a, 8)).toBe(1);
  });

  it("is not there when it has no room for a block", () => {
    expect(replicaWithHost(0).caches.host).toBeNull();
    expect(replicaWithHost(1).caches.host).toBeInstanceOf(HostTier);
  });

  it("goes with its replica", () => {
    const { caches, registry, turn, a, b } = replicaWithHost(20);
    turn(a, 8);
    turn(b, 7);
    for (const chain of [a, b]) registry.close(chain);
    caches.removeReplica(0);
    caches.checkConserved();
    expect(registry.ownedIds()).toBe(0);
  });
});
