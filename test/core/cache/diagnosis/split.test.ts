import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitGap } from "../../../../src/core/cache/diagnosis/split.ts";
import type { Split } from "../../../../src/core/cache/diagnosis/split.ts";
import { sinceOnset, usualOf } from "../../../../src/core/cache/diagnosis/watch.ts";
import { RESPONSE_LAW_PRIORS } from "../../../../src/core/cache/response-law.ts";
import { aCacheStory, aCacheTick } from "../../../support/builders/cache-story.ts";
import type { CacheState } from "../../../support/builders/cache-story.ts";

const KNOWN = { bestShare: 0.92 };

/** @returns the parts of a fall from an hour of `before` to fifteen minutes of `after` */
function splitOf(before: CacheState, after: CacheState): Split {
  const memory = aCacheStory([
    [60, before],
    [15, after],
  ]);
  const [usual, now] = [usualOf(memory), sinceOnset(memory)];
  if (usual === null || now === null) throw new Error("there is no fall");
  const { young, pods: shown } = aCacheTick(after);
  const prior = RESPONSE_LAW_PRIORS["prefix-affinity"];
  return splitGap({ usual, now, memory, prior, young, shown });
}

const all = (hitRate: number) => Array.from({ length: 4 }, () => hitRate);

/** @returns the parts of a fall by 30 points as load leaves 12 s of free cache instead of 300 */
function fullOf(bestShare: number): Split {
  const small = { kvPerEngine: 400_000, promptPerTurn: 600 };
  const full = { ...small, turns: 120, hitRates: all(0.6), bestShare };
  return splitOf({ ...small, ...KNOWN }, full);
}

