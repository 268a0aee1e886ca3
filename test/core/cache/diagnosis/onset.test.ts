import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isRelieved,
  isSure,
  likeliestOnset,
  relieve,
  suspect,
} from "../../../../src/core/cache/diagnosis/onset.ts";
import type { Suspicion } from "../../../../src/core/cache/diagnosis/onset.ts";
import { noSums } from "../../../../src/core/cache/diagnosis/sums.ts";
import type { CacheSums } from "../../../../src/core/cache/diagnosis/sums.ts";
import { MINUTE_MS, after, millis } from "../../../../src/core/units.ts";
import { NOW } from "../../../support/builders/observed.ts";

/** A tenth of the tokens is usually missed: ten lumps a minute. */
const USUAL = { missRatio: 0.1, lumpTokens: 10_000 };

const minuteOf = (missRatio: number, at: number): CacheSums => ({
  ...noSums(after(NOW, millis(at * MINUTE_MS))),
  seconds: 60,
  prompt: 1_000_000,
  computed: 1_000_000 * missRatio,
});

const told = (missRatios: readonly number[]): readonly Suspicion[] =>
  missRatios.reduce<readonly Suspicion[]>(
    (before, miss, at) => suspect(before, minuteOf(miss, at), USUAL),
    [],
  );

const many = (count: number, missRatio: number) => Array.from({ length: count }, () => missRatio);

describe("a suspicion", () => {
  it.each([
    ["an hour as usual", many(60, 0.1), false],
    ["a minute of twice the misses", [...many(60, 0.1), 0.2], false],
    ["five of them", [...many(60, 0.1), ...many(5, 0.2)], true],
    ["a quarter of an hour of half as many again", [...many(60, 0.1), ...many(15, 0.15)], true],
    ["an hour of a point more, which is a drift", [...many(60, 0.1), ...many(60, 0.11)], false],
  ])("after %s", (_, missRatios, sure) => {
    expect(isSure(told(missRatios), false)).toBe(sure);
  });

  it("needs less where engines are known to have come or gone", () => {
    const suspicions = told([...many(60, 0.1), ...many(2, 0.22)]);
    expect(isSure(suspicions, false)).toBe(false);
    expect(isSure(suspicions, true)).toBe(true);
  });

  it("never comes of hit rates that are as usual or better, and is never below 0", () => {
    const misses = fc.array(fc.double({ min: 0, max: 0.1, noNaN: true }), { maxLength: 200 });
    fc.assert(
      fc.property(misses, (missRatios) => {
        expect(isSure(told(missRatios), true)).toBe(false);
        for (const { likelihood } of told(missRatios)) expect(likelihood).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 50 },
    );
  });

  it("is none of minutes without prompts", () => {
    const before = told(many(3, 0.2));
    expect(suspect(before, noSums(NOW), USUAL)).toBe(before);
  });
});

describe("the likeliest onset", () => {
  it("is where the minutes from then on stand out most", () => {
    const minutes = [...many(10, 0.1), ...many(4, 0.25)].map(minuteOf);
    expect(likeliestOnset(minutes, USUAL)).toBe(NOW + 10 * MINUTE_MS);
    expect(likeliestOnset(many(10, 0.1).map(minuteOf), USUAL)).toBeNull();
  });
});

describe("a fall that is over", () => {
  const reliefAfter = (missRatios: readonly number[]) =>
    missRatios.reduce(
      (relief, miss, at) => relieve(relief, minuteOf(miss, at), { usual: USUAL, fall: 0.06 }),
      0,
    );
  it("is believed after minutes as usual, not after one, and not while it goes on", () => {
    expect(isRelieved(reliefAfter(many(1, 0.1)))).toBe(false);
    expect(isRelieved(reliefAfter(many(15, 0.1)))).toBe(true);
    expect(isRelieved(reliefAfter(many(60, 0.16)))).toBe(false);
  });
});
