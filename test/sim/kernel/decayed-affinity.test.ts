import { describe, expect, it } from "vitest";
import { createChainRegistry } from "../../../src/sim/kernel/chain-registry.ts";
import { DecayedAffinity } from "../../../src/sim/kernel/decayed-affinity.ts";
import { createPrefixCaches } from "../../../src/sim/kernel/prefix-caches.ts";

const DECAY_NS = 1_000;

/** Three replicas; the one with id 1 has the first 40 blocks of ten tokens of a chain. */
function fleet(slackTokens = 0) {
  const registry = createChainRegistry();
  const caches = createPrefixCaches({ registry, blockTokens: 10, evictAtLeastTokens: 0 });
  const decay = { decayNs: DECAY_NS, slackTokens };
  const affinity = new DecayedAffinity({ caches, lags: false, guard: 1.25, decay });
  for (const replica of [0, 1, 2]) {
    caches.addReplica(replica, 10_000);
    affinity.add(replica);
  }
  const chain = registry.fork(-1, 0);
  caches.admit(1, { chain, blocks: 40, privateTokens: 0, maxHitBlocks: 0 });
  const choose = (nowNs: number, blocks: number): number => affinity.choose(nowNs, chain, blocks);
  return { affinity, caches, registry, choose };
}

describe("prefix affinity with a guard that forgets", () => {
  it("takes who knows most of it, while that costs nothing", () => {
    const { choose } = fleet();
    expect([0, 0, 0, 0].map((nowNs) => choose(nowNs, 40))).toEqual([1, 1, 1, 1]);
  });

  it("passes over who had more to compute than the others, until that is forgotten", () => {
    const { choose } = fleet(10);
    expect(choose(0, 50)).toBe(1);
    // A hundred tokens to compute, where 1.25 x (100 / 3 + 10) = 54 are allowed.
    expect(choose(0, 40)).toBe(0);
    // After a while all have little more than nothing: 37 % of it each 1,000 ns.
    expect(choose(9 * DECAY_NS, 40)).toBe(1);
  });

  it("takes who had least to compute where nobody knows any of it, then the first", () => {
    const { affinity, registry } = fleet();
    const unknown = registry.fork(-1, 0);
    const chosen = [0, 0, 0, 0].map((nowNs) => affinity.choose(nowNs, unknown, 5));
    expect(chosen).toEqual([0, 1, 2, 0]);
  });

  it("never takes one that is ejected, and takes it again when it is back", () => {
    const { affinity, choose } = fleet();
    affinity.eject(1);
    expect(choose(0, 40)).toBe(0);
    affinity.readmit(1);
    expect(choose(0, 40)).toBe(1);
  });
});
