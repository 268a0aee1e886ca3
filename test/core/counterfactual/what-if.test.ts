import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAssumption } from "../../../src/core/counterfactual/assumptions.ts";
import type { Assumption } from "../../../src/core/counterfactual/assumptions.ts";
import { assuming, decisionFor, flips } from "../../../src/core/counterfactual/what-if.ts";
import { decide } from "../../../src/core/decide.ts";
import { rackCount } from "../../../src/core/units.ts";
import { aDecidedOn } from "../../support/builders/decided-on.ts";
import { CODER } from "../../support/builders/observed.ts";

const TEN = { min: rackCount(10), max: rackCount(10), surviveRackLosses: rackCount(0) };

function read(text: string): Assumption {
  const assumption = readAssumption(text);
  if ("problem" in assumption) throw new Error(assumption.problem);
  return assumption;
}

const wantOf = (world: ReturnType<typeof aDecidedOn>): number =>
  decisionFor(world, CODER)?.want.racks ?? Number.NaN;

describe("deciding again", () => {
  it("gives what was decided", () => {
    const world = aDecidedOn();
    const { decision } = decide(world.group, world.observation, world.memory);
    expect(decisionFor(world, CODER)).toEqual(decision.fleets[0]);
  });

  it("knows nothing of a fleet that is not of the group", () => {
    expect(decisionFor(aDecidedOn(), "agents/stranger")).toBeUndefined();
    expect(flips(aDecidedOn(), "agents/stranger")).toEqual([]);
  });

  it("makes assumptions in their order: the last of two minimums stands", () => {
    const world = assuming(aDecidedOn(), CODER, [read("minRacks=7"), read("minRacks=5")]);
    expect(wantOf(world)).toBe(5);
  });
});

describe("what flips a decision", () => {
  it("does flip it, as it is written, and to what it says", () => {
    const worlds = fc.record({
      turnsPerSecond: fc.double({ min: 2, max: 60, noNaN: true }),
      hitRate: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
    });
    fc.assert(
      fc.property(worlds, (given) => {
        const world = aDecidedOn(given);
        for (const { assumption, wantRacks } of flips(world, CODER)) {
          const flipped = wantOf(assuming(world, CODER, [read(assumption)]));
          expect([assumption, flipped]).toEqual([assumption, wantRacks]);
          expect(flipped).not.toBe(wantOf(world));
        }
      }),
      { numRuns: 15 },
    );
  });

  it("is the nearest: a hundredth nearer, demand does not flip it", () => {
    const world = aDecidedOn({ turnsPerSecond: 30 });
    const up = flips(world, CODER).find(({ assumption }) => /^demand=x[1-9]/.test(assumption));
    const factor = Number(up?.assumption.slice("demand=x".length));
    expect(factor).toBeGreaterThan(1.01);
    const nearer = assuming(world, CODER, [read(`demand=x${(factor - 0.02).toFixed(2)}`)]);
    expect(wantOf(nearer)).toBe(wantOf(world));
  });

  it("is not made up where a person's minimum decides whatever happens", () => {
    const held = aDecidedOn({ turnsPerSecond: 0.5, fleet: { racks: TEN } });
    expect(flips(held, CODER)).toEqual([]);
  });
});
