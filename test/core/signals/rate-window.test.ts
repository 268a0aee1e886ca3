import { describe, expect, it } from "vitest";
import { rateWindowMs } from "../../../src/core/signals/rate-window.ts";
import { SECOND_MS, millis } from "../../../src/core/units.ts";

describe("the window of rates", () => {
  it.each([
    ["four scrapes", 30, 120],
    ["a minute at the usual 15 s", 15, 60],
    ["never less than a minute", 1, 60],
  ])("is %s", (_, scrapeSeconds, windowSeconds) => {
    const window = rateWindowMs(millis(scrapeSeconds * SECOND_MS));
    expect(window / SECOND_MS).toBe(windowSeconds);
  });
});
