import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SimRack } from "../../src/sim/rack-state.ts";
import type { UnitKind } from "../../src/sim/unit-packing.ts";
import { missingUnits, unitKinds } from "../../src/sim/unit-packing.ts";
import { aNode, aPod, aRack, someNodes } from "../support/simulated-rack.ts";
import { aWorld, fleetOf, poolOf } from "../support/simulated-world.ts";

const pool = poolOf(aWorld());
const kind = (workload: string, gpus: number, perRack: number): UnitKind => ({
  workload,
  role: "Aggregated",
  gpus,
  perRack,
});

const shape = (kinds: readonly UnitKind[], rack: SimRack) =>
  missingUnits(kinds, rack, pool).map(({ kind: placed, nodes }) => [
    placed.workload,
    nodes.map(({ name }) => name).join("+"),
  ]);

describe("units on a rack of four GPUs a node", () => {
  it.each([
    [
      "a large one has whole nodes",
      [kind("a", 8, 2)],
      4,
      [
        ["a", "n0+n1"],
        ["a", "n2+n3"],
      ],
    ],
    ["of an odd size too", [kind("a", 6, 2)], 3, [["a", "n0+n1"]]],
    [
      "small ones share a node",
      [kind("a", 2, 3)],
      2,
      [
        ["a", "n0"],
        ["a", "n0"],
        ["a", "n1"],
      ],
    ],
    ["no more than the rack is to hold", [kind("a", 4, 1)], 4, [["a", "n0"]]],
    [
      "a mix keeps its proportion when nodes are short",
      [kind("p", 4, 2), kind("d", 4, 4)],
      3,
      [
        ["p", "n0"],
        ["d", "n1"],
        ["d", "n2"],
      ],
    ],
    [
      "what does not fit leaves room to what does",
      [kind("a", 8, 1), kind("b", 4, 1)],
      1,
      [["b", "n0"]],
    ],
  ])("%s", (_what, kinds, nodes, expected) => {
    expect(shape(kinds, aRack({ nodes: someNodes(nodes) }))).toEqual(expected);
  });

  it("pass over nodes that pods hold and nodes that are not schedulable", () => {
    const nodes = [
      aNode(0, { cordoned: true }),
      aNode(1, { fenced: true }),
      ...someNodes(5).slice(2),
    ];
    const held = aPod({ workload: "a", gpus: 4, nodes: nodes.slice(2, 3) });
    const rack = aRack({ nodes, pods: [held] });
    expect(shape([kind("a", 4, 9)], rack)).toEqual([
      ["a", "n3"],
      ["a", "n4"],
    ]);
  });

  it("never hold more GPUs than a node has", () => {
    const kinds = fc.array(
      fc.record({
        gpus: fc.integer({ min: 1, max: 16 }),
        perRack: fc.integer({ min: 1, max: 20 }),
      }),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(kinds, fc.integer({ min: 0, max: 18 }), (drawn, count) => {
        const units = drawn.map(({ gpus, perRack }, index) => kind(`w${index}`, gpus, perRack));
        const used = new Map<string, number>();
        for (const placed of missingUnits(units, aRack({ nodes: someNodes(count) }), pool)) {
          expect(placed.nodes.length * 4).toBeGreaterThanOrEqual(placed.kind.gpus);
          for (const { name } of placed.nodes) {
            used.set(name, (used.get(name) ?? 0) + Math.min(4, placed.kind.gpus));
          }
        }
        expect(Math.max(0, ...used.values())).toBeLessThanOrEqual(4);
      }),
    );
  });
});

describe("the units of a fleet", () => {
  it("are those of its workloads", () => {
    expect(unitKinds(fleetOf(aWorld()))).toEqual([kind("engines", 8, 8)]);
    expect(() => unitKinds({ ...fleetOf(aWorld()), workloads: [] })).toThrow(/no workload/);
  });
});
