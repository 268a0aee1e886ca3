import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { observeCache, pointOf, pointsOf } from "../../../src/core/cache/cache-history.ts";
import type { CacheMemory, CacheSighting } from "../../../src/core/cache/cache-history.ts";
import { epochMs, rackCount } from "../../../src/core/units.ts";

const TICK_SECONDS = 15;
const HOUR = 240;

/** 4 racks of 2 M tokens, a quarter pinned, 300,000 prompt tokens/s: 20 s of free cache. */
const SEEN = {
  racks: rackCount(4),
  kvTokens: 8_000_000,
  pinnedTokens: 2_000_000,
  promptTokensPerSecond: 300_000,
  hitRate: 0.9,
  waitSeconds: 0,
};

/** What is remembered after so many ticks, each seen as `of` says. */
function watched(
  ticks: number,
  of: (tick: number) => Partial<CacheSighting> = () => ({}),
): CacheMemory {
  let memory: CacheMemory | null = null;
  for (let tick = 0; tick <= ticks; tick += 1) {
    const at = epochMs(tick * TICK_SECONDS * 1_000);
    memory = observeCache(memory, { ...SEEN, at, ...of(tick) });
  }
  if (memory === null) throw new Error("nothing was watched");
  return memory;
}

const minutes = (count: number): number => (count * 60) / TICK_SECONDS;

describe("an hour of the cache", () => {
  it("is one point of the law", () => {
    const { points } = watched(HOUR);
    expect(points).toHaveLength(1);
    expect(points[0]).toMatchObject({ at: 3_600_000, seconds: 3_660 });
    expect(points[0]?.freeSeconds).toBeCloseTo(20, 9);
    expect(points[0]?.hitRate).toBeCloseTo(0.9, 9);
  });

  it("weighs the hit rate by prompt tokens, and means what was free", () => {
    const busy = { promptTokensPerSecond: 500_000, hitRate: 0.8, pinnedTokens: 4_000_000 };
    const quiet = { promptTokensPerSecond: 100_000, hitRate: 0.2, pinnedTokens: 0 };
    // The first hour's first sight stands for a minute; the second hour is two equal halves.
    const { points } = watched(2 * HOUR, (tick) => (tick <= HOUR + HOUR / 2 ? busy : quiet));
    expect(points[1]?.hitRate).toBeCloseTo((5 * 0.8 + 0.2) / 6, 9);
    expect(points[1]?.freeSeconds).toBeCloseTo((8e6 - 2e6) / 300_000, 9);
  });

  it("does not count what nobody watched", () => {
    const twoLooks = [0, 600].map((second) => ({ ...SEEN, at: epochMs(second * 1_000) }));
    const memory = twoLooks.reduce<CacheMemory | null>(observeCache, null);
    expect(memory?.open.seconds).toBe(120);
  });

  it("is usable before it has ended", () => {
    const memory = watched(minutes(20));
    expect(memory.points).toEqual([]);
    expect(pointsOf(memory)).toMatchObject([{ seconds: 1_260 }]);
  });
});

describe("a change of racks", () => {
  const grown = (after: number, ticks: number): CacheMemory =>
    watched(ticks, (tick) => (tick < after ? {} : { racks: rackCount(5), kvTokens: 10_000_000 }));

  it("ends the window, which counts from ten minutes on", () => {
    expect(grown(minutes(30), minutes(31)).points).toMatchObject([{ seconds: 1_845 }]);
    expect(grown(minutes(5), minutes(6)).points).toEqual([]);
  });

  it("is followed by ten minutes of which nothing is learned", () => {
    expect(grown(minutes(30), minutes(39)).open.seconds).toBe(0);
    const later = grown(minutes(30), minutes(50));
    expect(later.open.seconds).toBe(615);
    expect(pointOf(later.open)?.freeSeconds).toBeCloseTo(8e6 / 300_000, 9);
  });
});

describe("the last minutes", () => {
  it("follow a fall within five minutes by two thirds", () => {
    const start = minutes(60);
    const fallen = (tick: number) => (tick <= start ? {} : { hitRate: 0.4 });
    const hitRate = pointOf(watched(start + minutes(5), fallen).recent)?.hitRate ?? 0;
    expect((0.9 - hitRate) / 0.5).toBeCloseTo(1 - Math.exp(-1), 2);
  });
});

describe("the memory of the cache", () => {
  it("begins again where time went back", () => {
    const memory = watched(HOUR);
    const back = observeCache(memory, { ...SEEN, at: epochMs(5) });
    expect(back).toMatchObject({ lastAt: 5, points: [] });
  });

  it("is the same however often an instant is seen", () => {
    const memory = watched(10);
    expect(observeCache(memory, { ...SEEN, at: memory.lastAt, hitRate: 0 })).toBe(memory);
  });

  it("stays small, and its points within what was seen", () => {
    const sighting = fc.record({
      racks: fc.integer({ min: 1, max: 3 }).map(rackCount),
      hitRate: fc.double({ min: 0, max: 1, noNaN: true }),
      promptTokensPerSecond: fc.double({ min: 0, max: 1e6, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(sighting, { minLength: 1, maxLength: 40 }), (kinds) => {
        const memory = watched(4_000, (tick) => kinds[Math.floor(tick / 50) % kinds.length] ?? {});
        expect(memory.points.length).toBeLessThanOrEqual(24);
        for (const { hitRate, seconds } of memory.points) {
          expect(hitRate).toBeGreaterThanOrEqual(0);
          expect(hitRate).toBeLessThanOrEqual(1);
          expect(seconds).toBeGreaterThanOrEqual(600);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("has no point where nothing was asked", () => {
    expect(pointsOf(watched(HOUR, () => ({ promptTokensPerSecond: 0 })))).toEqual([]);
  });
});
