import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createChainRegistry } from "../../../src/sim/kernel/chain-registry.ts";
import { DecodeEvictions } from "../../../src/sim/kernel/decode-evictions.ts";
import { SEEN_END } from "../../../src/sim/kernel/holdings.ts";
import { endNs } from "../../../src/sim/kernel/iteration-stretch.ts";
import { createPrefixCaches } from "../../../src/sim/kernel/prefix-caches.ts";
import { DECODERS, FIRST_SUBS, STEP_SUBS } from "../../../src/sim/kernel/replicas.ts";

const BLOCK_TOKENS = 4;
const SPARE_TOKENS = 3;

/** A full cache of one replica that a router follows: a chain of so many blocks each. */
function fullCache(chains: readonly number[], options: { hostTokens?: number } = {}) {
  const registry = createChainRegistry();
  const caches = createPrefixCaches({
    registry,
    blockTokens: BLOCK_TOKENS,
    evictAtLeastTokens: 1,
    ...options,
  });
  const blocks = chains.reduce((sum, length) => sum + length, 0);
  caches.changes.follow();
  caches.addReplica(0, blocks * BLOCK_TOKENS + SPARE_TOKENS);
  const ids = chains.map((length) => {
    const chain = registry.fork(-1, 0);
    const of = { chain, blocks: length, privateTokens: 0 };
    caches.admit(0, { ...of, maxHitBlocks: length });
    caches.release(0, { ...of, fullChain: chain, fullBlocks: length });
    return chain;
  });
  caches.changes.showUntil(0);
  caches.look(0);
  const seenAt = (untilNs: number): readonly number[] => {
    caches.changes.showUntil(untilNs);
    caches.look(0);
    return ids.map((chain) => {
      const holding = caches.holdings.find(chain, 0);
      return holding < 0 ? 0 : (caches.holdings.pool.words[holding + SEEN_END] ?? -1);
    });
  };
  return { caches, seenAt };
}

const words = (sequences: number): Float64Array => {
  const stretch = new Float64Array(32);
  stretch[FIRST_SUBS] = 10_240;
  stretch[STEP_SUBS] = 1_024;
  stretch[DECODERS] = sequences;
  return stretch;
};

const chainLengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });

describe("what decoding evicts during a stretch", () => {
  it("is always what iterations one by one evict, each block seen at the same instant", () => {
    fc.assert(
      fc.property(chainLengths, fc.integer({ min: 1, max: 9 }), (chains, sequences) => {
        const one = fullCache(chains);
        const all = fullCache(chains);
        const stretch = words(sequences);
        const iterations = Math.floor(one.caches.roomTokens(0) / sequences);
        fc.pre(sequences * iterations > SPARE_TOKENS);
        for (let begun = 1; begun <= iterations; begun++) {
          one.caches.advance(endNs(stretch, 0, begun));
          one.caches.grow(0, sequences);
        }
        new DecodeEvictions(all.caches).grow(0, stretch, iterations);
        for (const { caches } of [one, all]) caches.checkConserved();
        for (const asked of ["freeTokens", "roomTokens", "privateTokens", "evictedTokens"] as const)
          expect(all.caches[asked](0)).toBe(one.caches[asked](0));
        for (let ns = 0; ns <= endNs(stretch, 0, iterations); ns++) {
          expect(all.seenAt(ns)).toEqual(one.seenAt(ns));
        }
      }),
      { numRuns: 40 },
    );
  });

  it("is forgotten with its replica, in the middle of what a router has seen of it too", () => {
    const { caches, seenAt } = fullCache([9, 9]);
    new DecodeEvictions(caches).grow(0, words(2), 20);
    expect(seenAt(endNs(words(2), 0, 12))[0]).toBeGreaterThan(0);
    caches.removeReplica(0);
    caches.checkConserved();
    expect(seenAt(1e9)).toEqual([0, 0]);
  });

  it("is not for caches whose blocks fall to the hosts, or go several at a time", () => {
    const registry = createChainRegistry();
    const several = createPrefixCaches({
      registry,
      blockTokens: BLOCK_TOKENS,
      evictAtLeastTokens: BLOCK_TOKENS + 1,
    });
    const asked = [several, fullCache([1], { hostTokens: 8 }).caches, fullCache([1]).caches];
    expect(asked.map((caches) => new DecodeEvictions(caches).applies)).toEqual([
      false,
      false,
      true,
    ]);
  });
});
