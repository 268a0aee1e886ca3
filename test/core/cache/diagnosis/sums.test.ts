import { describe, expect, it } from "vitest";
import {
  addSums,
  bestShareOf,
  givenFreeSeconds,
  hitRateOf,
  noSums,
  totalOf,
} from "../../../../src/core/cache/diagnosis/sums.ts";
import { aCacheTick } from "../../../support/builders/cache-story.ts";
import { NOW } from "../../../support/builders/observed.ts";

const { rates } = aCacheTick({ bestShare: 0.95 });

describe("sums of what caches did", () => {
  it("weigh a tick by how long it stands for", () => {
    const sums = addSums(noSums(NOW), rates, 15);
    expect(sums).toMatchObject({ seconds: 15, prompt: 15 * 120_000, turns: 300 });
    expect(hitRateOf(sums)).toBeCloseTo(0.9, 10);
    expect(bestShareOf(sums)).toBeCloseTo(0.95, 10);
  });

  it("of none are nothing", () => {
    expect(totalOf([])).toBeNull();
    expect(hitRateOf(noSums(NOW))).toBe(0);
    expect(bestShareOf(noSums(NOW))).toBeNull();
  });

  it("give the free cache of size and load, whatever is pinned because service is slow", () => {
    const usual = addSums(noSums(NOW), rates, 60);
    const slow = { ...usual, pinned: usual.pinned * 5, waiting: 1e6 };
    expect(givenFreeSeconds(usual, usual)).toBeCloseTo((0.9 * 4e6) / 12_000, 6);
    expect(givenFreeSeconds(slow, usual)).toBeCloseTo(givenFreeSeconds(usual, usual), 6);
    expect(givenFreeSeconds(usual, usual, 2)).toBeGreaterThan(givenFreeSeconds(usual, usual));
  });
});
