import { describe, expect, it } from "vitest";
import { compileScenario } from "../../../src/config/compile-scenario.ts";
import type { CompiledScenario } from "../../../src/config/compiled-scenario.ts";
import { describeDocument, readDocument } from "../../../src/config/written-document.ts";
import { millis } from "../../../src/core/units.ts";
import { byTheUnit } from "../../../src/studies/compare/by-the-unit.ts";
import { SCENARIO_TEXT } from "../../support/a-scenario.ts";

/** Racks of 18 nodes, 16 usable, that hold eight units of eight GPUs. */
function aScenario(): CompiledScenario {
  const read = readDocument(SCENARIO_TEXT, compileScenario);
  if (!read.ok) throw new Error(describeDocument("x.yaml", read.errors));
  return read.value;
}

describe("a scenario by the unit", () => {
  it("has eight times the racks, an eighth of the size each, spare nodes left out", () => {
    const found = byTheUnit(aScenario());
    expect(found?.group.pools[0]).toMatchObject({
      rack: { nodes: 2, usableNodes: 2, gpusPerNode: 4 },
      backend: { countPerRack: 1 },
      supply: { committedRacks: 24 },
      price: { usdPerRackHour: 94.5 },
      limits: { maxRacks: 64, maxDraining: 8, maxRequestsPerHour: 16 },
      consumers: [{ max: 64 }],
    });
    expect(found?.group.fleets[0]).toMatchObject({
      racks: { min: 16, max: 64 },
      workloads: [{ gpusPerUnit: 8, unitsPerRack: 1 }],
    });
    expect(found?.world.supply[0]).toMatchObject({ startRacks: 24, loanedRacks: 0 });
  });

  it("has the same faults, eight times the racks hit", () => {
    const scenario = aScenario();
    const at = { atMs: millis(1_000), pool: "gb200" };
    const faults = [
      { ...at, kind: "rack-loss", racks: 1, repair: null },
      { ...at, kind: "node-loss", nodes: 3, forMs: millis(1_000) },
    ] as const;
    const found = byTheUnit({ ...scenario, world: { ...scenario.world, faults } });
    expect(found?.world.faults).toMatchObject([{ racks: 8 }, { nodes: 3 }]);
  });

  it("leaves traffic, clients, routers and lead times as they are", () => {
    const scenario = aScenario();
    const found = byTheUnit(scenario);
    expect(found?.world.traffic).toEqual(scenario.world.traffic);
    expect(found?.world.supply[0]?.leadTimes).toEqual(scenario.world.supply[0]?.leadTimes);
  });

  it("does not exist where racks do not fall apart into equal units", () => {
    const scenario = aScenario();
    const { group, world } = scenario;
    const [fleet] = group.fleets;
    const [workload] = fleet?.workloads ?? [];
    if (fleet === undefined || workload === undefined) throw new Error("one fleet, one workload");
    const withWorkloads = (workloads: typeof fleet.workloads) =>
      byTheUnit({ ...scenario, group: { ...group, fleets: [{ ...fleet, workloads }] } });
    const prefill = { ...workload, role: "Prefill" } as const;
    expect(withWorkloads([prefill, { ...workload, role: "Decode" }])).toBeNull();
    expect(withWorkloads([{ ...workload, unitsPerRack: 3 }])).toBeNull();
    expect(withWorkloads([{ ...workload, unitsPerRack: 1 }])).toBeNull();
    const fixed = { replicas: 8, kvBlocks: 10, blockTokens: 16 };
    const engines = world.engines.map((engine) => ({ ...engine, fixed }));
    expect(byTheUnit({ ...scenario, world: { ...world, engines } })).toBeNull();
  });
});
