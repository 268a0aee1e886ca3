import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hitRateOf } from "../../../../src/core/cache/diagnosis/sums.ts";
import {
  sinceOnset,
  spread,
  usualOf,
  watchCaches,
} from "../../../../src/core/cache/diagnosis/watch.ts";
import { MINUTE_MS, elapsed } from "../../../../src/core/units.ts";
import { aCacheStory, aCacheTick } from "../../../support/builders/cache-story.ts";
import type { CacheState } from "../../../support/builders/cache-story.ts";
import { NOW } from "../../../support/builders/observed.ts";

const all = (hitRate: number): CacheState => ({ hitRates: [hitRate, hitRate, hitRate, hitRate] });

describe("what is usual", () => {
  it("is not known before four times ten minutes, and what is new, were seen", () => {
    expect(usualOf(aCacheStory([[54, {}]]))).toBeNull();
    expect(usualOf(aCacheStory([[60, {}]]))?.hitRate).toBeCloseTo(0.9, 10);
  });

  it("follows a slow change within two hours", () => {
    const story = aCacheStory([
      [60, all(0.9)],
      [60, all(0.895)],
      [150, all(0.89)],
    ]);
    expect(story.incident).toBeNull();
    expect(usualOf(story)?.hitRate).toBeCloseTo(0.89, 10);
  });
});

describe("a fall", () => {
  it.each([
    [30, 0.6, 3],
    [10, 0.8, 4],
    [6, 0.84, 7],
  ])("of %i points is noticed within minutes of its onset", (_, hitRate, minutes) => {
    const story = aCacheStory([
      [60, {}],
      [minutes, all(hitRate)],
    ]);
    const onset = NOW + 60 * MINUTE_MS;
    expect(story.incident).not.toBeNull();
    expect(Math.abs((story.incident?.since ?? 0) - onset)).toBeLessThanOrEqual(MINUTE_MS);
  });

  it("keeps what was usual before it, and is explained by what came after", () => {
    const story = aCacheStory([
      [60, {}],
      [40, all(0.7)],
    ]);
    expect(usualOf(story)?.hitRate).toBeCloseTo(0.9, 10);
    const now = sinceOnset(story);
    expect(now && hitRateOf(now)).toBeCloseTo(0.7, 10);
  });

  it("is over when the hit rate is back, and what is usual is what it was before", () => {
    const story = aCacheStory([
      [60, {}],
      [30, all(0.7)],
      [10, {}],
    ]);
    expect(story.incident).toBeNull();
    expect(usualOf(story)?.hitRate).toBeCloseTo(0.9, 10);
  });

  it("that lasts six hours is how things are", () => {
    const story = aCacheStory([
      [60, {}],
      [370, all(0.7)],
    ]);
    expect(story.incident).toBeNull();
    expect(usualOf(story)?.hitRate).toBeCloseTo(0.7, 10);
  });

  it("of two points, within the noise of agents at 90 %, is none", () => {
    const story = aCacheStory([
      [60, {}],
      [30, all(0.88)],
    ]);
    expect(story.incident).toBeNull();
  });
});

describe("what is remembered beside", () => {
  it("is the setting of the engines, and the one before", () => {
    const story = aCacheStory([
      [10, {}],
      [10, { kvPerEngine: 4_000_000 }],
    ]);
    expect(story.setting).toEqual({ kvTokens: 4_000_000, prefixCaching: true });
    expect(story.settingBefore?.setting).toEqual({ kvTokens: 10_000_000, prefixCaching: true });
  });

  it("is not a change of one block or two from start to start", () => {
    const story = aCacheStory([
      [10, {}],
      [10, { kvPerEngine: 10_000_032 }],
    ]);
    expect(story.settingBefore).toBeNull();
  });

  it("is the share of engines that left, less and less", () => {
    const three = { hitRates: [0.9, 0.9, 0.9] };
    expect(
      aCacheStory([
        [10, {}],
        [0.25, three],
      ]).leftShare,
    ).toBeCloseTo(0.25, 2);
    expect(
      aCacheStory([
        [10, {}],
        [20, three],
      ]).leftShare,
    ).toBeLessThan(0.01);
  });

  it("never grows without bound, and never goes back in time", () => {
    const memory = aCacheStory([[400, {}]]);
    expect(memory.minutes.length).toBeLessThanOrEqual(15);
    expect(memory.tens.length).toBeLessThanOrEqual(12);
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 0 }), (ms) => {
        const next = watchCaches(memory, aCacheTick({}, memory.lastAt), () => ({
          all: 0,
          elsewhere: 0,
          nowhere: 0,
        }));
        expect(next).toBe(memory);
        expect(elapsed(next.lastAt, memory.lastAt)).toBeGreaterThanOrEqual(ms);
      }),
    );
  });
});

describe("the spread of a few numbers", () => {
  it("is not widened by one of them", () => {
    expect(spread([1, 2, 3, 4, 5, 1_000])).toBeLessThan(5);
    expect(spread([])).toBe(0);
  });
});
