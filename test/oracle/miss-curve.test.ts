import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { missCurve, missedAt } from "../../src/oracle/miss-curve.ts";

const point = (load: number, turns: number, missed: number) => ({ load, turns, missed });

describe("the share that misses at a load", () => {
  const curve = missCurve([point(0.1, 100, 0), point(0.2, 100, 1), point(0.4, 100, 5)]);

  it.each([
    ["below what was measured: as at the lowest load", 0.05, 0],
    ["as measured", 0.2, 0.01],
    ["between two loads: in proportion", 0.3, 0.03],
    ["at the highest", 0.4, 0.05],
    ["half as much load again: half the way to all", 0.6, 0.525],
    ["twice the highest: all", 0.8, 1],
    ["without end: all", Number.POSITIVE_INFINITY, 1],
  ])("%s", (_, load, share) => {
    expect(missedAt(curve, load)).toBeCloseTo(share, 9);
  });

  it("pools neighbours that fall, by their turns", () => {
    const { knots } = missCurve([point(0.1, 100, 6), point(0.2, 300, 6), point(0.3, 100, 10)]);
    // 12 of 400 at (10 + 60) / 400.
    expect(knots).toEqual([
      { load: 0.175, share: 0.03 },
      { load: 0.3, share: 0.1 },
    ]);
  });

  it("cannot be told without a turn", () => {
    expect(() => missCurve([point(0.1, 0, 0)])).toThrow("no turn was offered");
  });

  it("never falls as load rises, and is a share", () => {
    const aPoint = fc.record({
      load: fc.double({ min: 0, max: 3, noNaN: true }),
      turns: fc.integer({ min: 1, max: 1_000 }),
      missed: fc.nat({ max: 1_200 }),
    });
    const loads = fc.tuple(
      fc.double({ min: 0, max: 9, noNaN: true }),
      fc.double({ min: 0, max: 9, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(aPoint, { minLength: 1, maxLength: 60 }), loads, (points, [a, b]) => {
        const measured = missCurve(points);
        const [less, more] = [
          missedAt(measured, Math.min(a, b)),
          missedAt(measured, Math.max(a, b)),
        ];
        expect(less).toBeGreaterThanOrEqual(0);
        expect(more).toBeLessThanOrEqual(1);
        expect(less).toBeLessThanOrEqual(more + 1e-9);
      }),
    );
  });
});
