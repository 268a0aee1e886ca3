import { describe, expect, it } from "vitest";
import { seconds } from "../../src/core/units.ts";
import { demoScenario, demoWorld } from "../../src/sim/demo-world.ts";
import { START, minutes, onlyFleet } from "../support/simulated-world.ts";

const SCENARIO = demoScenario({ seed: 1, startAt: START });

describe("the demo", () => {
  it("begins with four racks that serve inside the objectives", () => {
    const world = demoWorld({ seed: 1, startAt: START });
    world.advanceTo(minutes(30));
    expect(world.servingRacks("agents/coder")).toBe(4);
    const { counts, met } = onlyFleet(world).results();
    expect(counts.completed).toBeGreaterThan(12_000);
    expect((met[0] ?? 0) / counts.completed).toBeGreaterThan(0.97);
    world.checkConserved();
  });

  it("is warm when it begins: its first minutes are like any other", () => {
    const world = demoWorld({ seed: 1, startAt: START });
    const hitRate = (minute: number): number => {
      world.advanceTo(minutes(minute));
      const { coldTokens, promptTokens } = onlyFleet(world).results();
      return 1 - coldTokens / promptTokens;
    };
    const [early, late] = [hitRate(2), hitRate(20)];
    expect(Math.abs(early - late)).toBeLessThan(0.02);
  });

  it("tells the policy the truth about lead times", () => {
    const { group, world } = SCENARIO;
    const [pool] = group.pools;
    const leadTimes = world.supply[0]?.leadTimes;
    expect(pool?.leadTimePrior).toMatchObject({
      grant: leadTimes?.grant,
      boot: leadTimes?.boot,
      join: leadTimes?.join,
    });
    expect(group.fleets[0]?.pools[0]?.engineStartPrior).toEqual(leadTimes?.start);
  });

  it("asks for objectives that its engines can be measured by", () => {
    const { objectives } = SCENARIO.group.fleets[0] ?? { objectives: [] };
    expect(objectives.map(({ thresholdMs }) => seconds(thresholdMs))).toEqual([2.5, 0.05]);
  });
});
