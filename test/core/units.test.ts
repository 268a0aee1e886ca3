import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
  after,
  elapsed,
  epochMs,
  millis,
  seconds,
} from "../../src/core/units.ts";

describe("instants and durations", () => {
  it("have the lengths of the calendar", () => {
    expect([SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS]).toEqual([1e3, 60e3, 3_600e3, 86_400e3]);
  });

  it.each([
    [1_000, 4_500, 3_500],
    [4_500, 1_000, -3_500],
    [7, 7, 0],
  ])("from %d to %d is %d ms", (from, to, expected) => {
    expect(elapsed(epochMs(from), epochMs(to))).toBe(expected);
  });

  it("are seconds where a formula wants seconds", () => {
    expect(seconds(millis(2_500))).toBe(2.5);
  });

  it("undo each other", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (at, by) => {
        const start = epochMs(at);
        expect(elapsed(start, after(start, millis(by)))).toBe(by);
      }),
    );
  });
});
