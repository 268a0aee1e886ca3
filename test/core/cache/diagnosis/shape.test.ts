import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lastingOdds } from "../../../../src/core/cache/diagnosis/shape.ts";
import { noSums } from "../../../../src/core/cache/diagnosis/sums.ts";
import type { CacheSums } from "../../../../src/core/cache/diagnosis/sums.ts";
import { MINUTE_MS, epochMs } from "../../../../src/core/units.ts";

const USUAL = { missRatio: 0.08, lumpTokens: 350_000 };
const SINCE = epochMs(60 * MINUTE_MS);

/** Five quiet minutes of eight turns/s, then what each minute's hit rate fell by. */
function minutesOf(falls: readonly number[], prompt = 55_000_000): CacheSums[] {
  return [0, 0, 0, 0, 0, ...falls].map((fall, index) => ({
    ...noSums(epochMs(SINCE + (index - 5) * MINUTE_MS)),
    seconds: 60,
    prompt,
    computed: Math.min(1, USUAL.missRatio + fall) * prompt,
  }));
}

const oddsOf = (falls: readonly number[]) => lastingOdds(minutesOf(falls), SINCE, USUAL);

describe("how a fall goes on", () => {
  it.each<[string, readonly number[], "lasts" | "is made up for"]>([
    ["by as much from minute to minute", [0.1, 0.1, 0.1, 0.1], "lasts"],
    ["by little, but for long", [0.04, 0.04, 0.04, 0.04, 0.04, 0.04, 0.04, 0.04], "lasts"],
    ["by more and more", [0.03, 0.06, 0.09, 0.12], "lasts"],
    ["from the middle of a minute on", [0.05, 0.1, 0.1, 0.1, 0.1], "lasts"],
    // The unfilled share of turns within each minute: most sessions come back in the first.
    ["at once, and less at each turn", [0.25, 0.12, 0.1, 0.08], "is made up for"],
    ["at once, from the middle of a minute on", [0.15, 0.18, 0.09, 0.08], "is made up for"],
    ["by a spike that is over", [0.2, 0, 0, 0], "is made up for"],
  ])("a fall %s", (_, falls, expected) => {
    expect(oddsOf(falls) >= 0 ? "lasts" : "is made up for").toBe(expected);
  });

  it("is told the surer the longer it goes on", () => {
    const lasting = [4, 8, 12].map((minutes) => oddsOf(Array.from({ length: minutes }, () => 0.1)));
    expect(lasting).toEqual(lasting.toSorted((a, b) => a - b));
    expect(lasting[0]).toBeGreaterThan(1);
  });

  it("is no matter of how busy the fleet is, only of how sure one can be", () => {
    const falls = [0.25, 0.12, 0.1, 0.08];
    const [quiet, busy] = [5_000_000, 500_000_000].map((prompt) =>
      lastingOdds(minutesOf(falls, prompt), SINCE, USUAL),
    );
    expect(quiet).toBeLessThan(0);
    expect(busy).toBeLessThan(quiet ?? 0);
  });

  it("is a number whatever was counted", () => {
    const share = fc.double({ min: -0.08, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(share, { maxLength: 15 }), (falls) => {
        expect(oddsOf(falls)).not.toBeNaN();
      }),
    );
  });
});
