import { describe, expect, it } from "vitest";
import { isHandedOver, takerOf, withoutGiversPast } from "../../../src/core/moves/hand-over.ts";
import type { Intent, RackObservation } from "../../../src/core/observation.ts";
import { CHAT, aMove, aRackOfFleet } from "../../support/builders/moves.ts";
import { CODER, NOW } from "../../support/builders/observed.ts";

const giver = aRackOfFleet("rack-2", CODER);
const empty = { ...giver, pods: [] };
const cordoned = aRackOfFleet("rack-2", CODER, { pods: 0, node: { cordoned: true } });
const half = {
  ...cordoned,
  nodes: cordoned.nodes.map((node, n) => ({ ...node, cordoned: n > 0 })),
};

describe("a rack that moves is the taker's", () => {
  it.each<[string, RackObservation, Partial<Intent>, boolean]>([
    ["while its giver's pods are there", giver, {}, false],
    ["while it is cordoned by us", cordoned, {}, false],
    ["while a node of it still is", half, {}, false],
    ["empty and open", empty, {}, true],
    ["with its own pods", aRackOfFleet("rack-2", CHAT), {}, true],
    [
      "where somebody else cordoned it",
      aRackOfFleet("rack-2", CODER, { pods: 0, node: { cordoned: true, fencedBy: "repair" } }),
      {},
      true,
    ],
    ["before it is carried out", empty, { phase: "Approved" }, false],
    ["by another decision", empty, { direction: "In" }, false],
    ["out of sight", { ...empty, id: "rack-9", nodes: [] }, {}, false],
  ])("%s", (_what, rack, changes, expected) => {
    const move = aMove(changes);
    expect(isHandedOver(move, [rack])).toBe(expected);
    const taker = expected ? CHAT : null;
    if (rack.id === "rack-2") expect(takerOf(rack, [rack], [move])).toBe(taker);
  });
});

describe("what is remembered of its serving", () => {
  const seen = {
    "rack-2": { firstAt: NOW, servingAt: NOW },
    "rack-3": { firstAt: NOW, servingAt: NOW },
  };

  it("is forgotten once it is handed over, until it serves again", () => {
    const after = withoutGiversPast(seen, [empty], [aMove()]);
    expect(after["rack-2"]?.servingAt).toBeNull();
    expect(after["rack-3"]?.servingAt).toBe(NOW);
    expect(withoutGiversPast(seen, [aRackOfFleet("rack-2", CHAT)], [aMove()])).toBe(seen);
  });

  it("is kept while its giver's pods are there", () => {
    expect(withoutGiversPast(seen, [giver], [aMove()])).toBe(seen);
  });
});
