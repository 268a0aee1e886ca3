import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gpuCount } from "../../../src/core/units.ts";
import { packUnits, roomOn, unitKinds, withMix } from "../../../src/core/workloads/room.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { CODER, aNode, aPod, aRack } from "../../support/builders/observed.ts";
import { aSized } from "../../support/builders/workloads.ts";
import { aPool } from "../../support/reports/compiled.ts";

const kind = (name: string, gpus: number, perRack: number) => ({ name, gpus, perRack });
const ENGINE = [kind("engine", 8, 8)];
const room = (rack: ReturnType<typeof aRack>) =>
  roomOn(rack, aPool(), { fleet: CODER, kinds: ENGINE })["engine"];

describe("units that fit free nodes of four GPUs", () => {
  it.each([
    ["whole nodes for a unit of several", [kind("e", 8, 8)], 16, { e: 8 }],
    ["no part of a unit", [kind("e", 8, 8)], 15, { e: 7 }],
    ["no more than the rack is to hold, whatever is free", [kind("e", 8, 8)], 18, { e: 8 }],
    ["small units side by side on a node", [kind("e", 2, 32)], 3, { e: 6 }],
    [
      "prefill and decode in their proportion",
      [kind("p", 4, 8), kind("d", 8, 4)],
      8,
      { p: 4, d: 2 },
    ],
    [
      "the smaller one where the larger no longer fits",
      [kind("p", 4, 8), kind("d", 8, 4)],
      9,
      { p: 5, d: 2 },
    ],
    ["nothing on no nodes", ENGINE, 0, { engine: 0 }],
  ])("are %s", (_, kinds, nodes, expected) => {
    expect(packUnits(kinds, nodes, 4)).toEqual(expected);
  });

  it("never take more GPUs than there are, and never fewer units for one node more", () => {
    const aKind = (name: string) =>
      fc.record({
        name: fc.constant(name),
        gpus: fc.integer({ min: 1, max: 16 }),
        perRack: fc.integer({ min: 1, max: 9 }),
      });
    fc.assert(
      fc.property(fc.tuple(aKind("a"), aKind("b")), fc.nat(18), (kinds, nodes) => {
        const units = packUnits(kinds, nodes, 4);
        const used = kinds.reduce((sum, { name, gpus }) => sum + (units[name] ?? 0) * gpus, 0);
        expect(used).toBeLessThanOrEqual(nodes * 4);
        for (const { name, perRack } of kinds) expect(units[name]).toBeLessThanOrEqual(perRack);
      }),
    );
  });
});

describe("a rack has room", () => {
  it("for what it holds, units that run there counted in", () => {
    expect(room(aRack("r", { pods: 8 }))).toBe(8);
  });

  it.each([
    ["not ready", { ready: false }],
    ["cordoned", { cordoned: true }],
    ["fenced by somebody", { fencedBy: "node.kubernetes.io/unreachable" }],
    ["short of GPUs", { gpusAllocatable: gpuCount(3) }],
  ])("but not on nodes that are %s", (_, broken) => {
    const rack = aRack("r");
    const nodes = rack.nodes.map((node, n) => (n < 4 ? aNode(node.name, broken) : node));
    expect(room({ ...rack, nodes })).toBe(7);
  });

  it("but not on nodes that run somebody else's pods", () => {
    const rack = aRack("r", { pods: 0 });
    const theirs = [0, 1, 2, 3].map((n) => aPod(`p${n}`, `r-n${n}`, { fleet: "agents/other" }));
    expect(room({ ...rack, pods: theirs })).toBe(7);
  });
});

it("a fleet of another mix differs in nothing else", () => {
  const fleet = aSmallFleet({ workloads: [aSized(), aSized({ name: "other" })] });
  expect(withMix(fleet, { engine: 3 })).toEqual({
    ...fleet,
    workloads: [aSized({ unitsPerRack: 3 }), aSized({ name: "other" })],
  });
});

it("a shifted mix takes the place of unitsPerRack", () => {
  const fleet = aSmallFleet({ workloads: [aSized()] });
  expect(unitKinds(fleet, { engine: 3 })).toEqual([kind("engine", 8, 3)]);
});
