import { describe, expect, it } from "vitest";
import { ASSUMPTIONS, readAssumption } from "../../../src/core/counterfactual/assumptions.ts";

describe("an assumption as people write it", () => {
  it.each([
    "demand=x1.5",
    "demand=x0.25",
    "hitRate=0.9",
    "hitRate=1",
    "leadTime=x2",
    "waitingTurns=40",
    "headroom=Safe",
    "minRacks=4",
    "maxRacks=12",
    "surviveRackLosses=1",
  ])("%s is understood", (text) => {
    expect(readAssumption(text)).toEqual({ text, change: expect.any(Function) });
  });

  it.each([
    ["demand=1.5", 'demand: found "1.5", expected a factor above 0, as x1.5'],
    ["demand=x0", 'demand: found "x0", expected a factor above 0, as x1.5'],
    ["demand=x-2", 'demand: found "x-2", expected a factor above 0, as x1.5'],
    ["hitRate=90", 'hitRate: found "90", expected a share from 0 to 1, as 0.9'],
    ["hitRate=", 'hitRate: found "", expected a share from 0 to 1, as 0.9'],
    ["hitRate=NaN", 'hitRate: found "NaN", expected a share from 0 to 1, as 0.9'],
    ["headroom=safe", 'headroom: found "safe", expected Lean, Balanced, Safe'],
    ["minRacks=4.5", 'minRacks: found "4.5", expected a whole number, as 4'],
  ])("%s is refused with what was expected", (text, problem) => {
    expect(readAssumption(text)).toEqual({ problem });
  });

  it.each(["racks=8", "demand", "=3", ""])("%j names nothing that is known", (text) => {
    const names = ASSUMPTIONS.map(({ name }) => name).join(", ");
    expect(readAssumption(text)).toEqual({
      problem: `found "${text}", expected NAME=VALUE with NAME one of ${names}`,
    });
  });
});
