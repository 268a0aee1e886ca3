import { describe, expect, it } from "vitest";
import type { ScenarioEngine } from "../../src/config/compiled-scenario.ts";
import { kernelFactory, mockerEngine } from "../../src/sim/kernel-factory.ts";
import { createFleetKernel } from "../../src/sim/kernel/fleet-kernel.ts";
import { World } from "../../src/sim/world.ts";
import { aScenario, aWorld, minutes, onlyFleet, stubOf } from "../support/simulated-world.ts";

const MOCKER: ScenarioEngine = {
  profile: "dynamo-mocker",
  perturb: 0,
  fixed: { replicas: 2, kvBlocks: 1_000, blockTokens: 64 },
};

describe("the kernel of an engine", () => {
  it("is the project's own, but for the peer's engine", () => {
    const small = { profile: "test-small", perturb: 0, fixed: null };
    expect(kernelFactory(small)).toBe(createFleetKernel);
    expect(kernelFactory(MOCKER)).not.toBe(createFleetKernel);
    expect(mockerEngine(MOCKER)).toMatchObject({ kvTokens: 64_000, maxSequences: 256 });
    expect(() => kernelFactory({ ...MOCKER, fixed: null })).toThrow(/no number of replicas/);
  });

  it("runs under the world", () => {
    const scenario = aScenario({ engine: MOCKER, supply: { startRacks: 0 } });
    const world = new World({ scenario, seed: 1, traffic: new Map([["agents/coder", []]]) });
    world.advanceTo(minutes(1));
    expect(onlyFleet(world).targets()).toHaveLength(2);
    expect(onlyFleet(world).results().counts.arrived).toBe(0);
  });

  it("may be made by who builds the world, who is told which is usual", () => {
    const usuals: unknown[] = [];
    const stub = stubOf(aWorld());
    aWorld({
      createKernel: (_options, usual) => {
        usuals.push(usual);
        return stub;
      },
    });
    expect(usuals).toEqual([createFleetKernel]);
  });
});
