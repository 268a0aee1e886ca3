import { describe, expect, it } from "vitest";
import { seconds } from "../../src/core/units.ts";
import { demoOptions, demoWorld } from "../../src/sim/demo-world.ts";
import { START, minutes, onlyFleet } from "../support/simulated-world.ts";

const HOUR = 60;

describe("the demo", () => {
  it("begins with four racks that serve inside the objectives", () => {
    const world = demoWorld({ seed: 1, startAt: START });
    world.advanceTo(minutes(30));
    expect(world.servingRacks("agents/coder")).toBe(4);
    const [ttft] = onlyFleet(world).service.ledger.read();
    expect((ttft?.met ?? 0) / (ttft?.judged ?? 1)).toBeGreaterThan(0.99);
  });

  it("shows its first surge after 40 s at 60x, and the next about every four minutes", () => {
    const { arrivals } = onlyFleet(demoWorld({ seed: 3, startAt: START }));
    const onsets = arrivals.surgesUntil(minutes(24 * HOUR)).map(({ onsetAt }) => onsetAt - START);
    const wallSeconds = onsets.map((sinceStartMs) => sinceStartMs / 60_000);
    expect(wallSeconds[0]).toBe(40);
    for (const [index, at] of wallSeconds.slice(1).entries()) {
      const gap = at - (wallSeconds[index] ?? 0);
      expect(gap).toBeGreaterThanOrEqual(210);
      expect(gap).toBeLessThanOrEqual(270);
    }
  });

  it("tells the policy the truth about lead times", () => {
    const { group, supply } = demoOptions({ seed: 1, startAt: START });
    const [pool] = group.pools;
    expect(pool?.leadTimePrior).toEqual({
      grant: supply[0]?.leadTimes.grant,
      boot: supply[0]?.leadTimes.boot,
      join: supply[0]?.leadTimes.join,
    });
    expect(group.fleets[0]?.pools[0]?.engineStartPrior).toEqual(supply[0]?.leadTimes.start);
  });

  it("asks for objectives that its engines can be measured by", () => {
    const { group } = demoOptions({ seed: 1, startAt: START });
    const thresholds = group.fleets[0]?.objectives.map(({ thresholdMs }) => seconds(thresholdMs));
    expect(thresholds).toEqual([2.5, 0.05]);
  });
});
