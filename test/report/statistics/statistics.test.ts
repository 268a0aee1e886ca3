import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  logChanceOfHits,
  normalTail,
  normalTailQuantile,
} from "../../../src/report/statistics/chance.ts";
import { episodes, merged } from "../../../src/report/statistics/episodes.ts";
import { falls } from "../../../src/report/statistics/level-shifts.ts";
import { movingMax } from "../../../src/report/statistics/moving-max.ts";
import { pairedDifference } from "../../../src/report/statistics/paired.ts";
import { median, robustSigma } from "../../../src/report/statistics/robust.ts";

describe("chances", () => {
  it.each([
    [1, 0.158655],
    [1.6449, 0.05],
    [3, 1.349898e-3],
    [6, 9.865876e-10],
  ])("that a normal variable exceeds %d", (x, chance) => {
    expect(normalTail(x) / chance).toBeCloseTo(1, 3);
    expect(normalTailQuantile(chance)).toBeCloseTo(x, 3);
  });

  it("of hits are never below the binomial's own", () => {
    // P(K ≥ 5) of 10 tries at 0.1.
    expect(Math.exp(logChanceOfHits(5, 10, 0.1))).toBeGreaterThan(0.0016349);
    expect(logChanceOfHits(1, 10, 0.1)).toBe(0);
    expect(logChanceOfHits(0, 0, 0.1)).toBe(0);
  });
});

describe("estimates", () => {
  it("are not moved by a third of wild values", () => {
    const values = [1, 2, 3, 2, 1, 3, 2, 900, 900, 900];
    expect(median(values)).toBeLessThanOrEqual(3);
    expect(robustSigma(values)).toBeLessThan(3);
    expect(median([])).toBeNull();
  });
});

describe("episodes", () => {
  it("reach from where they leave the ordinary to where they are back", () => {
    const scores = [0, 2, 5, 2, 0, 2, 2, 0, null, 6, null, 3, 0];
    expect(episodes(scores, { enter: 5, leave: 1, gap: 0 })).toEqual([
      { from: 1, to: 4 },
      { from: 9, to: 12 },
    ]);
  });

  it("near each other are one", () => {
    const stretches = [
      { from: 8, to: 9 },
      { from: 0, to: 3 },
      { from: 5, to: 6 },
    ];
    expect(merged(stretches, 2)).toEqual([{ from: 0, to: 9 }]);
  });
});

describe("falls of a level", () => {
  const days = (many: number, of: (at: number) => number) =>
    Array.from({ length: many * 24 }, (_, at) => of(at));
  const rule = { perDay: 24, leastFall: 2 };

  it("are told from a daily cycle of the same size", () => {
    const cycle = (at: number): number => 50 + 5 * Math.sin((2 * Math.PI * at) / 24);
    expect(falls(days(7, cycle), rule)).toEqual([]);
    const fallen = days(7, (at) => cycle(at) - (at >= 80 && at < 100 ? 5 : 0));
    expect(falls(fallen, rule)).toMatchObject([{ from: 80, to: 100 }]);
  });

  it("are told from drift", () => {
    expect(
      falls(
        days(7, (at) => 50 - at / 24),
        rule,
      ),
    ).toEqual([]);
  });

  it("are not those back from a rise of some hours", () => {
    expect(
      falls(
        days(7, (at) => (at >= 80 && at < 88 ? 60 : 50)),
        rule,
      ),
    ).toEqual([]);
  });

  it("are those back from a rise that had become usual", () => {
    expect(
      falls(
        days(7, (at) => (at >= 50 && at < 100 ? 60 : 50)),
        rule,
      ),
    ).toMatchObject([{ from: 100, to: 168 }]);
  });
});

describe("the moving maximum", () => {
  it("is always that of the values within reach", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), fc.nat(9), (values, reach) => {
        const plain = values.map((_, at) =>
          Math.max(...values.slice(Math.max(0, at - reach), at + reach + 1)),
        );
        expect(movingMax(values, reach)).toEqual(plain);
      }),
    );
  });
});

describe("paired differences", () => {
  it("are sure where every pair says so, unsure where they disagree", () => {
    const even = [10, 11, 9, 10, 12, 10, 11];
    const more = even.map((value, at) => value + 2 + (at % 2));
    expect(pairedDifference(more, even).confidence).toBeGreaterThan(0.999);
    expect(pairedDifference([...even.slice(1), 60], even).confidence).toBeLessThan(0.975);
    expect(pairedDifference(even, more).confidence).toBe(0.5);
    expect(pairedDifference([2, 2], [1, 1]).confidence).toBe(0.5);
  });
});
