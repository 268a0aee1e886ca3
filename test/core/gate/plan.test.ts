import { describe, expect, it } from "vitest";
import { planIntent } from "../../../src/core/gate/plan.ts";
import type { IntentView } from "../../../src/core/gate/plan.ts";
import type { Intent } from "../../../src/core/observation.ts";
import { reason } from "../../../src/core/reasons.ts";
import { MINUTE_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { aStage } from "../../support/builders/gate.ts";
import type { Scene } from "../../support/builders/gate.ts";
import { aSetCount, aSetObservation } from "../../support/builders/object-sets.ts";
import {
  CODER,
  NOW,
  aDrain,
  aPoolObservation,
  anIntent,
  someRacks,
} from "../../support/builders/observed.ts";
import { labelOf } from "../../support/model/run.ts";

/** Four racks, `wanted` of them or more awarded to the one fleet. */
function aView(wanted: number, changes: Partial<IntentView> = {}, scene: Scene = {}): IntentView {
  const racks = rackCount(wanted);
  return {
    now: NOW,
    leading: true,
    fleet: aSmallFleet(),
    state: aStage(scene).state,
    awards: [{ fleet: CODER, byPool: { "gb200-east": racks }, total: racks }],
    wantedLately: false,
    paused: null,
    untrusted: null,
    ...changes,
  };
}

function planned(intent: Intent, view: IntentView) {
  const { actions, progress } = planIntent(intent, view);
  return { actions: actions.map(labelOf), state: progress.state, code: progress.reason.code };
}

const growing = (changes: Partial<Intent> = {}) => anIntent({ askedRacks: null, ...changes });
const waiting = (code: string) => ({ actions: [], state: "Waiting", code });

describe("a growth that is not needed for a moment", () => {
  const lately = { wantedLately: true };

  it.each(["demand-forecast", "burst", "backlog"] as const)("for %s stays open", (code) => {
    const why = reason(code);
    const asked = growing({ phase: "Pending", requiredApprovals: 1, reason: why });
    expect(planned(asked, aView(4, lately))).toEqual(waiting("awaiting-approval"));
    const confirmed = growing({ phase: "Approved", reason: why });
    expect(planned(confirmed, aView(4, lately))).toEqual(waiting("steady"));
  });

  it.each(["override-floor", "schedule-floor", "minimum"] as const)(
    "for %s is taken back: people asked for it",
    (code) => {
      const asked = growing({ phase: "Pending", requiredApprovals: 1, reason: reason(code) });
      expect(planned(asked, aView(4, lately)).actions).toEqual(["SetPhase Superseded"]);
    },
  );
});

describe("a growth of four racks to six", () => {
  it.each([
    ["Pending, still wanted", { phase: "Pending", requiredApprovals: 1 }, 6, "awaiting-approval"],
  ] as const)("%s: waits", (_, changes, wanted, code) => {
    expect(planned(growing(changes), aView(wanted))).toEqual(waiting(code));
  });

  it.each([
    [
      "Pending, no longer wanted",
      { phase: "Pending", requiredApprovals: 1 },
      4,
      ["SetPhase Superseded"],
    ],
    ["Approved, no longer wanted", { phase: "Approved" }, 4, ["SetPhase Superseded"]],
    [
      "Approved, wanted as before",
      { phase: "Approved" },
      6,
      ["SetPhase Executing", "SetCount 4 → 6"],
    ],
    ["Approved, less wanted", { phase: "Approved" }, 5, ["SetPhase Executing", "SetCount 4 → 5"]],
    ["Approved, more wanted", { phase: "Approved" }, 9, ["SetPhase Executing", "SetCount 4 → 6"]],
    [
      "Approved, its time to act is over",
      { phase: "Approved", actBefore: after(NOW, millis(-1)) },
      6,
      ["SetPhase Expired"],
    ],
    [
      "Executing: the write is repeated until it shows",
      { phase: "Executing" },
      6,
      ["SetCount 4 → 6"],
    ],
    [
      "Executing, never accepted and no longer wanted: it is given up",
      { phase: "Executing" },
      4,
      ["SetPhase Cancelled"],
    ],
    [
      "Executing, and the count shows it",
      { phase: "Executing", askedRacks: rackCount(4), fromRacks: rackCount(2) },
      6,
      ["SetPhase Done"],
    ],
    [
      "Executing, and the count is somebody else's",
      { phase: "Executing", fromRacks: rackCount(3) },
      6,
      ["SetPhase Failed"],
    ],
  ] as const)("%s", (_, changes, wanted, actions) => {
    expect(planned(growing(changes), aView(wanted)).actions).toEqual(actions);
  });

  it("is asked for with its uid, counts and reason", () => {
    expect(planIntent(growing({ phase: "Approved" }), aView(6)).actions).toMatchObject([
      { phase: "Executing", askedRacks: 6, fleet: CODER },
      { intent: "gb200-east-out-1", pool: "gb200-east", uid: "uid-object", from: 4, to: 6 },
    ]);
  });
});

describe("whatever its direction, a decision waits", () => {
  const phases = ["Approved", "Executing"] as const;

  it.each(phases)("%s, while the pool refuses or cannot be read", (phase) => {
    const text = "NodePool gb200-east: autoscaling.";
    const refusing: Scene = { observed: { refusals: [{ code: "pool-refused", text }] } };
    expect(planned(growing({ phase }), aView(6, {}, refusing))).toEqual(waiting("pool-refused"));
    const unread: Scene = { observed: { count: null } };
    expect(planned(growing({ phase }), aView(6, {}, unread))).toEqual(waiting("pool-unknown"));
  });

  it.each(["Pending", ...phases] as const)("%s, on a standby", (phase) => {
    expect(planned(growing({ phase }), aView(6, { leading: false }))).toEqual(
      waiting("not-leader"),
    );
  });
});

describe("a pause takes back what can be", () => {
  const paused = reason("paused", "FleetOverride incident.");
  const accepted = { observed: { count: aPoolObservation(6).count } };
  const lowered = { observed: { count: aPoolObservation(3).count } };

  it.each(["Pending", "Approved", "Executing"] as const)("a growth that is %s", (phase) => {
    const { actions, code } = planned(growing({ phase }), aView(6, { paused }));
    expect([actions, code]).toEqual([["SetPhase Cancelled"], "paused"]);
  });

  it("a question that was just answered with yes", () => {
    const approvals = [{ by: "ada", verdict: "Approve" as const, reason: "ok" }];
    const intent = growing({ phase: "Pending", requiredApprovals: 1, approvals });
    expect(planned(intent, aView(6, { paused })).actions).toEqual(["SetPhase Cancelled"]);
  });

  it("but a no stays a no", () => {
    const approvals = [{ by: "ada", verdict: "Reject" as const, reason: "no" }];
    const intent = growing({ phase: "Pending", requiredApprovals: 1, approvals });
    expect(planned(intent, aView(6, { paused })).actions).toEqual(["SetPhase Rejected"]);
  });

  it("a drain: its rack gets pods again", () => {
    const { actions, code } = planned(aDrain(), aView(3, { paused }));
    expect([actions, code]).toEqual([["Uncordon", "SetPhase Cancelled"], "paused"]);
  });

  it("not a growth that the provider has accepted", () => {
    const intent = growing({ phase: "Executing", askedRacks: rackCount(6) });
    expect(planned(intent, aView(6, { paused }, accepted)).actions).toEqual(["SetPhase Done"]);
  });

  it("not a drain whose count is lowered: its end is only watched", () => {
    expect(planned(aDrain(), aView(3, { paused }, lowered))).toEqual(waiting("releasing"));
  });
});

describe("a drain of one rack of four", () => {
  const untrusted = reason("signals-untrusted", "arrivals is missing");

  it.each([
    ["Approved, still a surplus", { phase: "Approved" }, 3, ["SetPhase Executing", "Cordon"]],
    ["Approved, demand is back", { phase: "Approved" }, 4, ["SetPhase Superseded"]],
    ["Executing, demand is back", { phase: "Executing" }, 4, ["Uncordon", "SetPhase Cancelled"]],
    ["Executing", { phase: "Executing" }, 3, ["Cordon"]],
  ] as const)("%s", (_, changes, wanted, actions) => {
    expect(planned(aDrain(changes), aView(wanted)).actions).toEqual(actions);
  });

  it.each(["Approved", "Executing"] as const)("%s: goes no further while blind", (phase) => {
    expect(planned(aDrain({ phase }), aView(3, { untrusted }))).toEqual(
      waiting("signals-untrusted"),
    );
  });

  it("blind, is still given up at its deadline", () => {
    const drain = aDrain({ drainDeadline: after(NOW, millis(-1 * MINUTE_MS)) });
    expect(planned(drain, aView(3, { untrusted }))).toMatchObject({
      actions: ["Uncordon", "SetPhase Cancelled"],
      code: "drain-deadline",
    });
  });

  it("a growth does not mind being blind: its consent and its size stand", () => {
    expect(planned(growing({ phase: "Approved" }), aView(6, { untrusted })).actions).toHaveLength(
      2,
    );
  });
});

describe("a no that comes after a decision was confirmed", () => {
  const approvals = [{ by: "alice", verdict: "Reject" as const, reason: "INC-4711" }];
  const lowered = { observed: { count: aPoolObservation(3).count } };
  const raised = { observed: { count: aPoolObservation(6).count } };
  const paused = { paused: reason("paused") };

  it.each([
    ["a drain not begun", aDrain({ approvals, phase: "Approved" }), 3, "SetPhase Rejected"],
    ["a drain under way", aDrain({ approvals }), 3, "SetPhase Cancelled"],
    ["a growth not begun", growing({ approvals, phase: "Approved" }), 6, "SetPhase Rejected"],
    ["a growth not yet written", growing({ approvals }), 6, "SetPhase Cancelled"],
  ] as const)("ends %s", (_, intent, wanted, last) => {
    const { actions, code } = planned(intent, aView(wanted));
    expect(actions.at(-1)).toBe(last);
    expect(code).toBe("rejected");
  });

  it("ends a drain also while a person has paused the fleet", () => {
    const { actions } = planned(aDrain({ approvals }), aView(3, paused));
    expect(actions).toEqual(["Uncordon", "SetPhase Cancelled"]);
  });

  it("names who, and why", () => {
    const { progress } = planIntent(aDrain({ approvals }), aView(3));
    expect(progress.reason.text).toContain("alice: INC-4711");
  });

  it("comes too late for a drain whose count is lowered, and is told so", () => {
    const { actions, progress } = planIntent(aDrain({ approvals }), aView(3, {}, lowered));
    expect(actions).toEqual([]);
    expect(progress.reason).toMatchObject({ code: "releasing" });
    expect(progress.reason.text).toContain("there is no way back");
  });

  it("comes too late for a growth whose count is raised: it is done", () => {
    const { actions } = planned(
      growing({ approvals, askedRacks: rackCount(6) }),
      aView(6, {}, raised),
    );
    expect(actions).toEqual(["SetPhase Done"]);
  });
});

describe("a decision whose fleet was deleted", () => {
  const gone = { fleet: null } as const;

  it.each([
    ["Pending", growing({ phase: "Pending" }), ["SetPhase Cancelled"]],
    ["Approved", growing({ phase: "Approved" }), ["SetPhase Cancelled"]],
    ["Executing, the count not yet written", growing(), ["SetPhase Cancelled"]],
    ["Executing, a drain not yet lowered", aDrain(), ["Uncordon", "SetPhase Cancelled"]],
  ] as const)("%s: ends, and bars the pool no longer", (_, intent, actions) => {
    const found = planned(intent, aView(6, gone));
    expect(found.actions).toEqual(actions);
    expect(found.code).toBe("not-a-consumer");
  });

  it("a drain's nodes take pods again", () => {
    const racks = someRacks(4, { node: { cordoned: true } });
    const scene: Scene = { observed: { racks } };
    expect(planned(aDrain(), aView(6, gone, scene)).actions).toEqual([
      "Uncordon",
      "SetPhase Cancelled",
    ]);
  });

  it("a drain whose count is lowered is seen to its end", () => {
    const { count } = aPoolObservation(3);
    expect(planned(aDrain(), aView(6, gone, { observed: { count } })).code).toBe("releasing");
  });
});

describe("a growth of an object set from four racks to six", () => {
  const growth = growing({ objects: ["sub-4", "sub-5"], askedRacks: rackCount(6) });
  const at = (on: readonly number[], wanted: number) =>
    planned(growth, aView(wanted, {}, { observed: aSetObservation({ count: aSetCount(on, 8) }) }));

  it.each([
    ["goes on with the rest", [0, 1, 2, 3, 4], 6, ["SetCount 4 → 6"]],
    [
      "ends with what it got when no more is wanted",
      [0, 1, 2, 3, 4],
      5,
      ["SetPhase PartiallyDone"],
    ],
    ["is given up when it got nothing", [0, 1, 2, 3], 4, ["SetPhase Cancelled"]],
    [
      "ends with what it got when others write too",
      [0, 1, 2, 3, 4, 7],
      9,
      ["SetPhase PartiallyDone"],
    ],
    ["fails when it got nothing", [0, 1, 2, 3, 7], 9, ["SetPhase Failed"]],
    ["is done", [0, 1, 2, 3, 4, 5], 6, ["SetPhase Done"]],
  ] as const)("%s", (_, on, wanted, actions) => {
    expect(at(on, wanted).actions).toEqual(actions);
  });
});
