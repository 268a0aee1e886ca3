import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  demandTimes,
  headroomOf,
  hitRateOf,
  leadTimeTimes,
  maxRacksOf,
  minRacksOf,
  surviveRackLossesOf,
  waitingTurnsOf,
} from "../../../src/core/counterfactual/changes.ts";
import { withFleetMemory } from "../../../src/core/counterfactual/decided-on.ts";
import type { Change } from "../../../src/core/counterfactual/decided-on.ts";
import { decisionFor } from "../../../src/core/counterfactual/what-if.ts";
import { aCacheStory } from "../../support/builders/cache-story.ts";
import { aDecidedOn } from "../../support/builders/decided-on.ts";
import { CODER } from "../../support/builders/observed.ts";

const world = aDecidedOn();

function after(change: Change, base = world) {
  const decided = decisionFor(change(base, CODER), CODER);
  if (decided === undefined) throw new Error("the fleet is not of the group");
  return decided;
}

const unchanged = decisionFor(world, CODER);

describe("a change that changes nothing", () => {
  it.each([
    ["demand times one", demandTimes(1)],
    ["lead times times one", leadTimeTimes(1)],
    ["today's hit rate", hitRateOf(0.5)],
    ["no waiting turns where none wait", waitingTurnsOf(0)],
    ["today's headroom", headroomOf("Balanced")],
    ["today's minimum", minRacksOf(1)],
    ["today's maximum", maxRacksOf(10)],
    ["no more losses to survive", surviveRackLossesOf(0)],
  ])("%s gives the same decision", (_name, change) => {
    expect(after(change).want).toEqual(unchanged?.want);
    expect(after(change).forecast).toEqual(unchanged?.forecast);
  });
});

describe("more demand", () => {
  it("is forecast by as much, whatever was learned", () => {
    const [before, doubled] = [unchanged?.forecast, after(demandTimes(2)).forecast];
    for (const name of ["observed", "p10", "p50", "p90", "p99", "sizing"] as const) {
      expect(doubled?.[name]).toBeCloseTo(2 * (before?.[name] ?? Number.NaN), 6);
    }
  });

  it("never wants fewer racks", () => {
    const factor = fc.double({ min: 0.1, max: 8, noNaN: true });
    fc.assert(
      fc.property(factor, factor, (one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        expect(after(demandTimes(more)).want.racks).toBeGreaterThanOrEqual(
          after(demandTimes(less)).want.racks,
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe("a hit rate", () => {
  it("is what the verdict then sees, and no fall: it was so all along", () => {
    expect(after(hitRateOf(0.2)).cache).toMatchObject({ cause: "none" });
    expect(after(hitRateOf(0.2)).cache.hitRate).toBeCloseTo(0.2, 2);
  });

  it("is no fall either where one is remembered", () => {
    const fallen = aCacheStory([
      [60, { hitRates: [0.9, 0.9, 0.9] }],
      [10, { hitRates: [0.5, 0.5, 0.5] }],
    ]);
    const falling = withFleetMemory(world, CODER, (memory) => ({
      ...memory,
      diagnosis: { ...fallen, lastAt: world.observation.now },
    }));
    expect(after((same) => same, falling).cache).toMatchObject({
      expectedHitRate: 0.9,
      text: "A fall has just begun.",
    });
    const { cause, text } = after(hitRateOf(0.5), falling).cache;
    expect(cause).toBe("none");
    expect(text).toContain("No regression");
  });

  it("that is higher never wants more racks", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const busy = aDecidedOn({ turnsPerSecond: 30 });
    fc.assert(
      fc.property(share, share, (one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        expect(after(hitRateOf(high), busy).want.racks).toBeLessThanOrEqual(
          after(hitRateOf(low), busy).want.racks,
        );
      }),
      { numRuns: 60 },
    );
  });

  it("matters: with nothing cached the same demand needs more racks than with all of it", () => {
    const busy = aDecidedOn({ turnsPerSecond: 30 });
    expect(after(hitRateOf(0), busy).want.racks).toBeGreaterThan(
      after(hitRateOf(0.95), busy).want.racks,
    );
  });
});

describe("lead times", () => {
  it("lengthen the horizon that is forecast, by about as much", () => {
    const [before, slow] = [unchanged?.forecast, after(leadTimeTimes(2)).forecast];
    expect(slow?.horizonMs).toBeGreaterThan(1.9 * (before?.horizonMs ?? 0) - 120_000);
    expect(slow?.horizonMs).toBeLessThan(2.1 * (before?.horizonMs ?? 0));
  });
});

describe("what people ask for", () => {
  it.each([
    ["a minimum", minRacksOf(7), 7],
    ["a minimum above the maximum, which gives way", minRacksOf(12), 12],
    ["a maximum", maxRacksOf(1), 1],
  ])("%s is what is then wanted", (_name, change, racks) => {
    expect(after(change).want.racks).toBe(racks);
  });

  it("spares a rack for each loss that is to be survived", () => {
    const before = unchanged?.want.racks ?? Number.NaN;
    expect(after(surviveRackLossesOf(2)).want.racks).toBe(before + 2);
  });

  it("waiting turns ask for racks to work them off", () => {
    const before = unchanged?.want.racks ?? Number.NaN;
    expect(after(waitingTurnsOf(20_000)).want.racks).toBeGreaterThan(before);
  });
});
