import { describe, expect, it } from "vitest";
import type { Contest, Tune } from "../../../src/studies/compare/contest.ts";
import { MISSED_LEVELS, contest } from "../../../src/studies/compare/contest.ts";
import { someSettings } from "../../support/builders/fronts.ts";
import type { Points } from "../../support/builders/fronts.ts";

/** From 95 to 99.5 % over a factor of ten in GPU-hours, straight in the logarithm of both. */
const STRAIGHT = [
  [100, 0.05],
  [200, 0.005],
] as const;

function between(ours: Points, theirs: Points, tune: Tune = "one"): Contest {
  const dearest = new Map(Object.keys(ours).map((name) => [name, 1_000]));
  return contest({ ours: someSettings(ours), theirs: someSettings(theirs), tune, dearest });
}

describe("the levels", () => {
  it("go from 95 to 99.5 % in even steps of the logarithm", () => {
    expect(MISSED_LEVELS).toHaveLength(5);
    expect(MISSED_LEVELS[0]).toBe(0.05);
    expect(MISSED_LEVELS[2]).toBeCloseTo(Math.sqrt(0.05 * 0.005), 12);
    expect(MISSED_LEVELS[4]).toBeCloseTo(0.005, 12);
  });
});

describe("a contest", () => {
  it("of equals is a tie", () => {
    const { violations, gpuHours, lostByThem, lostByUs } = between(
      { surge: STRAIGHT },
      { surge: STRAIGHT },
    );
    expect(violations.mean).toBeCloseTo(1, 9);
    expect(gpuHours?.mean).toBeCloseTo(1, 9);
    expect([lostByThem, lostByUs]).toEqual([0, 0]);
  });

  it("counts violations at equal GPU-hours", () => {
    // Twice what we miss at every cost; from 1 % on, so that no level is out of reach.
    const theirs = [
      [100, 0.1],
      [200, 0.01],
      [400, 0.001],
    ] as const;
    const found = between({ surge: STRAIGHT }, { surge: theirs });
    expect(found.violations.mean).toBeCloseTo(2, 9);
    expect(found.lostByThem).toBe(0);
  });

  it("counts GPU-hours at equal attainment", () => {
    const theirs = [
      [150, 0.05],
      [300, 0.005],
    ] as const;
    expect(between({ surge: STRAIGHT }, { surge: theirs }).gpuHours?.mean).toBeCloseTo(1.5, 9);
  });

  it("gives no credit beyond 99.5 %", () => {
    const perfect = [
      [100, 0.0001],
      [200, 0.00001],
    ] as const;
    const found = between({ surge: perfect }, { surge: STRAIGHT });
    // At our cheapest they miss 5 %, and we count as 0.5 %.
    expect(found.violations.mean).toBeCloseTo(10, 9);
  });

  it("takes a level that they never reach for lost, not for a blank", () => {
    // They stop at 1.58 %: the levels 0.89 % and 0.5 % are out of their reach.
    const theirs = [
      [100, 0.05],
      [200, Math.sqrt(0.05 * 0.005)],
    ] as const;
    const found = between({ surge: STRAIGHT }, { surge: theirs });
    expect([found.compared, found.lostByThem, found.lostByUs]).toEqual([5, 2, 0]);
    // Hours at the levels: ours 100, 125, 150, 175, 200, theirs 100, 150, 200, then the dearest.
    const ratios = [1, 150 / 125, 200 / 150, 1_000 / 175, 1_000 / 200];
    const mean = ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / 5;
    expect(Math.log(found.gpuHours?.mean ?? 0)).toBeCloseTo(mean, 9);
  });

  it("takes a level that we never reach for lost in the same way", () => {
    const ours = [
      [100, 0.05],
      [200, Math.sqrt(0.05 * 0.005)],
    ] as const;
    const found = between({ surge: ours }, { surge: STRAIGHT });
    expect([found.lostByThem, found.lostByUs]).toEqual([0, 2]);
    const ratios = [1, 125 / 150, 150 / 200, 175 / 1_000, 200 / 1_000];
    const mean = ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / 5;
    expect(Math.log(found.gpuHours?.mean ?? 0)).toBeCloseTo(mean, 9);
  });

  it("takes somebody who is never so cheap for lost, at the worst level or worse", () => {
    const theirs = [[300, 0.001]] as const;
    const found = between({ surge: STRAIGHT }, { surge: theirs });
    expect(found.lostByThem).toBe(5);
    // 5 % against 5, 2.8, 1.6, 0.9 and 0.5 %: the mean is that of the middle level.
    expect(found.violations.mean).toBeCloseTo(0.05 / Math.sqrt(0.05 * 0.005), 9);
  });

  it("with one configuration charges what it costs in each scenario", () => {
    // Their knob is right for one scenario or the other, never for both.
    const ours = { a: STRAIGHT, b: STRAIGHT };
    const [few, many] = STRAIGHT;
    const theirs = { a: [few, many], b: [many, few] } as const;
    expect(between(ours, theirs, "each").violations.mean).toBeCloseTo(1, 9);
    expect(between(ours, theirs, "one").violations.mean).toBeGreaterThan(1.5);
  });

  it("has no ratio of GPU-hours where neither reaches any level", () => {
    const poor = [[100, 0.4]] as const;
    const found = between({ surge: poor }, { surge: poor });
    expect(found.gpuHours).toBeNull();
    expect([found.lostByThem, found.lostByUs]).toEqual([5, 5]);
  });

  it("tells the spread over scenarios, and none for a single one", () => {
    const worse = [
      [100, 0.2],
      [200, 0.02],
      [400, 0.0002],
    ] as const;
    const { violations } = between({ a: STRAIGHT, b: STRAIGHT }, { a: worse, b: STRAIGHT }, "each");
    expect(violations.mean).toBeCloseTo(2, 6);
    expect(violations.low).toBeLessThan(1);
    expect(violations.high).toBeGreaterThan(4);
    const single = between({ a: STRAIGHT }, { a: worse }).violations;
    expect(single.low).toBe(single.high);
  });
});
