import { describe, expect, it } from "vitest";
import { quantileTable } from "../../../src/traces/generators/quantile-table.ts";
import { rateShapedTraffic } from "../../../src/traces/generators/generate.ts";
import { stratified } from "../../../src/traces/generators/stratified.ts";
import { surge } from "../../../src/traces/sources/rate-curve.ts";
import { draws } from "../../support/draws.ts";

const RATES = [1, 5, 3, 3].map((perSecond, hour) => ({ atSeconds: hour * 3_600, perSecond }));

const startsPerHour = (hours: number, offsetHours: number, factor = 1): readonly number[] => {
  const source = rateShapedTraffic({
    profile: "chat",
    rates: RATES,
    offsetNs: offsetHours * 3_600e9,
    meanSessionsPerHour: 3_000,
    curves: [surge({ atNs: 3_600e9, factor, rampNs: 0, holdNs: 3_600e9 - 1 })],
    draws: draws(1),
    templateDraws: draws(2),
  });
  const counts = Array.from({ length: hours }, () => 0);
  const start = { atNs: 0, template: 0 };
  while (source.next(start) && start.atNs < hours * 3_600e9) {
    const hour = Math.floor(start.atNs / 3_600e9);
    counts[hour] = (counts[hour] ?? 0) + 1;
  }
  return counts;
};

describe("a recorded rate that shapes a generator", () => {
  it.each([
    ["from its beginning", 0, 1, [1_000, 5_000, 3_000, 3_000, 1_000]],
    ["from within", 1, 1, [5_000, 3_000, 3_000, 1_000, 5_000]],
    ["with a surge on top", 0, 2, [1_000, 10_000, 3_000, 3_000, 1_000]],
  ])("keeps the mean that is asked for, %s", (_what, offset, factor, expected) => {
    startsPerHour(5, offset, factor).forEach((count, hour) => {
      const mean = expected[hour] ?? 0;
      expect(Math.abs(count - mean)).toBeLessThan(4 * Math.sqrt(mean));
    });
  });
});

describe("a table of quantiles", () => {
  const table = quantileTable([
    [0.1, 4],
    [0.5, 9],
    [0.99, 612],
  ]);

  it.each([
    [0, 4],
    [0.05, 4],
    [0.1, 4],
    [0.5, 9],
    [0.99, 612],
    [0.999, 612],
  ])("has at %d the value %d", (share, value) => {
    expect(table(share)).toBeCloseTo(value, 9);
  });

  it("never falls", () => {
    let last = 0;
    for (let share = 0; share < 1; share += 0.001) {
      expect(table(share)).toBeGreaterThanOrEqual(last);
      last = table(share);
    }
  });
});

describe("stratified shares", () => {
  it("has one in each part, in an order that is drawn", () => {
    const shares = [...stratified(100, draws(1))];
    expect(shares).not.toEqual(shares.toSorted((a, b) => a - b));
    const sorted = shares.toSorted((a, b) => a - b);
    sorted.forEach((share, i) => expect(Math.floor(share * 100)).toBe(i));
  });
});
