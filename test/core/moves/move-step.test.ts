import { describe, expect, it } from "vitest";
import { moveStep } from "../../../src/core/moves/move-step.ts";
import type { MoveView } from "../../../src/core/moves/move-step.ts";
import type { RackObservation } from "../../../src/core/observation.ts";
import { HOUR_MS, after, millis } from "../../../src/core/units.ts";
import { CHAT, aMove, aRackOfFleet } from "../../support/builders/moves.ts";
import { CODER, NOW, aPod, aPoolObservation } from "../../support/builders/observed.ts";

const CORDONED = { node: { cordoned: true } };
const step = (rack: RackObservation, changes: Partial<MoveView> = {}) =>
  moveStep(aMove(), {
    now: NOW,
    count: aPoolObservation(4).count,
    racks: [rack],
    lostRacks: [],
    cancel: null,
    taker: CHAT,
    ...changes,
  });
const kinds = (found: ReturnType<typeof step>): readonly string[] => {
  if (found.kind === "Act") return found.actions.map(({ kind }) => kind);
  return found.kind === "Cancel"
    ? ["Cancel", ...found.restore.map(({ kind }) => kind)]
    : [found.kind];
};
const half = (rack: RackObservation): RackObservation => ({
  ...rack,
  nodes: rack.nodes.map((node, n) => ({ ...node, cordoned: n > 0 })),
});
const LATE = { now: after(NOW, millis(2 * HOUR_MS)) };
const CALLED_OFF = { cancel: { code: "demand-returned" as const, text: "It returned." } };

describe("a rack on its way to another fleet", () => {
  const serving = aRackOfFleet("rack-2", CODER);
  const drained = aRackOfFleet("rack-2", CODER, CORDONED);
  const empty = aRackOfFleet("rack-2", CODER, { pods: 0, ...CORDONED });
  const open = aRackOfFleet("rack-2", CODER, { pods: 0 });
  const taken = aRackOfFleet("rack-2", CHAT);
  const mixed = {
    ...serving,
    pods: [...serving.pods, aPod("other", "rack-2-n0", { fleet: CHAT })],
  };

  it.each<[string, RackObservation, Partial<MoveView>, readonly string[]]>([
    ["is cordoned", serving, {}, ["Cordon"]],
    ["loses its giver's pods", drained, {}, ["Evict"]],
    ["is opened once it is empty", empty, {}, ["Uncordon"]],
    ["and the rest of it, where that was begun", half(empty), {}, ["Uncordon"]],
    ["waits for its taker's units", open, {}, ["Wait"]],
    ["and no longer than its deadline", open, LATE, ["Done"]],
    ["is there once they are", taken, {}, ["Done"]],
    ["stays when it is called off", drained, CALLED_OFF, ["Cancel", "Uncordon"]],
    ["even when it is empty", empty, CALLED_OFF, ["Cancel", "Uncordon"]],
    ["but not when it was handed over", open, CALLED_OFF, ["Done"]],
    ["stays when it is not empty in time", drained, LATE, ["Cancel", "Uncordon"]],
    ["is not emptied of others' pods", mixed, {}, ["Cancel", "Uncordon"]],
    ["out of sight is given up", { ...open, id: "rack-9", nodes: [] }, {}, ["Cancel"]],
  ])("%s", (_what, rack, changes, expected) => {
    expect(kinds(step(rack, changes))).toEqual(expected);
  });

  it("is opened node by node, never the ones that are open", () => {
    const found = step(half(empty));
    const nodes =
      found.kind === "Act" ? found.actions.flatMap((a) => ("nodes" in a ? a.nodes : [])) : [];
    expect(nodes.map(({ name }) => name)).toEqual(["rack-2-n1"]);
  });
});
