import { describe, expect, it } from "vitest";
import {
  isGrowth,
  isOfLoans,
  isOpen,
  isScaleIn,
  liftingOverride,
  lowestCeiling,
  mostRacks,
  pausingOverride,
} from "../../src/core/intents.ts";
import type { OverrideObservation } from "../../src/core/observation.ts";
import { rackCount } from "../../src/core/units.ts";
import { NOW } from "../support/builders/observed.ts";

const override = (name: string, pauseOut: boolean, pauseIn: boolean): OverrideObservation => ({
  name,
  pauseOut,
  pauseIn,
  floorRacks: null,
  ceilingRacks: null,
  until: NOW,
  reason: "INC-1",
});

describe("an intent", () => {
  it.each(["Pending", "Approved", "Executing"] as const)("is open while %s", (phase) => {
    expect(isOpen(phase)).toBe(true);
  });

  it.each([
    "Rejected",
    "Expired",
    "Superseded",
    "Done",
    "PartiallyDone",
    "Cancelled",
    "Failed",
  ] as const)("is over once %s", (phase) => {
    expect(isOpen(phase)).toBe(false);
  });

  it.each([
    ["Out", "out"],
    ["In", "in"],
    ["Move", "in"],
  ] as const)("%s is paused by the first override that pauses %s", (direction, name) => {
    const overrides = [override("none", false, false), override("in", false, true)];
    expect(pausingOverride([...overrides, override("out", true, false)], direction)?.name).toBe(
      name,
    );
    expect(pausingOverride(overrides.slice(0, 1), direction)).toBeUndefined();
  });

  it("may take a fleet to the lowest ceiling of its overrides, without one to any size", () => {
    const none = override("none", false, false);
    const ceilings = [7, 5, 6].map((racks) => ({ ...none, ceilingRacks: rackCount(racks) }));
    expect(lowestCeiling([none, ...ceilings])).toBe(5);
    expect(lowestCeiling([none])).toBe(Number.POSITIVE_INFINITY);
  });

  const upToSix = {
    racks: { min: rackCount(0), max: rackCount(6), surviveRackLosses: rackCount(0) },
  };
  const floor = (racks: number, breakGlass?: true) => ({
    ...override(`floor-${racks}`, false, false),
    floorRacks: rackCount(racks),
    ...(breakGlass && { breakGlass }),
  });
  it.each([
    ["is the fleet's own", [], 6, undefined],
    ["is not lifted by a floor alone", [floor(9)], 6, undefined],
    ["is not lowered by a broken glass", [floor(4, true)], 6, undefined],
    ["is lifted by the broken glass", [floor(9, true), floor(12)], 9, "floor-9"],
    ["is lifted by the highest", [floor(8, true), floor(9, true)], 9, "floor-9"],
  ])("the limit %s", (_, overrides, most, by) => {
    expect(mostRacks(upToSix, overrides)).toBe(most);
    expect(liftingOverride(upToSix, overrides)?.name).toBe(by);
  });
});

it.each([
  ["Out", true, false, false],
  ["In", false, true, false],
  ["Move", false, true, false],
  ["Lend", false, true, true],
  ["Reclaim", true, false, true],
] as const)("%s: growth %s, scale-in %s, of a loan %s", (direction, ...expected) => {
  expect([isGrowth(direction), isScaleIn(direction), isOfLoans(direction)]).toEqual(expected);
  const overrides = [override("out", true, false)];
  expect(pausingOverride(overrides, direction) !== undefined).toBe(expected[0]);
});
