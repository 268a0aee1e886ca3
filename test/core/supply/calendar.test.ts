import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CalendarWindow } from "../../../src/core/compiled.ts";
import { nextEnd, racksOnCalendar, racksToKeep } from "../../../src/core/supply/calendar.ts";
import { MINUTE_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import type { EpochMs } from "../../../src/core/units.ts";
import { NOW } from "../../support/builders/observed.ts";

const at = (minute: number): EpochMs => after(NOW, millis(minute * MINUTE_MS));
const window = (from: number, until: number, racks: number, evacuate = 30): CalendarWindow => ({
  from: at(from),
  until: at(until),
  racks: rackCount(racks),
  evacuateBeforeMs: millis(evacuate * MINUTE_MS),
});
const DRAIN = { deadlineMs: millis(45 * MINUTE_MS), aheadMs: millis(0) };
const keep = (windows: readonly CalendarWindow[], minute: number, ahead = 0): number =>
  racksToKeep(windows, at(minute), { ...DRAIN, aheadMs: millis(ahead * MINUTE_MS) });

describe("a block of two racks that must be empty at minute 210", () => {
  const block = [window(0, 240, 2)];

  it.each([
    [-1, 0, "is not there before it opens"],
    [0, 2, "is there when it opens"],
    [150, 2, "stays whole while one drain in full and a usual one fit"],
    [151, 1, "loses a rack from then on"],
    [165, 1, "keeps the last while its whole deadline fits"],
    [166, 0, "and begins to drain it then"],
    [210, 0, "is empty when it has to be"],
  ])("at minute %s has %s racks: it %s", (minute, racks) => {
    expect(keep(block, minute)).toBe(racks);
  });

  it.each([
    [90, 2],
    [91, 1],
    [106, 0],
  ])(
    "is counted on at minute %s for %s racks by who needs an hour to replace them",
    (minute, n) => {
      expect(keep(block, minute, 60)).toBe(n);
    },
  );
});

describe("several blocks", () => {
  it("a longer one is not drained for the shorter one's end", () => {
    const blocks = [window(0, 240, 2), window(0, 2_000, 3)];
    expect(keep(blocks, 100)).toBe(5);
    expect(keep(blocks, 166)).toBe(3);
  });

  it("one that begins when another ends brings other racks: the first is emptied", () => {
    expect(keep([window(0, 240, 2), window(240, 900, 2)], 200)).toBe(0);
  });

  it("the next end is that of the first to end among those that are open", () => {
    const blocks = [window(0, 240, 2), window(0, 100, 1), window(300, 310, 9)];
    expect(nextEnd(blocks, at(50))).toBe(at(100));
    expect(nextEnd(blocks, at(250))).toBeNull();
  });
});

const anyWindows = fc.array(
  fc
    .record({
      from: fc.integer({ min: 0, max: 500 }),
      lasts: fc.integer({ min: 31, max: 900 }),
      racks: fc.integer({ min: 1, max: 8 }),
    })
    .map(({ from, lasts, racks }) => window(from, from + lasts, racks)),
  { maxLength: 4 },
);

describe("always", () => {
  it("no rack is kept outside a window, and none is counted on that is not kept", () => {
    fc.assert(
      fc.property(anyWindows, fc.integer({ min: 0, max: 1_400 }), (windows, minute) => {
        const kept = keep(windows, minute);
        expect(kept).toBeLessThanOrEqual(racksOnCalendar(windows, at(minute)));
        expect(keep(windows, minute, 60)).toBeLessThanOrEqual(kept);
      }),
    );
  });

  it("drains that begin when told so, one after the other, are over when blocks end", () => {
    fc.assert(
      fc.property(anyWindows, fc.integer({ min: 5, max: 15 }), (windows, drainMin) => {
        let standing = 0;
        let busyUntil = 0;
        let before = 0;
        for (let minute = 0; minute < 1_500; minute += 1) {
          const open = racksOnCalendar(windows, at(minute));
          // Racks of a block that has just opened are there at once.
          const allowed = keep(windows, minute);
          if (open > before) standing = Math.max(standing, allowed);
          before = open;
          expect(standing - (minute < busyUntil ? 1 : 0)).toBeLessThanOrEqual(
            Math.max(open, allowed),
          );
          if (minute >= busyUntil && standing > allowed) {
            standing -= 1;
            busyUntil = minute + drainMin;
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});
