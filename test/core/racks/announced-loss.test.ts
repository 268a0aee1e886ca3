import { describe, expect, it } from "vitest";
import { announcement, leavesBy } from "../../../src/core/racks/announced-loss.ts";
import { MINUTE_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import { NOW, aNode, aRack } from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";

const TAINT = "karpenter.sh/disrupted";
const TERMS = {
  taints: [TAINT],
  conditions: [],
  noticeMs: millis(2 * MINUTE_MS),
  expectedEveryMs: millis(MINUTE_MS),
};
const spot = (interruptions?: typeof TERMS) =>
  aPool("gb200-east", {
    supply: {
      kind: "Spot",
      committedRacks: rackCount(0),
      windows: [],
      ...(interruptions && { interruptions }),
    },
  });

/** Of 18 nodes so many bear the notice; 16 make a rack. */
function told(marked: number, nodes = 18): string | null {
  const rack = aRack("rack-0");
  const all = rack.nodes.slice(0, nodes);
  const some = all.map((node, n) => (n < marked ? aNode(node.name, { notice: TAINT }) : node));
  return announcement({ ...rack, nodes: some }, spot());
}

describe("a rack", () => {
  it.each([
    ["stays while no node is announced", 0, 18, null],
    ["stays while enough nodes do", 2, 18, null],
    ["goes with the third of 18", 3, 18, TAINT],
    ["goes whole", 18, 18, TAINT],
    ["that has come in part goes with any", 1, 16, TAINT],
    ["that has come in part stays without", 0, 9, null],
  ] as const)("%s", (_, marked, nodes, expected) => {
    expect(told(marked, nodes)).toBe(expected);
  });

  it("can be relied on until the notice is over", () => {
    const seen = { firstAt: NOW, servingAt: null, noticedAt: NOW };
    expect(leavesBy(seen, spot(TERMS))).toBe(after(NOW, millis(2 * MINUTE_MS)));
    expect(leavesBy(seen, spot())).toBeNull();
    expect(leavesBy({ firstAt: NOW, servingAt: null }, spot(TERMS))).toBeNull();
    expect(leavesBy(undefined, spot(TERMS))).toBeNull();
  });
});
