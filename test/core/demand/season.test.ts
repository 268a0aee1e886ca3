import { describe, expect, it } from "vitest";
import { firstSeason, observeSeason, seasonalChange } from "../../../src/core/demand/season.ts";
import type { SeasonMemory } from "../../../src/core/memory.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, epochMs, millis } from "../../../src/core/units.ts";

const THURSDAY = epochMs(2_900 * 7 * DAY_MS);
const at = (hours: number) => epochMs(THURSDAY + hours * HOUR_MS);

/** So many days, every five minutes, of what is away from the day's average at an hour. */
function watched(days: number, away: (hours: number) => number): SeasonMemory {
  let season = firstSeason(THURSDAY);
  for (let minute = 5; minute <= days * 1_440; minute += 5) {
    const now = epochMs(THURSDAY + minute * MINUTE_MS);
    season = observeSeason(season, { now, away: away(minute / 60), minutes: 5 });
  }
  return season;
}

/** 1 above the average in the second half of the day, on the average before. */
const afternoons = (hours: number): number => (hours % 24 >= 12 ? 1 : 0);
/** Only on the first day of the week. */
const thursdays = (hours: number): number => (hours % 168 < 24 ? afternoons(hours) : 0);
const change = (season: SeasonMemory, hours: number, ahead: number) =>
  seasonalChange(season, at(hours), millis(ahead * HOUR_MS));

describe("the time of day", () => {
  it("says nothing before it was seen", () => {
    expect(change(firstSeason(THURSDAY), 11, 2)).toEqual({ daily: 0, weekly: 0 });
    expect(change(watched(0.25, afternoons), 11, 2).daily).toBe(0);
  });

  it.each([
    ["a rise", 11, 2, 1],
    ["a fall, over midnight", 23, 2, -1],
    ["nothing within a level", 13, 2, 0],
  ])("says %s after two days", (_, hours, ahead, daily) => {
    expect(change(watched(2.1, afternoons), 48 + hours, ahead).daily).toBeCloseTo(daily, 9);
  });

  it("of yesterday weighs 0.3, of the days before what is left", () => {
    const season = watched(3, (hours) => (hours < 48 ? afternoons(hours) : 0));
    expect(change(season, 72 + 11, 2).daily).toBeCloseTo(0.7, 3);
  });
});

describe("the day of the week", () => {
  it("adds what it has beside the time of day", () => {
    const season = watched(14, thursdays);
    const { daily, weekly } = change(season, 336 + 11, 2);
    // Six quiet days leave the profile of the day little of the Thursday.
    expect(daily).toBeLessThan(0.2);
    expect(daily + weekly).toBeCloseTo(1, 1);
  });
});
