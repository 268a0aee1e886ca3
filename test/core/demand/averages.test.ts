import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  average,
  firstAverages,
  lifted,
  riseOf,
  riseOver,
} from "../../../src/core/demand/averages.ts";
import type { DemandAverages } from "../../../src/core/memory.ts";

/** One value a minute, the first at age 1. */
const over = (values: readonly number[], from = firstAverages(values[0] ?? 0), age = 0) =>
  values.reduce<DemandAverages>(
    (before, y, minute) => average(before, y, { minutes: 1, age: age + minute + 1 }),
    from,
  );
const flat = (y: number, minutes: number) => Array.from({ length: minutes }, () => y);
const climbing = (minutes: number, perMinute: number) =>
  Array.from({ length: minutes }, (_, minute) => (minute + 1) * perMinute);

describe("averages", () => {
  it("of a level are the level", () => {
    const { fewMinutes, tenMinutes, hour, day } = over(flat(2, 90));
    expect([fewMinutes, tenMinutes, hour, day]).toEqual([2, 2, 2, 2]);
  });

  it("are within what was seen, the longer the slower", () => {
    const { fewMinutes, tenMinutes, hour, day } = over([...flat(0, 600), ...flat(1, 20)]);
    expect(fewMinutes).toBeGreaterThan(tenMinutes);
    expect(tenMinutes).toBeGreaterThan(hour);
    expect(hour).toBeGreaterThan(day);
    expect([fewMinutes < 1, day > 0]).toEqual([true, true]);
  });

  it("move with a burst where they are of minutes, and not of an hour", () => {
    const before = over(flat(1, 90));
    const { fewMinutes, tenMinutes, hour, day } = lifted(before, 0.5);
    expect([fewMinutes, tenMinutes, hour, day]).toEqual([1.5, 1.5, 1, 1]);
  });
});

describe("a rise", () => {
  it.each([
    ["is none on a level", flat(0, 300)],
    ["is none in a fall", [...flat(1, 200), ...flat(0.2, 30)]],
    ["is none that is as usual", [...flat(0, 300), ...climbing(10, 0.01)]],
  ])("%s", (_, values) => {
    expect(riseOf(over(values))).toBeNull();
  });

  it("is as steep as it is seen, from when it stood out", () => {
    const rise = riseOf(over([...flat(0, 300), ...climbing(25, 0.04)]));
    expect(rise?.minutes).toBeGreaterThan(15);
    expect(rise?.minutes).toBeLessThan(25);
    // 0.04 of the level a minute, less what the averages lag.
    expect(rise?.perMinute).toBeGreaterThan(0.02);
    expect(rise?.perMinute).toBeLessThan(0.04);
  });

  it("adds little once it has stopped for a while", () => {
    const stopped = riseOf(over([...flat(0, 300), ...climbing(20, 0.05), ...flat(1, 45)]));
    expect(riseOver(stopped, 60, 0.9)).toBeLessThan(0.15);
  });
});

describe("what a rise adds", () => {
  const rise = { height: 0.5, perMinute: 0.01, minutes: 20 };

  it.each([
    // Lasts 20 x p / (1 − p) more minutes, at most the 60 that are asked for.
    ["p50: as much as it has lasted", 0.5, Math.log(1 + 0.01 * 20)],
    ["p60", 0.6, Math.log(1 + 0.01 * 30)],
    ["p90: to the end", 0.9, Math.log(1 + 0.01 * 60)],
    ["for sure: to the end", 1, Math.log(1 + 0.01 * 60)],
    ["p0: it is over, and all of it is gone", 0, -0.5],
  ])("%s", (_, share, added) => {
    expect(riseOver(rise, 60, share)).toBeCloseTo(added, 9);
  });

  it("is nothing without one, and never more than four times the level", () => {
    expect(riseOver(null, 60, 0.9)).toBe(0);
    expect(riseOver({ height: 1, perMinute: 0.2, minutes: 20 }, 60, 0.9)).toBe(Math.log(4));
  });

  it("rises with the quantile", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(riseOver(rise, 60, low)).toBeLessThanOrEqual(riseOver(rise, 60, high) + 1e-12);
      }),
    );
  });
});
