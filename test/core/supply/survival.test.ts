import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  rememberInterruptions,
  survival,
  takenPerRackHour,
} from "../../../src/core/supply/survival.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import { NOW } from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";

const interruptions = {
  taints: [],
  conditions: [],
  noticeMs: millis(30_000),
  expectedEveryMs: millis(100 * HOUR_MS),
};
const poolOf = (kind: "Spot" | "OnDemand") =>
  aPool("gb200-east", {
    supply: { kind, committedRacks: rackCount(0), windows: [], interruptions },
  });
const SPOT = poolOf("Spot");
const later = (ms: number) => after(NOW, millis(ms));

describe("how often a Spot pool's racks are taken", () => {
  it.each([
    ["is believed at first", undefined, 1 / 100],
    ["is less after hours without", { taken: 0, rackHours: 300 }, 1 / 400],
    ["is more after some", { taken: 5, rackHours: 20 }, 6 / 120],
  ])("%s", (_, seen, expected) => {
    expect(takenPerRackHour(SPOT, seen)).toBeCloseTo(expected, 9);
  });

  it("is no question for racks that nobody takes", () => {
    expect(takenPerRackHour(poolOf("OnDemand"), { taken: 9, rackHours: 1 })).toBe(0);
    const sight = { pool: poolOf("OnDemand"), racks: 4, taken: 1, now: NOW };
    expect(rememberInterruptions(undefined, sight)).toBeUndefined();
  });

  it("is watched tick by tick, and not over a gap", () => {
    const begun = rememberInterruptions(undefined, { pool: SPOT, racks: 4, taken: 0, now: NOW });
    expect(begun).toEqual({ at: NOW, taken: 0, rackHours: 0 });
    const tick = { pool: SPOT, racks: 4, taken: 1, now: later(MINUTE_MS) };
    const next = rememberInterruptions(begun, tick);
    expect(next?.rackHours).toBeCloseTo(4 / 60, 6);
    expect(next?.taken).toBe(1);
    const gap = rememberInterruptions(begun, { ...tick, now: later(HOUR_MS) });
    expect(gap?.rackHours).toBeCloseTo(4 / 12, 6);
  });

  it("fades within weeks", () => {
    const before = { at: NOW, taken: 10, rackHours: 700 };
    const week = rememberInterruptions(before, {
      pool: SPOT,
      racks: 0,
      taken: 0,
      now: later(7 * DAY_MS),
    });
    expect(week?.taken).toBeCloseTo(10 / Math.E, 6);
  });
});

describe("survival", () => {
  it("is e^(−λ t): of racks taken once in ten hours 90 % are there after an hour", () => {
    expect(survival(0.1, HOUR_MS)).toBeCloseTo(0.905, 3);
    expect(survival(0, DAY_MS)).toBe(1);
  });

  it("never grows with time or with the rate", () => {
    const some = fc.double({ min: 0, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(some, some, some, (rate, hours, more) => {
        const now = survival(rate, hours * HOUR_MS);
        expect(survival(rate, (hours + more) * HOUR_MS)).toBeLessThanOrEqual(now);
        expect(survival(rate + more, hours * HOUR_MS)).toBeLessThanOrEqual(now);
        expect(now).toBeLessThanOrEqual(1);
      }),
    );
  });
});
