import { describe, expect, it } from "vitest";
import { plannedPolicy } from "../../src/oracle/planned-policy.ts";
import { epochMs } from "../../src/core/units.ts";
import { NOTHING_REMEMBERED, aView } from "../support/builders/peer.ts";

const START = 1_000_000;
const policy = plannedPolicy(
  { name: "clairvoyant", knob: 10 },
  {
    startsAt: epochMs(START),
    startRacks: 3,
    changes: [
      { atMs: 60_000, racks: 5 },
      { atMs: 120_000, racks: 4 },
    ],
  },
);
describe("a planned policy", () => {
  it.each([
    ["before the first change as the run began", 0, 12],
    ["a moment before it too", 59_999, 12],
    ["from the change on", 60_000, 20],
    ["until the next", 119_999, 20],
    ["and after the last", 9_000_000, 16],
  ])("asks for units of whole racks: %s", (_, atMs, units) => {
    const view = aView({ now: epochMs(START + atMs) }, { perRack: 4 });
    expect(policy.want(view, NOTHING_REMEMBERED).replicas).toEqual({ Aggregated: units });
  });
});
