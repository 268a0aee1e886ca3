import { describe, expect, it } from "vitest";
import { createChainRegistry } from "../../../src/sim/kernel/chain-registry.ts";
import { createPrefixCaches } from "../../../src/sim/kernel/prefix-caches.ts";
import { draws } from "../../support/draws.ts";

const ITEMS = 5_000;
const REQUESTS = 100_000;

/** Popularity of the items, falling with the power `exponent` of their rank; sums to 1. */
function zipf(exponent: number): readonly number[] {
  const weights = Array.from({ length: ITEMS }, (_, rank) => (rank + 1) ** -exponent);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * Che, Tung and Wang, "Hierarchical Web Caching Systems" (2002): an item is in an LRU cache of
 * `size` items if it was asked for within the time t that solves sum(1 - exp(-p t)) = size.
 */
function cheHitRate(popularity: readonly number[], size: number): number {
  const present = (p: number, t: number): number => 1 - Math.exp(-p * t);
  const filled = (t: number): number => popularity.reduce((sum, p) => sum + present(p, t), 0);
  let [low, high] = [0, 1];
  while (filled(high) < size) high *= 2;
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (filled(middle) < size) low = middle;
    else high = middle;
  }
  return popularity.reduce((sum, p) => sum + p * present(p, low), 0);
}

/** @returns the index at which the running sum of popularity passes `draw` */
function itemAt(sums: Float64Array, draw: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 1) < draw) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Hit rate of one replica with room for `size` items: turns of one block each. */
function measuredHitRate(popularity: readonly number[], size: number): number {
  const registry = createChainRegistry();
  const caches = createPrefixCaches({ registry, blockTokens: 1, evictAtLeastTokens: 0 });
  caches.addReplica(0, size);
  const chains = popularity.map(() => registry.fork(-1, 0));
  let total = 0;
  const sums = Float64Array.from(popularity, (p) => (total += p));
  const random = draws(17);
  let hits = 0;
  for (let request = -REQUESTS / 2; request < REQUESTS; request++) {
    const chain = chains[itemAt(sums, random.uniform())] ?? 0;
    const turn = { chain, blocks: 1, privateTokens: 0 };
    const found = caches.admit(0, { ...turn, maxHitBlocks: 1 });
    caches.release(0, { ...turn, fullChain: chain, fullBlocks: 1 });
    if (request >= 0) hits += found;
  }
  caches.checkConserved();
  return hits / REQUESTS;
}

describe("hit rates of a replica's cache", () => {
  it.each([
    [0.7, 100],
    [0.7, 1_500],
    [1.1, 100],
  ])("are Che's for Zipf %d and %i items, within a point", (exponent, size) => {
    const popularity = zipf(exponent);
    const difference = measuredHitRate(popularity, size) - cheHitRate(popularity, size);
    expect(Math.abs(difference)).toBeLessThan(0.01);
  });
});
