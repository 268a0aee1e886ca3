import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instantOf, isTimeZone, wallTime } from "../../src/config/local-time.ts";

const at = (written: string, zone: string) =>
  new Date(instantOf(wallTime(written) ?? Number.NaN, zone)).toISOString();

describe("wall clocks", () => {
  it.each([
    ["2026-12-01T18:00:00", "UTC", "2026-12-01T18:00:00.000Z"],
    ["2026-12-01T18:00:00", "America/New_York", "2026-12-01T23:00:00.000Z"],
    ["2026-07-01T18:00:00", "America/New_York", "2026-07-01T22:00:00.000Z"],
    ["2026-07-01T18:00", "Asia/Kolkata", "2026-07-01T12:30:00.000Z"],
    ["2026-01-01T00:00:00", "Pacific/Kiritimati", "2025-12-31T10:00:00.000Z"],
  ])("%s in %s is %s", (written, zone, instant) => {
    expect(at(written, zone)).toBe(instant);
  });

  it("a time that a clock set forward never shows is read as long after the jump", () => {
    // 8 March 2026, New York: 02:00 becomes 03:00 at 07:00 UTC.
    expect(at("2026-03-08T02:30:00", "America/New_York")).toBe("2026-03-08T07:30:00.000Z");
    expect(at("2026-03-08T03:00:00", "America/New_York")).toBe("2026-03-08T07:00:00.000Z");
  });

  it("a time that a clock set back shows twice is the first of them", () => {
    // 25 October 2026, Berlin: 03:00 becomes 02:00 at 01:00 UTC.
    expect(at("2026-10-25T02:30:00", "Europe/Berlin")).toBe("2026-10-25T00:30:00.000Z");
    expect(at("2026-10-25T03:30:00", "Europe/Berlin")).toBe("2026-10-25T02:30:00.000Z");
  });

  it("knows half-hour changes", () => {
    // 5 April 2026, Lord Howe: 02:00 becomes 01:30 at 15:00 UTC the day before.
    expect(at("2026-04-05T01:45:00", "Australia/Lord_Howe")).toBe("2026-04-04T14:45:00.000Z");
  });

  it.each(["2026-02-30T00:00:00", "2026-13-01T00:00:00", "2026-01-01T24:30:00", "noon"])(
    "no calendar has %s",
    (written) => {
      expect(wallTime(written)).toBeNull();
    },
  );

  it.each([
    ["Europe/Berlin", true],
    ["UTC", true],
    ["Europe/Atlantis", false],
    ["", false],
  ])("time zone %j: %s", (zone, known) => {
    expect(isTimeZone(zone)).toBe(known);
  });

  it("later on the clock is never earlier in time, a day apart", () => {
    const zones = fc.constantFrom("America/New_York", "Europe/Berlin", "Asia/Tokyo");
    const wall = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2035, 0) });
    fc.assert(
      fc.property(zones, wall, (zone, ms) => {
        const elapsedMs = instantOf(ms + 86_400_000, zone) - instantOf(ms, zone);
        expect(Math.abs(elapsedMs - 86_400_000)).toBeLessThanOrEqual(3_600_000);
      }),
    );
  });
});
