import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { durationMs } from "../../src/config/go-duration.ts";

describe("durations", () => {
  it.each([
    ["1h30m", 5_400_000],
    ["2500ms", 2_500],
    ["1.5h", 5_400_000],
    ["90s", 90_000],
    ["75s", 75_000],
    ["1500us", 2],
    ["1µs", 0],
    ["0s", 0],
    [90, 90_000],
    [0.25, 250],
  ])("%s is %d ms", (written, ms) => {
    expect(durationMs(written)).toBe(ms);
  });

  it.each(["", "90", "1d", "-5m", "5 m", "m", "1h-30m"])("refuses %j", (written) => {
    expect(() => durationMs(written)).toThrow(RangeError);
  });

  it("seconds as a number and with a unit always mean the same", () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), (seconds) => {
        expect(durationMs(`${seconds}s`)).toBe(durationMs(seconds));
      }),
    );
  });
});
