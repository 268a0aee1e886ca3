import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  capacityOf,
  freeSeconds,
  hitRateOn,
  loadOn,
  missedShare,
  racksFor,
} from "../../src/oracle/fleet-model.ts";
import { aSmallFleet } from "../support/builders/compiled.ts";
import { aModel, aStep } from "../support/builders/oracle.ts";

/** Ten turns a second of 1,000 tokens. */
const STEP = aStep(600);
const { kvTokens } = aModel().capacity;

describe("what racks make of a step, worked out by hand", () => {
  /** Half of the hits are kept at the free cache of one rack. */
  const halved = aModel({ law: { halfSeconds: kvTokens / 10_000, steepness: 2 } });

  it("free cache is what is not pinned, over the prompts of a second", () => {
    expect(freeSeconds(aModel(), STEP, 2)).toBeCloseTo((2 * kvTokens) / 10_000, 9);
    const pinned = aStep(600, { pinnedTokens: kvTokens });
    expect(freeSeconds(aModel(), pinned, 2)).toBeCloseTo(kvTokens / 10_000, 9);
    expect(freeSeconds(aModel(), aStep(0), 2)).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([
    [1, 0.9 * 0.5],
    [2, (0.9 * 4) / 5],
    [3, (0.9 * 9) / 10],
  ])("%i racks keep their part of the 0.9 that ample racks find", (racks, hitRate) => {
    expect(hitRateOn(halved, STEP, racks)).toBeCloseTo(hitRate, 9);
  });

  it.each([
    // 5,500 cold tokens a second of 32,000, then 2,800 of 64,000.
    [1, 5_500 / 32_000],
    [2, 2_800 / 64_000],
  ])("%i racks are loaded by the cold work that they have", (racks, load) => {
    expect(loadOn(halved, STEP, racks, hitRateOn(halved, STEP, racks))).toBeCloseTo(load, 9);
  });

  it("prefill and decode are added up where units do both, else the larger counts", () => {
    const { capacity } = aModel();
    const output = aStep(600, { outputTokens: 60 * capacity.decodeTokensPerSecond * 0.3 });
    expect(loadOn(aModel(), output, 1, 0.9)).toBeCloseTo(1_000 / 32_000 + 0.3, 9);
    const split = aModel({ capacity: { ...capacity, shared: false } });
    expect(loadOn(split, output, 1, 0.9)).toBeCloseTo(0.3, 9);
  });

  it.each([
    ["no turn: nothing", 0, 1, 0],
    // 1,000 cold of 32,000.
    ["little load: nothing", 600, 1, 0],
    // 240 turns/s x 100 = 24,000 of 32,000: half way from 0.5 to 1.
    ["three quarters: half", 14_400, 1, 0.5],
    ["the same on two racks: nothing", 14_400, 2, 0],
    ["on none: all", 600, 0, 1],
  ])("%s", (_, turns, racks, share) => {
    expect(missedShare(aModel(), aStep(turns), racks)).toBeCloseTo(share, 6);
  });

  it("racks with cold caches compute, but find nothing", () => {
    const warm = loadOn(halved, STEP, 3, hitRateOn(halved, STEP, 3));
    const cold = loadOn(halved, STEP, 3, hitRateOn(halved, STEP, 1));
    expect(cold / warm).toBeCloseTo(5_500 / 1_900, 6);
  });

  it.each([
    [600, 1],
    [14_400, 2],
    [40_000, 3],
  ])("%i turns a minute need %i racks", (turns, racks) => {
    expect(racksFor(aModel(), aStep(turns), 0.5 - 1e-3, 3)).toBe(racks);
  });

  it("more racks never miss more", () => {
    const law = fc.record({
      halfSeconds: fc.double({ min: 0.1, max: 500, noNaN: true }),
      steepness: fc.double({ min: 0.4, max: 3, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.nat({ max: 100_000 }), fc.nat({ max: 8 }), law, (turns, racks, drawn) => {
        const model = aModel({ law: drawn });
        const [fewer, more] = [racks, racks + 1].map((count) =>
          missedShare(model, aStep(turns), count),
        );
        expect(more).toBeLessThanOrEqual((fewer ?? 0) + 1e-9);
      }),
    );
  });
});

describe("the capacity of a rack", () => {
  it("is that of the engine that the world runs", () => {
    expect(capacityOf(aSmallFleet(), "test-small").prefillTokensPerSecond).toBe(32_000);
    expect(() => capacityOf(aSmallFleet(), "x")).toThrow("engine x is not known, expected one of");
  });
});
