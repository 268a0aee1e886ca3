import { describe, expect, it } from "vitest";
import { UNLABELLED } from "../../../src/core/racks/inventory.ts";
import { unlabelledRacks, withRememberedNodes } from "../../../src/core/racks/label-memory.ts";
import type { RackObservation } from "../../../src/core/observation.ts";
import { NOW, aNode, aRack } from "../../support/builders/observed.ts";

const seenOf = (...racks: readonly RackObservation[]) =>
  Object.fromEntries(
    racks.map(({ id, nodes }) => [
      id,
      { firstAt: NOW, servingAt: null, nodes: nodes.map(({ uid }) => uid) },
    ]),
  );
/** The rack without its last nodes, and these among the unlabelled. */
function hiding(rack: RackObservation, hidden: number): readonly RackObservation[] {
  const [left, gone] = [rack.nodes.slice(0, -hidden), rack.nodes.slice(-hidden)];
  const names = new Set(gone.map(({ name }) => name));
  const isGone = ({ node }: { readonly node: string }) => names.has(node);
  const unlabelled = { id: UNLABELLED, nodes: gone, pods: rack.pods.filter(isGone) };
  if (left.length === 0) return [unlabelled];
  const shown = { ...rack, nodes: left, pods: rack.pods.filter((pod) => !isGone(pod)) };
  return [shown, unlabelled];
}
const shape = (racks: readonly RackObservation[]) =>
  racks.map(({ id, nodes, pods }) => [id, nodes.length, pods.length]);

const RACK = aRack("rack-0", { pods: 18 });

describe("a node whose label has vanished", () => {
  it.each([3, 18])("stays in its rack with its pods: %i of 18 nodes", (hidden) => {
    const placed = withRememberedNodes(hiding(RACK, hidden), seenOf(RACK));
    expect(shape(placed)).toEqual([["rack-0", 18, 18]]);
    expect(new Set(placed[0]?.nodes)).toEqual(new Set(RACK.nodes));
  });

  it("goes where its label says, when it has one again", () => {
    const moved = [{ ...RACK, id: "rack-9" }];
    expect(withRememberedNodes(moved, seenOf(RACK))).toBe(moved);
  });

  it("that never had one stays among the unlabelled", () => {
    const racks = [RACK, { id: UNLABELLED, nodes: [aNode("new")], pods: [] }];
    expect(shape(withRememberedNodes(racks, seenOf(RACK)))).toEqual([
      ["rack-0", 18, 18],
      [UNLABELLED, 1, 0],
    ]);
  });
});

describe("nodes without a label", () => {
  const waiting = (nodes: number) => ({ ...aRack(UNLABELLED, { nodes, pods: 0 }) });
  const whole = aRack("rack-0");
  const half = aRack("rack-1", { nodes: 9 });

  it.each([
    ["none", [whole], 0],
    ["those of a rack that has begun to show", [whole, half, waiting(9)], 0],
    ["those of one rack more", [whole, half, waiting(10)], 1],
    ["two racks", [whole, waiting(19)], 2],
  ])("are racks: %s", (_, racks, count) => {
    expect(unlabelledRacks(racks, 18)).toBe(count);
  });
});
