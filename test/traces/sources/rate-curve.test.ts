import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dailyAndWeekly, product, surge, wave } from "../../../src/traces/sources/rate-curve.ts";
import type { RateCurve } from "../../../src/traces/sources/rate-curve.ts";
import { recordedRate } from "../../../src/traces/sources/recorded-rate.ts";

const HOUR = 3_600e9;

describe("a surge", () => {
  const curve = surge({ atNs: 100, factor: 5, rampNs: 20, holdNs: 30 });

  it.each([
    [0, 1],
    [100, 1],
    [110, 3],
    [120, 5],
    [150, 5],
    [160, 3],
    [170, 1],
    [1e9, 1],
  ])("is at %i ns at %d", (ns, factor) => {
    expect(curve.at(ns)).toBe(factor);
  });

  it("without ramps is a step", () => {
    const step = surge({ atNs: 100, factor: 4, rampNs: 0, holdNs: 30 });
    expect([99, 100, 129].map((ns) => step.at(ns))).toEqual([1, 4, 4]);
    expect(step.at(131)).toBe(1);
  });
});

describe("waves", () => {
  it("are lowest at their lowest point, highest half a period later, and 1 on average", () => {
    const curve = wave(24 * HOUR, 0.6, 4 * HOUR);
    expect(curve.at(4 * HOUR)).toBeCloseTo(0.4, 9);
    expect(curve.at(16 * HOUR)).toBeCloseTo(1.6, 9);
    expect(curve.at(40 * HOUR)).toBeCloseTo(1.6, 9);
    const hours = Array.from({ length: 24 }, (_, hour) => curve.at((hour + 0.5) * HOUR));
    expect(hours.reduce((sum, each) => sum + each, 0) / 24).toBeCloseTo(1, 6);
  });

  it("are sines to two thousandths", () => {
    const curve = wave(360, 1, 0);
    for (let degrees = 0; degrees < 360; degrees += 1) {
      const sine = Math.sin(((degrees - 90) * Math.PI) / 180);
      expect(Math.abs(curve.at(degrees) - 1 - sine)).toBeLessThan(0.002);
    }
  });

  it("are lowest at four and on Sunday at noon, whenever the traffic begins", () => {
    const startsAtMs = Date.parse("2026-11-30T10:00:00Z");
    const at = (curve: RateCurve | undefined, instant: string) =>
      curve?.at((Date.parse(instant) - startsAtMs) * 1e6) ?? Number.NaN;
    const [daily, weekly] = dailyAndWeekly(startsAtMs, { daily: 0.5, weekly: 0.25 });
    expect(at(daily, "2026-12-01T04:00:00Z")).toBeCloseTo(0.5, 6);
    expect(at(daily, "2026-12-01T16:00:00Z")).toBeCloseTo(1.5, 6);
    expect(at(weekly, "2026-12-06T12:00:00Z")).toBeCloseTo(0.75, 6);
    expect(at(weekly, "2026-12-03T00:00:00Z")).toBeCloseTo(1.25, 6);
  });
});

describe("a recorded rate", () => {
  const rates = [
    { atSeconds: 100, perSecond: 1 },
    { atSeconds: 110, perSecond: 3 },
    { atSeconds: 120, perSecond: 2 },
  ];

  it("is taken around its mean, holds until the next record, and begins anew", () => {
    const curve = recordedRate(rates, 0);
    const at = [0, 9.9, 10, 25, 29.9, 30, 45].map((s) => curve.at(s * 1e9));
    expect(at).toEqual([0.5, 0.5, 1.5, 1, 1, 0.5, 1.5]);
  });

  it("begins where it is asked to", () => {
    expect(recordedRate(rates, 12e9).at(0)).toBe(1.5);
  });

  it("weighs rates by how long they held", () => {
    const uneven = recordedRate(
      [
        { atSeconds: 0, perSecond: 4 },
        { atSeconds: 10, perSecond: 1 },
        { atSeconds: 40, perSecond: 1 },
      ],
      0,
    );
    expect(uneven.at(0)).toBeCloseTo(4 / (100 / 70), 12);
  });

  it.each([
    ["nothing", [], "fewer than two rates"],
    ["one rate", rates.slice(0, 1), "fewer than two rates"],
    ["zeros", rates.map((rate) => ({ ...rate, perSecond: 0 })), "no rate above 0"],
  ])("cannot be %s", (_what, records, message) => {
    expect(() => recordedRate(records, 0)).toThrow(message);
  });
});

describe("the bound of a stretch", () => {
  const curves = [
    surge({ atNs: 40, factor: 6, rampNs: 10, holdNs: 20 }),
    surge({ atNs: 30, factor: 0.2, rampNs: 5, holdNs: 40 }),
    wave(50, 0.8, 7),
    recordedRate(
      [0, 7, 1, 4].map((perSecond, i) => ({ atSeconds: i * 15e-9, perSecond })),
      0,
    ),
  ];
  const each = [...curves, product(curves)].map((curve, index) => ({ curve, index }));

  it.each(each)("is never exceeded: $index", ({ curve }) => {
    const instants = fc.tuple(fc.nat(300), fc.nat(150), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(instants, ([from, length, share]) => {
        const bound = curve.most(from, from + length);
        expect(curve.at(from + share * length)).toBeLessThanOrEqual(bound * (1 + 1e-12));
      }),
      { numRuns: 1_000 },
    );
  });
});
