import { describe, expect, it } from "vitest";
import { epochMs, millis, rackCount } from "../../src/core/units.ts";
import type { CompiledScenario } from "../../src/config/compiled-scenario.ts";
import {
  UnplannableScenario,
  loneFleet,
  rackGpuHours,
  supplyTerms,
} from "../../src/oracle/supply-terms.ts";
import { totalMs } from "../../src/sim/lead-times.ts";
import { GROUP, MINUTE, SUPPLY, aScenario, aWorld, onlyPool } from "../support/simulated-world.ts";

const termsOf = (scenario: CompiledScenario, seed = 1) =>
  supplyTerms(scenario, loneFleet(scenario), seed);

describe("the terms of supply", () => {
  it("are the lead times that the world will draw, in the order of the orders", () => {
    const world = aWorld({ seed: 7 });
    const pool = onlyPool(world);
    pool.setDesired(7, "olga");
    const ordered = pool.racks().slice(4);
    expect(ordered.map(({ lead }) => totalMs(lead))).toEqual(
      termsOf(aScenario(), 7).leadsMs.slice(0, 3),
    );
  });

  it("are the racks that there are, by time: the lowest of stock and limits", () => {
    const stock = [
      { atMs: millis(0), racks: 6 },
      { atMs: millis(30 * MINUTE), racks: 100 },
    ];
    const { racksAt, maxRacks } = termsOf(aScenario({ supply: { stock } }));
    expect(racksAt(0)).toBe(6);
    expect(racksAt(30 * MINUTE)).toBe(maxRacks);
    // The pool has twelve, the fleet may have ten.
    expect(maxRacks).toBe(10);
  });

  it("are nothing outside a calendar's windows", () => {
    const window = {
      from: epochMs(0),
      until: epochMs(1),
      racks: rackCount(4),
      evacuateBeforeMs: millis(0),
    };
    const group = {
      ...GROUP,
      pools: GROUP.pools.map((pool) => ({
        ...pool,
        supply: { kind: "Calendar" as const, committedRacks: rackCount(0), windows: [window] },
      })),
    };
    expect(termsOf(aScenario({ group })).racksAt(0)).toBe(0);
  });

  it("tell what a rack costs, all of its GPUs", () => {
    expect(rackGpuHours(termsOf(aScenario()), 30 * MINUTE)).toBe(36);
  });

  const twice = <T>(items: readonly T[]): readonly T[] => [...items, ...items];
  it.each<[string, CompiledScenario]>([
    ["2 fleets", aScenario({ group: { ...GROUP, fleets: twice(GROUP.fleets) } })],
    ["2 pools", aScenario({ group: { ...GROUP, pools: twice(GROUP.pools) } })],
    [
      "replicas without racks",
      aScenario({ engine: { fixed: { replicas: 1, kvBlocks: 1, blockTokens: 1 } } }),
    ],
    ["racks on loan", aScenario({ supply: { ...SUPPLY, loanedRacks: 1 } })],
  ])("are refused for %s", (found, scenario) => {
    expect(() => loneFleet(scenario)).toThrow(UnplannableScenario);
    expect(() => loneFleet(scenario)).toThrow(`scenario test: found ${found}, expected one fleet`);
  });
});
