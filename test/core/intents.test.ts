import { describe, expect, it } from "vitest";
import { isOpen, pausingOverride } from "../../src/core/intents.ts";
import type { OverrideObservation } from "../../src/core/observation.ts";
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
});
