import { describe, expect, it } from "vitest";
import type { CompiledPool } from "../../src/core/compiled.ts";
import { millis, rackCount } from "../../src/core/units.ts";
import { ProviderStock } from "../../src/sim/provider-stock.ts";
import { MINUTE, START, aWorld, minutes, poolOf } from "../support/simulated-world.ts";

const at = (minute: number, racks: number) => ({ atMs: millis(minute * MINUTE), racks });
const window = (from: number, until: number, racks: number) => ({
  from: minutes(from),
  until: minutes(until),
  racks: rackCount(racks),
  evacuateBeforeMs: millis(0),
});
const RESERVED: Pick<CompiledPool, "supply"> = poolOf(aWorld());
const calendar = (...windows: ReturnType<typeof window>[]): Pick<CompiledPool, "supply"> => ({
  supply: { kind: "Calendar", committedRacks: rackCount(0), windows },
});

describe("racks that a provider has", () => {
  it.each([
    ["no limit where none is given", [], 0, Infinity],
    ["no limit before the first change", [at(10, 3)], 9, Infinity],
    ["the last change at or before", [at(0, 5), at(10, 3), at(20, 7)], 10, 3],
    ["whatever the order they are given in", [at(20, 7), at(0, 5)], 19, 5],
  ])("are %s", (_what, stock, minute, racks) => {
    const provider = new ProviderStock({ supply: { stock }, pool: RESERVED, startsAt: START });
    expect(provider.racksAt(minutes(minute))).toBe(racks);
  });

  it("are at most the quota and what the calendar has open", () => {
    const pool = calendar(window(0, 60, 2), window(30, 90, 3));
    const supply = { stock: [at(0, 9)], quotaRacks: 4 };
    const provider = new ProviderStock({ supply, pool, startsAt: START });
    const racks = [-1, 0, 29, 30, 59, 60, 90].map((minute) => provider.racksAt(minutes(minute)));
    expect(racks).toEqual([0, 2, 2, 4, 4, 3, 0]);
    const refusals = [0, 30].map((minute) => provider.refusalAt(minutes(minute)));
    expect(refusals).toEqual(["stockout", "quota"]);
  });

  it("end with the windows of a calendar, and of nothing else", () => {
    const pool = calendar(window(0, 60, 2), window(30, 90, 3), window(30, 60, 1));
    const supply = { stock: [] };
    const provider = new ProviderStock({ supply, pool, startsAt: START });
    expect(provider.windowEndsAfter(START)).toEqual([minutes(60), minutes(90)]);
    expect(provider.windowEndsAfter(minutes(60))).toEqual([minutes(90)]);
    const reserved = new ProviderStock({ supply, pool: RESERVED, startsAt: START });
    expect(reserved.windowEndsAfter(START)).toEqual([]);
  });
});
