import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { enoughSince, longestReturn, rememberQuarters } from "../../../src/core/policy/returns.ts";
import type { WantedByQuarter } from "../../../src/core/policy/returns.ts";
import { HOUR_MS, MINUTE_MS, epochMs, millis, rackCount } from "../../../src/core/units.ts";

const MIDNIGHT = Date.UTC(2026, 10, 30);
const at = (hours: number) => epochMs(MIDNIGHT + hours * HOUR_MS);

/** A want every minute: each of those given stands from its hour on. */
function day(until: number, ...changes: readonly (readonly [hour: number, racks: number])[]) {
  const first = changes[0]?.[0] ?? 0;
  let wanted: WantedByQuarter = [];
  for (let minute = first * 60; minute <= until * 60; minute += 1) {
    const racks = changes.findLast(([hour]) => hour * 60 <= minute)?.[1] ?? 0;
    wanted = rememberQuarters(wanted, epochMs(MIDNIGHT + minute * MINUTE_MS), rackCount(racks));
  }
  return wanted;
}

describe("what was wanted over a day", () => {
  it("is the most of each quarter of an hour", () => {
    const wanted = day(1, [0, 3], [0.1, 5], [0.2, 4]);
    expect(wanted.map(({ racks }) => racks)).toEqual([5, 4, 4, 4, 4]);
    expect(wanted[1]?.at).toBe(at(0.25));
  });

  it("is forgotten after a day", () => {
    const wanted = day(30, [0, 3]);
    expect(wanted[0]?.at).toBeGreaterThan(at(5.9));
    expect(wanted.length).toBeLessThanOrEqual(97);
  });

  it("never shows less than what was wanted last", () => {
    const aWant = fc.record({ minutes: fc.integer({ min: 0, max: 600 }), racks: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(aWant, { minLength: 1 }), (wants) => {
        let [wanted, minute]: [WantedByQuarter, number] = [[], 0];
        for (const { minutes, racks } of wants) {
          minute += minutes;
          const now = epochMs(MIDNIGHT + minute * MINUTE_MS);
          wanted = rememberQuarters(wanted, now, rackCount(racks));
          expect(wanted.at(-1)?.racks).toBeGreaterThanOrEqual(racks);
        }
      }),
    );
  });
});

describe("the longest time after which more than three were wanted again", () => {
  const longest = (wanted: WantedByQuarter, windowHours = 1) =>
    longestReturn(wanted, 3, millis(windowHours * HOUR_MS)) / HOUR_MS;

  it.each([
    ["none: three are enough all day", day(20, [0, 3]), 0],
    ["none: more were always wanted", day(20, [0, 4]), 0],
    ["none yet: three have been enough until now", day(20, [0, 4], [10, 3]), 0],
    ["two hours, once", day(20, [0, 4], [10, 3], [12, 4]), 2],
    ["the longest of several", day(20, [0, 4], [2, 3], [4, 5], [8, 1], [11, 4], [14, 3]), 3],
    ["none: shorter than the window", day(20, [0, 4], [10, 3], [10.5, 4]), 0],
    ["none: a night is worth it", day(20, [0, 4], [1, 3], [9, 4]), 0],
    ["none: nobody knows how long it was before", day(20, [0, 3], [2, 4]), 0],
  ])("%s", (_, wanted, hours) => {
    expect(longest(wanted)).toBe(hours);
  });

  it("with a short window less is long enough to be worth it", () => {
    const wanted = day(20, [0, 4], [10, 3], [12, 4]);
    expect(longest(wanted, 0.25)).toBe(0);
  });
});

it("since when so many have been enough", () => {
  expect(enoughSince(day(20, [0, 4], [10, 3], [12, 2]), 3)).toBe(at(10));
  expect(enoughSince(day(20, [0, 4], [10, 3], [12, 4]), 3)).toBeNull();
  expect(enoughSince([], 3)).toBeNull();
});