describe("the parts of a fall", () => {
  it("that the best engine shares is nobody's: no engine had it", () => {
    const split = splitOf(KNOWN, { hitRates: all(0.7), bestShare: 0.72 });
    expect(split.rest).toBeCloseTo(0.2, 2);
    expect(split).toMatchObject({ cold: 0, configuration: 0, capacity: 0, confined: null });
    expect(split.routing).toBeCloseTo(0, 2);
  });

  it("that the best engine does not share is the router's", () => {
    const split = splitOf(KNOWN, { hitRates: all(0.7), bestShare: 0.92 });
    expect(split.routing).toBeCloseTo(0.2, 2);
    expect(split.rest).toBeCloseTo(0, 2);
  });

  it("cannot be told apart without the router's index", () => {
    const split = splitOf({}, { hitRates: all(0.7) });
    expect(split).toMatchObject({ routing: null });
    expect(split.rest).toBeCloseTo(0.2, 2);
  });

  it("on engines that are young is theirs, beside what the others lost too", () => {
    const young = { hitRates: [0.9, 0.9, 0.1, 0.1], young: [2, 3] };
    expect(splitOf(KNOWN, { ...young, bestShare: 0.92 }).cold).toBeCloseTo(0.4, 1);
  });

  it("is the cache's where load leaves less of it free", () => {
    // 12 s of free cache instead of 300.
    const split = splitOf(
      { kvPerEngine: 400_000, promptPerTurn: 600 },
      { kvPerEngine: 400_000, promptPerTurn: 600, turns: 120, hitRates: all(0.6) },
    );
    expect(split.capacity).toBeGreaterThan(0.5 * split.gap);
    expect(split.configuration).toBe(0);
  });

  it("is the setting's where engines have less cache than before", () => {
    const before = { kvPerEngine: 400_000 };
    const split = splitOf(before, { kvPerEngine: 160_000, hitRates: all(0.6) });
    expect(split.configuration).toBeGreaterThan(split.capacity);
  });

  it("is the setting's from the first engines on that a rollout has reached", () => {
    const reached = { hitRates: [0.9, 0.9, 0.1, 0.1], young: [2, 3], reached: [2, 3] };
    const split = splitOf(KNOWN, { ...reached, bestShare: 0.92 });
    expect(split.cold).toBe(0);
    expect(split.configuration).toBeGreaterThan(0.4);
  });

  it("that follows load or new engines through the router is not the router's", () => {
    expect(fullOf(0.76).routing).toBeCloseTo(0, 5);
    const young = { hitRates: [0.8, 0.8, 0.8, 0.1], young: [3], bestShare: 0.92 };
    expect(splitOf(KNOWN, young)).toMatchObject({ routing: 0 });
    expect(splitOf(KNOWN, young).cold).toBeGreaterThan(0.2);
  });

  it("that another engine still has was not pushed out by load", () => {
    const { capacity, routing } = fullOf(0.9);
    expect(capacity).toBeLessThan(0.05);
    expect(routing).toBeGreaterThan(0.2);
  });

  it("is a lack of room only from a sixth less of it on", () => {
    const small = { kvPerEngine: 400_000, promptPerTurn: 600 };
    const shortAt = (turns: number) =>
      splitOf(small, { ...small, turns, hitRates: all(0.8) }).isShort;
    expect([20, 22, 26, 60].map(shortAt)).toEqual([false, false, true, true]);
  });

  it("is the setting's where caching is off", () => {
    const split = splitOf(KNOWN, { prefixCaching: false, hitRates: all(0), bestShare: 0 });
    expect(split.configuration).toBeCloseTo(0.9, 2);
  });

  it("on one old engine alone is confined to it", () => {
    const eight = Array.from({ length: 8 }, () => 0.9);
    const split = splitOf({ hitRates: eight }, { hitRates: [0.1, ...eight.slice(1)] });
    expect(split.confined?.pods).toEqual(["p0"]);
  });

  it("on few engines stands out though their peers lose by what they take over", () => {
    const ten = Array.from({ length: 10 }, () => 0.9);
    const [few, peers] = [[0.05, 0.1, 0.2], ten.slice(3).map(() => 0.8)];
    const split = splitOf({ hitRates: ten }, { hitRates: [...few, ...peers] });
    expect(split.confined?.pods).toEqual(["p0", "p1", "p2"]);
    expect(splitOf({ hitRates: ten }, { hitRates: ten.map(() => 0.7) }).confined).toBeNull();
  });

  it("on engines that evict nothing for what they compute was lost with their caches", () => {
    const eight = Array.from({ length: 8 }, () => 0.9);
    const full = eight.map(() => 15);
    const [hitRates, evicted] = [eight.with(0, 0.3), full.with(0, 0)];
    const before = { hitRates: eight, evicted: full };
    expect(splitOf(before, { hitRates, evicted }).confined).toMatchObject({
      pods: ["p0"],
      isEmptied: true,
    });
    const busy = { hitRates: eight.map(() => 0.7), evicted: full.map(() => 45) };
    expect(splitOf(before, busy).confined).toBeNull();
  });

  it("on engines that a router avoids since is theirs", () => {
    const eight = Array.from({ length: 8 }, () => 0.9);
    const shares = eight.map((_, index) => (index === 0 ? 0.01 : 0.99 / 7));
    const hitRates = eight.map((_, index) => (index === 0 ? 0.6 : 0.8));
    const split = splitOf({ hitRates: eight, turns: 200 }, { hitRates, shares, turns: 200 });
    expect(split.confined).toMatchObject({ pods: ["p0"], isEmptied: false });
  });

  it("on an engine with half of its peers' prompts is not its own where these differ too", () => {
    const eight = Array.from({ length: 8 }, () => 0.9);
    const hitRates = eight.map((_, index) => (index === 0 ? 0.78 : 0.8));
    const confined = (weights: readonly number[]) => {
      const total = weights.reduce((sum, one) => sum + one, 0);
      const shares = weights.map((one) => one / total);
      return splitOf({ hitRates: eight, turns: 200 }, { hitRates, shares, turns: 200 }).confined;
    };
    expect(confined([0.4, 1, 1, 1, 1, 1, 1, 1])).not.toBeNull();
    expect(confined([0.4, 0.5, 1.5, 0.6, 1.4, 0.9, 1.1, 1.3])).toBeNull();
  });

  it("never exceed the fall, but for what a rollout has still to bring", () => {
    const share = fc.double({ min: 0.2, max: 0.8, noNaN: true });
    fc.assert(
      fc.property(share, share, (hitRate, bestShare) => {
        const split = splitOf(KNOWN, { hitRates: all(hitRate), bestShare });
        const sum = split.cold + split.capacity + (split.routing ?? 0) + split.rest;
        expect(sum).toBeLessThanOrEqual(split.gap + 1e-9);
      }),
      { numRuns: 20 },
    );
  });
});
