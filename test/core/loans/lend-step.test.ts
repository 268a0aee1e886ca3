import { describe, expect, it } from "vitest";
import { lendStep } from "../../../src/core/loans/lend-step.ts";
import type { LendView } from "../../../src/core/loans/lend-step.ts";
import type { Intent, NodeObservation, RackObservation } from "../../../src/core/observation.ts";
import { reason } from "../../../src/core/reasons.ts";
import { HOUR_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import {
  FENCE,
  aFencedRack,
  aLentRack,
  aServingRack,
  someTerms,
} from "../../support/builders/loans.ts";
import { NOW, aPoolObservation, anIntent } from "../../support/builders/observed.ts";

const LEND: Intent = anIntent({
  name: "gb200-east-lend-1",
  direction: "Lend",
  toRacksAtMost: rackCount(4),
  rack: "rack-2",
  victimNodeUids: aFencedRack("rack-2").nodes.map(({ uid }) => uid),
  drainDeadline: after(NOW, HOUR_MS),
});
const view = (rack: RackObservation, changes: Partial<LendView> = {}): LendView => ({
  now: NOW,
  count: aPoolObservation(4).count,
  racks: [rack],
  lostRacks: [],
  cancel: null,
  loan: someTerms(),
  ...changes,
});
const marked = (rack: RackObservation, ...marks: readonly Partial<NodeObservation>[]) => ({
  ...rack,
  nodes: rack.nodes.map(({ fenced: _fenced, ...node }, n) => ({ ...node, ...marks[n] })),
});
const cordoned = { cordoned: true };
const lent = { lentAt: NOW };

describe("a rack that is lent", () => {
  it("is cordoned and emptied first, as for giving it back", () => {
    expect(lendStep(LEND, view(aServingRack("rack-2")))).toMatchObject({
      actions: [{ kind: "Cordon" }],
    });
    const closed = marked(aServingRack("rack-2"), cordoned, cordoned);
    expect(lendStep(LEND, view(closed))).toMatchObject({ actions: [{ kind: "Evict" }] });
  });

  it("then goes to the loan: marked first, opened last", () => {
    const empty = marked(aFencedRack("rack-2"), cordoned, cordoned);
    expect(lendStep(LEND, view(empty))).toMatchObject({
      actions: [{ kind: "Unfence", taint: FENCE, at: NOW }, { kind: "Uncordon" }],
    });
  });

  it.each([
    ["the mark of one node", marked(aFencedRack("rack-2"), { ...lent, ...cordoned }, cordoned), 2],
    ["the cordon of one node", marked(aFencedRack("rack-2"), lent, { ...lent, ...cordoned }), 1],
  ])("goes on after a death with %s", (_what, rack, nodes) => {
    const step = lendStep(LEND, view(rack));
    const [unfence] = step.kind === "Act" ? step.actions : [];
    expect(unfence?.kind === "Unfence" && unfence.nodes).toHaveLength(nodes);
  });

  it("is done once all is open; what somebody else cordoned stays so", () => {
    expect(lendStep(LEND, view(aLentRack("rack-2", { node: lent })))).toMatchObject({
      kind: "Done",
    });
    const theirs = { ...lent, ...cordoned, fencedBy: "cordon" };
    expect(lendStep(LEND, view(marked(aFencedRack("rack-2"), lent, theirs)))).toMatchObject({
      kind: "Done",
    });
  });

  it("is known as handed over whatever the clock says", () => {
    const before = { lentAt: after(NOW, millis(-1 * HOUR_MS)) };
    expect(lendStep(LEND, view(aLentRack("rack-2", { node: before })))).toMatchObject({
      kind: "Done",
    });
  });

  it("stays with its fleet when it is wanted again, until the first node is handed over", () => {
    const cancel = reason("demand-returned");
    const closed = marked(aServingRack("rack-2"), cordoned, cordoned);
    expect(lendStep(LEND, view(closed, { cancel }))).toMatchObject({
      kind: "Cancel",
      restore: [{ kind: "Uncordon" }],
    });
    const half = marked(aFencedRack("rack-2"), { ...lent, ...cordoned }, cordoned);
    expect(lendStep(LEND, view(half, { cancel })).kind).toBe("Act");
  });

  it("is not lent with a fleet's pods on it, however late it is", () => {
    const closed = marked(aServingRack("rack-2"), cordoned, cordoned);
    const late = { now: after(NOW, HOUR_MS) };
    expect(lendStep(LEND, view(closed, late))).toMatchObject({
      kind: "Cancel",
      reason: { code: "drain-deadline" },
    });
  });
});
