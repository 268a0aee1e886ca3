import { describe, expect, it } from "vitest";
import { surgeOutcomes } from "../../src/studies/surge-outcome.ts";
import { MINUTE, minutes } from "../support/simulated-world.ts";

/** Two minutes up, twenty held, two down. */
const surge = (onset: number) => ({
  onsetAt: minutes(onset),
  factor: 2.5,
  rampMs: 2 * MINUTE,
  holdMs: 20 * MINUTE,
});

/** One sample a minute; outside within the given ranges, ends included. */
const samplesOutside = (...ranges: readonly (readonly [number, number])[]) =>
  Array.from({ length: 180 }, (_, minute) => ({
    at: minutes(minute),
    servingRacks: minute < 20 ? 4 : 9,
    inside: !ranges.some(([from, to]) => minute >= from && minute <= to),
  }));

const absorbed = (...ranges: readonly (readonly [number, number])[]) => {
  const [outcome] = surgeOutcomes([surge(10)], samplesOutside(...ranges));
  return outcome === undefined ? undefined : (outcome.absorbedAfterMs ?? -MINUTE) / MINUTE;
};

describe("the outcome of a surge", () => {
  it.each([
    // Inside from minute 31 on, for two minutes at 33, 23 after the onset.
    ["inside again", [[14, 30]], 23],
    [
      "the first time that lasted two minutes",
      [
        [14, 20],
        [22, 30],
      ],
      23,
    ],
    [
      "not the moments in between",
      [
        [14, 20],
        [23, 30],
      ],
      23,
    ],
    [
      "the first, whatever comes later",
      [
        [14, 20],
        [25, 30],
      ],
      13,
    ],
    ["at once, when never outside", [], 0],
    ["at once, when outside only before", [[1, 9]], 0],
    ["at once, when outside long after", [[60, 70]], 0],
    ["never, when outside to the end", [[14, 180]], -1],
  ] as const)("is absorbed: %s", (_what, ranges, after) => {
    expect(absorbed(...ranges)).toBe(after);
  });

  it("tells what the surge broke and what it took", () => {
    const outcomes = surgeOutcomes([surge(10), surge(100)], samplesOutside([14, 30], [90, 92]));
    expect(outcomes).toMatchObject([
      { broke: true, outsideMs: 20 * MINUTE, racksAtOnset: 4, racksAtPeak: 9 },
      { broke: false, outsideMs: 0, lengthMs: 24 * MINUTE, racksAtOnset: 9, racksAtPeak: 9 },
    ]);
  });
});
