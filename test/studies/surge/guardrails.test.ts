import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { epochMs } from "../../../src/core/units.ts";
import {
  bestOf,
  floorOf,
  leastFloor,
  saferHeadrooms,
} from "../../../src/studies/surge/guardrails.ts";
import type { SurgeRun, Tried } from "../../../src/studies/surge/guardrails.ts";

const FLEET = { name: "coder", namespace: "agents" };

const runs = (minutes: readonly number[], gpuHours: number, attainment = 0.95): SurgeRun[] =>
  minutes.map((outsideMinutes, at) => {
    return { seed: at + 1, offered: 1_000, attainment, outsideMinutes, gpuHours };
  });
const WITHOUT = runs([40, 60], 1_000, 0.93);

const tried = (
  name: string,
  minutes: readonly number[],
  gpuHours: number,
  share = 0.95,
): Tried => ({
  guardrail: { name, fleet: FLEET, kind: "floor", value: 5 },
  runs: runs(minutes, gpuHours, share),
});

describe("of guardrails", () => {
  it.each([
    ["the one that helps", [tried("a", [2, 3], 1_200)], "a"],
    [
      "the cheaper of two that help alike",
      [tried("a", [2, 3], 1_200), tried("b", [4, 5], 1_100)],
      "b",
    ],
    [
      "the one that helps, however dear",
      [tried("a", [1, 1], 9_000), tried("b", [39, 58], 1_001)],
      "a",
    ],
    ["one that takes a quarter away, where none does more", [tried("a", [29, 44], 1_100)], "a"],
    ["none that takes less away", [tried("a", [39, 55], 1_100)], null],
    ["none that helps with one seed alone", [tried("a", [1, 60], 1_100)], null],
    ["none with which more turns miss", [tried("a", [1, 1], 1_100, 0.9)], null],
    ["none where none was tried", [], null],
  ])("%s is proposed", (_, all, name) => {
    expect(bestOf(WITHOUT, all)?.guardrail.name ?? null).toBe(name);
  });

  it("headrooms are those safer than the fleet's own", () => {
    const names = (own: "Lean" | "Balanced" | "Safe") =>
      saferHeadrooms(FLEET, own).map(({ fleet }) => fleet["headroom"]);
    expect(names("Lean")).toEqual(["Balanced", "Safe"]);
    expect(names("Balanced")).toEqual(["Safe"]);
    expect(names("Safe")).toEqual([]);
  });

  it("a floor is an occasion beside those that there are", () => {
    const from = epochMs(Date.parse("2026-11-30T02:15:00Z"));
    const { fleet } = floorOf({ ...FLEET, schedule: [{ name: "old" }] }, 9, {
      from,
      until: epochMs(from + 3_600_000),
    });
    const entry = { name: "guardrail", start: "2026-11-30T02:00:00", for: "75m", floorRacks: 9 };
    expect(fleet["schedule"]).toEqual([{ name: "old" }, { ...entry, readyBefore: "0s" }]);
  });
});

describe("the least floor", () => {
  it("is always the fewest racks that do as well as the most, to within a minute", async () => {
    const range = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 30 }));
    await fc.assert(
      fc.asyncProperty(range, fc.nat({ max: 40 }), async ([above, width], needed) => {
        const most = above + width;
        const outside = (racks: number): number => Math.max(0, needed - racks) * 5;
        const found = await leastFloor({ above, most }, (racks) => Promise.resolve(outside(racks)));
        expect(found).toBe(Math.min(most, Math.max(above + 1, needed)));
      }),
    );
  });
});
