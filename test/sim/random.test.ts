import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RandomStream } from "../../src/sim/random.ts";

const draws = (stream: RandomStream, count: number): readonly number[] =>
  Array.from({ length: count }, () => stream.uniform());

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const quantile = (values: readonly number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(q * values.length)] ?? Number.NaN;

describe("a random stream", () => {
  it("repeats itself for the same seed and name", () => {
    expect(draws(new RandomStream(7, "a"), 50)).toEqual(draws(new RandomStream(7, "a"), 50));
  });

  it.each([
    ["another seed", new RandomStream(8, "a")],
    ["another name", new RandomStream(7, "b")],
  ])("shares no draw with one of %s", (_what, other) => {
    const own = new Set(draws(new RandomStream(7, "a"), 1_000));
    expect(draws(other, 1_000).filter((draw) => own.has(draw))).toEqual([]);
  });

  it("stays in [0, 1) and is even", () => {
    const values = draws(new RandomStream(1, "even"), 100_000);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(mean(values)).toBeCloseTo(0.5, 2);
    expect(mean(values.map((value) => value * value))).toBeCloseTo(1 / 3, 2);
  });

  it("uses all 53 bits of a double", () => {
    const fine = draws(new RandomStream(1, "fine"), 100).filter(
      (draw) => !Number.isInteger(draw * 134_217_728),
    );
    expect(fine.length).toBeGreaterThan(95);
  });

  it("never leaves its bounds, whatever the seed", () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), (seed, name) => {
        const value = new RandomStream(seed, name).between(3, 5);
        return value >= 3 && value < 5;
      }),
    );
  });

  it("draws gaps of mean 1 that are exponential", () => {
    const stream = new RandomStream(2, "gaps");
    const values = Array.from({ length: 100_000 }, () => stream.exponential());
    expect(mean(values)).toBeCloseTo(1, 1);
    expect(quantile(values, 0.5)).toBeCloseTo(Math.log(2), 1);
  });

  it("draws standard normals", () => {
    const stream = new RandomStream(3, "normal");
    const values = Array.from({ length: 100_000 }, () => stream.normal());
    expect(mean(values)).toBeCloseTo(0, 1);
    expect(mean(values.map((value) => value * value))).toBeCloseTo(1, 1);
    expect(quantile(values, 0.95)).toBeCloseTo(1.645, 1);
  });

  it("draws log-normals that have the quantiles asked for", () => {
    const stream = new RandomStream(4, "log-normal");
    const values = Array.from({ length: 100_000 }, () => stream.logNormal(100, 300));
    expect(quantile(values, 0.5) / 100).toBeCloseTo(1, 1);
    expect(quantile(values, 0.95) / 300).toBeCloseTo(1, 1);
  });
});
