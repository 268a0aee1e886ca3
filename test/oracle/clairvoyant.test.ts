import { describe, expect, it } from "vitest";
import { Clairvoyant, stepsTogether } from "../../src/oracle/clairvoyant.ts";
import { millis } from "../../src/core/units.ts";
import { aModel, aWatch, someTerms } from "../support/builders/oracle.ts";

const MINUTE = 60_000;
/** Twenty calm minutes, twenty that need two racks, twenty calm ones. */
const BUSY = [1_000, 14_400, 1_000].flatMap((turns) => Array.from({ length: 20 }, () => turns));

const oracle = (price: number, turns: readonly number[] = BUSY) =>
  new Clairvoyant({ offered: aWatch(turns), model: aModel(), terms: someTerms(), price });
const changesOf = (clairvoyant: Clairvoyant): string =>
  clairvoyant
    .plan()
    .changes.map(({ atMs, racks }) => `${atMs / MINUTE}: ${racks}`)
    .join(", ");

describe("the clairvoyant", () => {
  it("prices a miss by what a turn costs where there is always what is needed", () => {
    // 40 minutes of one rack and 20 of two, at 60 GPUs: 80 GPU-hours for 328,000 turns.
    expect(oracle(10).gpuHoursPerMiss).toBeCloseTo((10 * 80) / 328_000, 9);
  });

  it("has a second rack there when it is needed, and gives it back at once", () => {
    // Two minutes of lead time and one of ticks before the twentieth.
    expect(changesOf(oracle(10))).toBe("17: 2, 40: 1");
  });

  it("lets turns be missed that are not worth a rack", () => {
    const cheap = oracle(0.0001);
    expect(changesOf(cheap)).toBe("");
    // Half of 14,400 turns a minute.
    expect(cheap.plan().missed).toBeCloseTo(20 * 7_200, -1);
    expect(cheap.plan().gpuHours).toBeCloseTo(60, 6);
  });

  it("buys more where a replay missed much more than planned", () => {
    const clairvoyant = oracle(
      10,
      Array.from({ length: 60 }, () => 9_000),
    );
    const before = clairvoyant.plan();
    expect(before.changes).toEqual([]);
    const missed = Array.from({ length: 60 }, (_, at) => (at >= 20 && at < 40 ? 2_000 : 0));
    expect(clairvoyant.learn(missed)).toBe(20);
    const [first] = clairvoyant.plan().changes;
    expect(first?.racks).toBe(2);
    expect(first?.atMs).toBeLessThanOrEqual(20 * MINUTE);
  });

  it("plans the same again where the replay was as planned, or better", () => {
    const clairvoyant = oracle(10);
    const before = clairvoyant.plan();
    expect(clairvoyant.learn(BUSY.map(() => 0))).toBe(0);
    expect(clairvoyant.plan()).toEqual(before);
  });

  it("takes steps together where a run is long", () => {
    expect(stepsTogether(360, millis(MINUTE), someTerms({ maxRacks: 14 }))).toBe(1);
    const week = stepsTogether(
      7 * 1_440,
      millis(MINUTE),
      someTerms({ maxRacks: 40, medianLeadMs: 40 * MINUTE }),
    );
    expect(week).toBeGreaterThan(1);
  });
});
