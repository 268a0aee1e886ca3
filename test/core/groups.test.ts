import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileFleet } from "../../src/config/compile-fleet.ts";
import { compilePool } from "../../src/config/compile-pool.ts";
import type { CompiledFleet, CompiledPool } from "../../src/core/compiled.ts";
import { groupsOf } from "../../src/core/groups.ts";
import { epochMs } from "../../src/core/units.ts";
import { rawFleet, rawPool } from "../support/raw-objects.ts";

function aPool(name: string, consumers: readonly string[]): CompiledPool {
  const listed = consumers.map((fleet) => ({
    fleet: { namespace: "agents", name: fleet },
    max: 8,
  }));
  const compiled = compilePool(rawPool({ consumers: listed }, name));
  if (!compiled.ok) throw new Error(JSON.stringify(compiled));
  return compiled.value;
}

function aFleet(name: string, pools: readonly string[]): CompiledFleet {
  const raw = rawFleet({ pools: pools.map((pool) => ({ name: pool })) }, name);
  const compiled = compileFleet(raw, epochMs(0));
  if (!compiled.ok) throw new Error(JSON.stringify(compiled));
  return compiled.value;
}

const shape = (pools: readonly CompiledPool[], fleets: readonly CompiledFleet[]) =>
  groupsOf(pools, fleets).map((group) => [
    group.name,
    group.pools.map(({ name }) => name),
    group.fleets.map(({ name }) => name),
  ]);

describe("groups are connected components", () => {
  it("a pool and its fleets", () => {
    expect(shape([aPool("a", ["x", "y"])], [aFleet("y", ["a"]), aFleet("x", ["a"])])).toEqual([
      ["a", ["a"], ["x", "y"]],
    ]);
  });

  it("apart where nothing connects them", () => {
    const pools = [aPool("b", ["y"]), aPool("a", ["x"])];
    expect(shape(pools, [aFleet("x", ["a"]), aFleet("y", ["b"])])).toEqual([
      ["a", ["a"], ["x"]],
      ["b", ["b"], ["y"]],
    ]);
  });

  it("joined by a fleet that draws on several pools, over any number of steps", () => {
    const pools = [aPool("c", ["y"]), aPool("a", ["x"]), aPool("b", ["x", "y"])];
    expect(shape(pools, [aFleet("y", ["b", "c"]), aFleet("x", ["a", "b"])])).toEqual([
      ["a", ["a", "b", "c"], ["x", "y"]],
    ]);
  });

  it("a pool without fleets is a group, a fleet without pools is in none", () => {
    expect(shape([aPool("a", [])], [aFleet("x", ["gone"])])).toEqual([["a", ["a"], []]]);
  });

  it("a fleet that the pool does not list is decided, and held, with it", () => {
    expect(shape([aPool("a", [])], [aFleet("x", ["a"])])).toEqual([["a", ["a"], ["x"]]]);
  });

  it("every pool is in exactly one group, whatever the order given", () => {
    const names = ["a", "b", "c", "d"];
    const some = fc.subarray(names, { minLength: 1 });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 4 }), (drawn) => {
        const pools = names.map((name) => aPool(name, []));
        const fleets = drawn.map((pool, index) => aFleet(`f${index}`, pool));
        const groups = shape(pools, fleets);
        expect(groups.flatMap(([, inside]) => inside)).toHaveLength(names.length);
        expect(new Set(groups.flatMap(([, inside]) => inside))).toEqual(new Set(names));
        expect(shape(pools.toReversed(), fleets.toReversed())).toEqual(groups);
      }),
      { numRuns: 50 },
    );
  });
});
