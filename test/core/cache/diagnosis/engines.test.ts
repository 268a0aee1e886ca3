import { describe, expect, it } from "vitest";
import {
  enginesAfter,
  evictionsPerToken,
  isEmptied,
} from "../../../../src/core/cache/diagnosis/engines.ts";
import type { Engines } from "../../../../src/core/cache/diagnosis/engines.ts";
import { noSums } from "../../../../src/core/cache/diagnosis/sums.ts";
import { epochMs } from "../../../../src/core/units.ts";

/** A full cache evicts once for every thousand tokens that are computed. */
const EVICTIONS = 0.001;

/** @returns one engine's sums after minutes of so many evictions a second, 1,000 tokens/s computed */
function after(minutes: readonly number[], from: Engines = {}): Engines {
  return minutes.reduce<Engines>(
    (engines, evictionsPerSecond) =>
      enginesAfter(
        engines,
        {
          pods: [
            {
              pod: "a",
              promptTokensPerSecond: 10_000,
              computedTokensPerSecond: 1_000,
              evictionsPerSecond,
            },
          ],
          alive: new Set(["a"]),
        },
        { seconds: 60, evictions: EVICTIONS },
      ),
    from,
  );
}

const isEmpty = (engines: Engines): boolean => {
  const engine = engines["a"];
  if (engine === undefined) throw new Error("the engine is gone");
  return isEmptied(engine, EVICTIONS);
};

describe("an emptied cache", () => {
  it.each([
    ["evicts for what it computes: full", [1, 1, 1], false],
    ["evicts no more: emptied", [1, 1, 1, 0, 0], true],
    ["evicts again: full again", [1, 1, 1, 0, 0, 1, 1], false],
    ["never evicted: it is filling for the first time", [0, 0, 0, 0, 0], false],
  ])("%s", (_, minutes, emptied) => {
    expect(isEmpty(after(minutes))).toBe(emptied);
  });
});

describe("what engines did lately", () => {
  it("is forgotten with engines that answer no more, and kept of idle ones", () => {
    const engines = after([1]);
    const none = { pods: [], alive: new Set<string>() };
    const idle = { pods: [], alive: new Set(["a"]) };
    const minute = { seconds: 60, evictions: null };
    expect(enginesAfter(engines, none, minute)).toEqual({});
    expect(enginesAfter(engines, idle, minute)["a"]?.prompt).toBeGreaterThan(0);
  });
});

describe("evictions for each computed token", () => {
  const sums = { ...noSums(epochMs(0)), computed: 1_000 };

  it("are not known where they are not exported", () => {
    expect(evictionsPerToken(null)).toBeNull();
    expect(evictionsPerToken(sums)).toBeNull();
    expect(evictionsPerToken({ ...sums, evicted: 5 })).toBeCloseTo(0.005, 10);
  });
});
