import { describe, expect, it } from "vitest";
import { PoissonStarts } from "../../../src/traces/sources/poisson-starts.ts";
import { product, surge, wave } from "../../../src/traces/sources/rate-curve.ts";
import type { RateCurve } from "../../../src/traces/sources/rate-curve.ts";
import { draws } from "../../support/draws.ts";

const FLAT = product([]);
const NS = 1e9;

function instants(curve: RateCurve, perSecond: number, seconds: number, seed = 1): number[] {
  const starts = new PoissonStarts({ perSecond, curve, draws: draws(seed) });
  const found: number[] = [];
  for (let at = starts.next(); at < seconds * NS; at = starts.next()) found.push(at / NS);
  return found;
}

const countIn = (found: readonly number[], from: number, to: number): number =>
  found.filter((at) => at >= from && at < to).length;

describe("starts of sessions", () => {
  it("come at the rate that was asked for, with exponential gaps", () => {
    const found = instants(FLAT, 5, 20_000);
    expect(Math.abs(found.length - 100_000)).toBeLessThan(4 * Math.sqrt(100_000));
    const gaps = found.slice(1).map((at, i) => at - (found[i] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
    const longer = gaps.filter((gap) => gap > 2 * mean).length / gaps.length;
    expect(longer).toBeCloseTo(Math.exp(-2), 2);
  });

  it("are whole nanoseconds, in order", () => {
    const found = instants(FLAT, 100, 50).map((at) => Math.round(at * NS));
    expect(found).toEqual(found.toSorted((a, b) => a - b));
  });

  it("follow a surge exactly: every part of it has its share", () => {
    const curve = surge({ atNs: 3_000 * NS, factor: 8, rampNs: 600 * NS, holdNs: 1_200 * NS });
    const found = instants(curve, 10, 9_000);
    const expected = [
      [0, 3_000, 30_000],
      [3_000, 3_600, 27_000],
      [3_600, 4_800, 96_000],
      [4_800, 5_400, 27_000],
      [5_400, 9_000, 36_000],
    ] as const;
    for (const [from, to, count] of expected) {
      expect(Math.abs(countIn(found, from, to) - count)).toBeLessThan(4 * Math.sqrt(count));
    }
  });

  it("follow waves and surges at once", () => {
    const day = 86_400;
    const curve = product([
      wave(day * NS, 0.6, 0),
      surge({ atNs: (day / 2 - 500) * NS, factor: 3, rampNs: 0, holdNs: 1_000 * NS }),
    ]);
    const found = instants(curve, 5, day);
    const peak = countIn(found, day / 2 - 500, day / 2 + 500);
    expect(Math.abs(peak - 1_000 * 5 * 1.6 * 3)).toBeLessThan(4 * Math.sqrt(24_000));
  });

  it("are the same for the same draws, and none at a rate of 0", () => {
    expect(instants(FLAT, 3, 100, 7)).toEqual(instants(FLAT, 3, 100, 7));
    expect(instants(FLAT, 0, 100)).toEqual([]);
  });
});
