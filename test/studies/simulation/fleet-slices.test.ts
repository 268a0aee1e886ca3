import { describe, expect, it } from "vitest";
import type { CompiledObjective } from "../../../src/core/compiled.ts";
import { millis, ratio } from "../../../src/core/units.ts";
import {
  fleetSlices,
  slicesToAbsorb,
  violationSeconds,
  violationsBetween,
} from "../../../src/studies/simulation/fleet-slices.ts";
import type { FleetSlices } from "../../../src/studies/simulation/fleet-slices.ts";

const TTFT: CompiledObjective = {
  name: "ttft",
  metric: "TTFT",
  matchers: {},
  thresholdMs: millis(2_500),
  share: ratio(0.9),
};

/** One slice of 100 turns per number: how many of them met the objective. */
const slicesOf = (met: readonly number[], unanswerable = 0): FleetSlices =>
  fleetSlices(
    met.map((each) => ({ arrived: 100, metAll: each, met: [each] })),
    [TTFT],
    unanswerable,
  );

const times = (count: number, met: number): readonly number[] => Array<number>(count).fill(met);

describe("a fleet is inside its objectives", () => {
  it("while at least its share met them over the last five minutes", () => {
    const { inside } = slicesOf([...times(20, 100), 0, 0, 0, ...times(20, 100)]);
    // Two slices of 0 in twenty are the tenth that may be missed, three are not.
    expect(inside.indexOf(false)).toBe(22);
    expect(inside.lastIndexOf(false)).toBe(39);
    expect(violationSeconds([slicesOf([...times(20, 100), 0, 0, 0, ...times(20, 100)])])).toBe(
      18 * 15,
    );
  });

  it("while nothing arrives", () => {
    const { inside } = fleetSlices([{ arrived: 0, metAll: 0, met: [0] }], [TTFT], 0);
    expect(inside).toEqual([true]);
  });

  it("whatever became of turns that nobody could have ended in time", () => {
    expect(slicesOf([100, 60], 0).inside).toEqual([true, false]);
    expect(slicesOf([100, 60], 40).inside).toEqual([true, true]);
    expect(slicesOf([100, 60], 10).inside).toEqual([true, false]);
  });
});

describe("a disturbance is absorbed", () => {
  const calm = times(20, 100);
  const hit = [...calm, ...times(4, 0), ...times(60, 100)];

  it("when the fleet has been inside for two minutes again", () => {
    const fleet = slicesOf(hit);
    const back = fleet.inside.lastIndexOf(false) + 1;
    expect(slicesToAbsorb([fleet], 20, 84)).toBe(back + 8 - 20);
  });

  it("at once when nobody left the objectives", () => {
    expect(slicesToAbsorb([slicesOf(times(40, 100))], 20, 40)).toBe(0);
  });

  it("never when the run or the next one comes first", () => {
    expect(slicesToAbsorb([slicesOf(hit)], 20, 30)).toBeNull();
  });

  it("when every fleet that felt it is inside", () => {
    const other = slicesOf([...times(22, 100), ...times(4, 0), ...times(58, 100)]);
    const both = slicesToAbsorb([slicesOf(hit), other], 20, 84);
    expect(both).toBe(slicesToAbsorb([other], 20, 84));
  });
});

it("misses between two slices are turns that arrived and did not meet every objective", () => {
  expect(violationsBetween(slicesOf([90, 80, 70]), 1, 3)).toBe(50);
});
