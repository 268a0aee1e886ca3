import { describe, expect, it } from "vitest";
import type { Intent, RackObservation } from "../../../src/core/observation.ts";
import { UNLABELLED } from "../../../src/core/racks/inventory.ts";
import { takenElsewhere } from "../../../src/core/racks/wrong-nodes.ts";
import { NOW, aDrain, aPoolObservation, aRack } from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";

/** Of whole racks of 18 nodes: so many of each are left. */
const racksOf = (...nodes: readonly number[]): readonly RackObservation[] =>
  nodes.map((left, n) => {
    const rack = aRack(`rack-${n}`);
    return { ...rack, nodes: rack.nodes.slice(0, left) };
  });

const NODES = aPool().rack.nodes;
const uidsOf = (rack: RackObservation | undefined) => rack?.nodes.map(({ uid }) => uid) ?? [];
/** `rack-0` of four was emptied. */
const DRAIN = aDrain({ victimNodeUids: uidsOf(aRack("rack-0")) });

interface Given {
  readonly desired?: number;
  readonly before?: readonly RackObservation[];
  readonly intent?: Partial<Intent>;
}

function found(racks: readonly RackObservation[], given: Given = {}) {
  const { desired = 3, before = racks, intent } = given;
  const seenBefore = Object.fromEntries(
    before.map((rack) => [rack.id, { firstAt: NOW, servingAt: NOW, nodes: uidsOf(rack) }]),
  );
  const observed = { count: aPoolObservation(desired).count, racks };
  return takenElsewhere({ ...DRAIN, ...intent }, { pool: aPool(), observed, seenBefore });
}

describe("nodes that a provider took from other racks", () => {
  it.each([
    ["four of one rack", [4, NODES, NODES - 4, NODES], ["4 nodes of rack-2"]],
    ["of two racks", [4, NODES - 1, NODES - 3, NODES], ["1 nodes of rack-1", "3 nodes of rack-2"]],
    ["as many as a rack, of two", [NODES, 9, 9, NODES], ["9 nodes of rack-1", "9 nodes of rack-2"]],
    ["none: it has not begun", [NODES, NODES, NODES, NODES], []],
    ["none: it is at it", [4, NODES, NODES, NODES], []],
    ["none: it is at it, and a node was gone before", [4, NODES, NODES - 1, NODES], []],
    ["none: it has not begun, and racks are short", [NODES, 1, NODES, NODES], []],
    ["none: it is done", [0, NODES, NODES, NODES], []],
  ] as const)("%s", (_, left, expected) => {
    expect(found(racksOf(...left))).toEqual(expected);
  });

  const wrong = racksOf(4, NODES, NODES - 4, NODES);

  it("are not told while more of the emptied rack's leave", () => {
    expect(found(wrong, { before: racksOf(5, NODES, NODES - 4, NODES) })).toEqual([]);
  });

  it("are not told before the count is lowered", () => {
    expect(found(wrong, { desired: 4 })).toEqual([]);
  });

  it("are not told while nodes lack their label: they may be the rack's", () => {
    const hidden = wrong.map((rack, n) => (n === 3 ? { ...rack, id: UNLABELLED } : rack));
    expect(found(hidden)).toEqual([]);
  });

  it("are not looked for in a set, whose objects say which rack goes", () => {
    expect(found(wrong, { intent: { objects: ["sub-0"] } })).toEqual([]);
  });
});
