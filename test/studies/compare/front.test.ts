import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atHours, atMissed, frontOf, settingsIn } from "../../../src/studies/compare/front.ts";
import { someSettings } from "../../support/builders/fronts.ts";

const FRONT = frontOf(
  someSettings({
    surge: [
      [100, 0.08],
      [200, 0.02],
      [400, 0.005],
    ],
  }),
);

describe("a front", () => {
  it("leaves out settings that a cheaper one beats, and keeps the rest by hours", () => {
    const settings = someSettings({
      surge: [
        [400, 0.005],
        [200, 0.02],
        [300, 0.03],
        [200, 0.04],
        [100, 0.08],
      ],
    });
    expect(frontOf(settings).map(({ knob }) => knob)).toEqual([4, 1, 0]);
  });

  it("needs a setting", () => {
    expect(() => frontOf([])).toThrow(RangeError);
  });

  it.each([
    // Half-way in hours between 100 and 200 is √(0.08 x 0.02).
    ["between two settings, in the logarithm", 1.5, 0.04],
    ["at a setting", 2, 0.02],
    ["beyond the last, which stays as good", 9, 0.005],
  ])("read at equal hours %s", (_, hours, missed) => {
    expect(atHours(FRONT, hours)?.missed).toBeCloseTo(missed, 12);
  });

  it.each([
    ["between two settings, in the logarithm", 0.04, 150],
    ["at a setting", 0.02, 200],
    ["easier than its cheapest, which is as cheap as it gets", 0.5, 100],
  ])("read at an equal missed share %s", (_, missed, gpuHours) => {
    expect(atMissed(FRONT, missed)?.cells.get("surge")?.gpuHours).toBeCloseTo(gpuHours, 9);
  });

  it("has no place cheaper than its cheapest, nor better than its best", () => {
    expect(atHours(FRONT, 0.99)).toBeNull();
    expect(atMissed(FRONT, 0.0049)).toBeNull();
  });

  it("weighs every scenario the same, whatever its size", () => {
    const [only] = someSettings({ small: [[100, 0.01]], large: [[900, 0.03]] });
    expect(only?.hours).toBe(5);
    expect(only?.missed).toBe(0.02);
  });

  it("mixes two settings alike in every scenario", () => {
    const both = frontOf(
      someSettings({
        a: [
          [100, 0.08],
          [200, 0.02],
        ],
        b: [
          [100, 0.04],
          [300, 0.01],
        ],
      }),
    );
    // Hours 1 and 2.5: 1.75 is half-way.
    const cells = atHours(both, 1.75)?.cells;
    expect(cells?.get("a")?.gpuHours).toBeCloseTo(150, 9);
    expect(cells?.get("a")?.missed).toBeCloseTo(0.04, 12);
    expect(cells?.get("b")?.gpuHours).toBeCloseTo(200, 9);
    expect(cells?.get("b")?.missed).toBeCloseTo(0.02, 12);
  });

  it("of one scenario tells hours as they are", () => {
    const [only] = settingsIn(
      "small",
      someSettings({ small: [[120, 0.01]], large: [[900, 0.03]] }),
    );
    expect(only).toMatchObject({ hours: 120, missed: 0.01 });
  });

  it("always costs more to miss less", () => {
    const share = fc.double({ min: 1e-6, max: 1, noNaN: true });
    // Hours in hundredths: between two that differ in the last bit nothing can be told.
    const hours = fc.integer({ min: 100, max: 100_000 }).map((hundredths) => hundredths / 100);
    const cell = fc.tuple(hours, share);
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 12 }), share, share, (cells, a, b) => {
        const front = frontOf(someSettings({ surge: cells }));
        const strict = atMissed(front, Math.min(a, b));
        const easy = atMissed(front, Math.max(a, b));
        if (strict === null) return;
        expect(easy?.hours ?? Infinity).toBeLessThanOrEqual(strict.hours + 1e-9);
        expect(atHours(front, strict.hours)?.missed ?? 1).toBeLessThanOrEqual(
          Math.max(a, b) * (1 + 1e-9),
        );
      }),
    );
  });
});
