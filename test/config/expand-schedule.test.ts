import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expandSchedule } from "../../src/config/expand-schedule.ts";
import type { ScheduleEntry } from "../../src/config/fleet-conduct.ts";
import { DAY_MS, type EpochMs, epochMs } from "../../src/core/units.ts";

const at = (iso: string): EpochMs => epochMs(Date.parse(iso));
const iso = (instant: EpochMs): string => new Date(instant).toISOString();

const anEntry = (changes: Partial<ScheduleEntry> = {}): ScheduleEntry => ({
  name: "launch",
  start: "2026-12-01T18:00:00",
  timeZone: "America/New_York",
  repeat: "Never",
  for: "6h",
  readyBefore: "30m",
  floorRacks: 8,
  ...changes,
});

describe("schedules become instants", () => {
  it("a single occasion, however far away", () => {
    expect(expandSchedule(anEntry(), at("2026-01-01T00:00:00Z"))).toEqual([
      {
        name: "launch",
        readyFrom: at("2026-12-01T22:30:00Z"),
        from: at("2026-12-01T23:00:00Z"),
        until: at("2026-12-02T05:00:00Z"),
        floorRacks: 8,
        factor: null,
      },
    ]);
  });

  it.each([
    ["2026-12-02T04:59:59Z", 1],
    ["2026-12-02T05:00:00Z", 0],
  ])("at %s it counts %d times: until it ends", (now, many) => {
    expect(expandSchedule(anEntry(), at(now))).toHaveLength(many);
  });

  it("a factor instead of a floor", () => {
    const { floorRacks: _, ...withoutFloor } = anEntry();
    const [window] = expandSchedule({ ...withoutFloor, factor: "1.5" }, at("2026-01-01T00:00:00Z"));
    expect(window).toMatchObject({ floorRacks: null, factor: 1.5 });
  });

  it("a daily one keeps its wall-clock time when clocks change", () => {
    const daily = anEntry({ start: "2026-10-20T09:00:00", repeat: "Daily", for: "1h" });
    const starts = expandSchedule(daily, at("2026-10-30T15:00:00Z")).map(({ from }) => iso(from));
    // New York's clocks go back on 1 November 2026.
    expect(starts.slice(0, 3)).toEqual([
      "2026-10-31T13:00:00.000Z",
      "2026-11-01T14:00:00.000Z",
      "2026-11-02T14:00:00.000Z",
    ]);
    expect(starts).toHaveLength(8);
  });

  // Berlin's clocks go forward on 29 March 2026 at 02:00, back on 25 October at 03:00.
  it.each([
    ["forward", "Europe/Berlin", "2026-03-28T09:00:00", ["28T08:00", "29T07:00", "30T07:00"]],
    ["back", "Europe/Berlin", "2026-10-24T09:00:00", ["24T07:00", "25T08:00", "26T08:00"]],
    [
      "forward, at a time that day has not",
      "Europe/Berlin",
      "2026-03-28T02:30:00",
      ["28T01:30", "29T01:30", "30T00:30"],
    ],
    [
      "back, at a time that day has twice: the first",
      "Europe/Berlin",
      "2026-10-24T02:30:00",
      ["24T00:30", "25T00:30", "26T01:30"],
    ],
    ["never", "Asia/Kolkata", "2026-03-28T09:00:00", ["28T03:30", "29T03:30", "30T03:30"]],
  ])("clocks that go %s in %s", (_, timeZone, start, expected) => {
    const daily = anEntry({ start, timeZone, repeat: "Daily", for: "1h" });
    const starts = expandSchedule(daily, at(`${start.slice(0, 10)}T00:00:00Z`)).map(({ from }) =>
      iso(from),
    );
    expect(starts.slice(0, 3).map((each) => each.slice(8, 16))).toEqual(expected);
    expect(new Set(starts).size, "no occasion twice").toBe(starts.length);
  });

  it("lasts as long as it says over a switch: elapsed time, not the clock's", () => {
    const night = anEntry({ start: "2026-03-28T22:00:00", timeZone: "Europe/Berlin", for: "8h" });
    const [window] = expandSchedule(night, at("2026-03-28T00:00:00Z"));
    expect(window).toMatchObject({ from: at("2026-03-28T21:00:00Z") });
    expect(window).toMatchObject({ until: at("2026-03-29T05:00:00Z") });
  });

  it("a weekly one that still runs is there with the next", () => {
    const weekly = anEntry({ start: "2026-01-05T18:00:00", repeat: "Weekly" });
    const starts = expandSchedule(weekly, at("2026-03-03T01:00:00Z")).map(({ from }) => iso(from));
    expect(starts).toEqual(["2026-03-02T23:00:00.000Z", "2026-03-09T22:00:00.000Z"]);
  });

  it("a repeated one does not begin before its start", () => {
    const daily = anEntry({ repeat: "Daily" });
    const [first] = expandSchedule(daily, at("2026-11-30T00:00:00Z"));
    expect(first?.from).toBe(at("2026-12-01T23:00:00Z"));
  });

  it("whatever the hour, a daily occasion shorter than a day has its next occurrence", () => {
    const daily = anEntry({ start: "2026-01-01T09:00:00", repeat: "Daily", for: "2h" });
    const hour = fc.integer({ min: 0, max: 24 * 700 });
    fc.assert(
      fc.property(hour, (hours) => {
        const now = epochMs(at("2026-01-02T00:00:00Z") + hours * 3_600_000);
        const windows = expandSchedule(daily, now);
        expect(windows[0]?.until).toBeGreaterThan(now);
        expect((windows[0]?.from ?? 0) - now).toBeLessThanOrEqual(DAY_MS + 3_600_000);
        expect(windows.length).toBeGreaterThanOrEqual(8);
      }),
    );
  });
});
