import { describe, expect, it } from "vitest";
import { MissTable, gpuHoursPerTurn } from "../../src/oracle/path-costs.ts";
import { aModel, aWatch } from "../support/builders/oracle.ts";

describe("the table of misses", () => {
  const table = () => new MissTable(aModel(), aWatch([600, 14_400]), 3);

  it.each([
    [0, 0, 600],
    [0, 1, 0],
    [1, 1, 7_200],
    [1, 2, 0],
  ])("step %i misses on %i racks %i turns", (step, racks, turns) => {
    expect(table().at(step, racks)).toBeCloseTo(turns, 2);
  });

  it("is raised for the racks that were tried and for fewer, not for more or other steps", () => {
    const raised = table();
    raised.raise(1, 1, { factor: 2, least: 100 });
    raised.raise(0, 1, { factor: 2, least: 100 });
    const before = table();
    const factors = [0, 1].map((racks) => raised.at(1, racks) / before.at(1, racks));
    expect(factors).toEqual([2, 2]);
    expect(raised.at(1, 2)).toBe(before.at(1, 2));
    expect([0, 1, 2].map((racks) => raised.at(0, racks))).toEqual([1_200, 100, 0]);
  });
});

describe("what a turn costs", () => {
  it("is GPU-hours of the racks needed over turns", () => {
    // 1 and 2 racks for a step of 3 GPU-hours each, 300 turns.
    expect(gpuHoursPerTurn(aWatch([100, 200]), (at) => at + 1, 3)).toBeCloseTo(9 / 300, 12);
  });
});
