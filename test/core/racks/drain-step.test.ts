import { describe, expect, it } from "vitest";
import type { Intent, RackObservation } from "../../../src/core/observation.ts";
import { drainStep } from "../../../src/core/racks/drain-step.ts";
import type { DrainView } from "../../../src/core/racks/drain-step.ts";
import { reason } from "../../../src/core/reasons.ts";
import { MINUTE_MS, after, millis } from "../../../src/core/units.ts";
import {
  NOW,
  aDrain,
  aPoolObservation,
  aRack,
  someRacks,
} from "../../support/builders/observed.ts";
import { aRackOf, aSetCount } from "../../support/builders/object-sets.ts";
import type { RackOptions } from "../../support/builders/observed.ts";
import { labelOf } from "../../support/model/run.ts";

const CORDONED = { node: { cordoned: true } } as const;
const EMPTY = { ...CORDONED, pods: 0 } as const;
const OVERDUE = { drainDeadline: after(NOW, millis(-1 * MINUTE_MS)) };
const FORCE = { onDeadline: "Force" } as const;

/** `rack-0`, as told, and three more. */
const racks = (victim: RackOptions = {}): readonly RackObservation[] => [
  aRack("rack-0", victim),
  ...someRacks(4).slice(1),
];

function step(victim: RackOptions, view: Partial<DrainView> = {}, intent: Partial<Intent> = {}) {
  const found = drainStep(aDrain(intent), {
    now: NOW,
    count: aPoolObservation(4).count,
    racks: racks(victim),
    onDeadline: "Cancel",
    lostRacks: [],
    cancel: null,
    ...view,
  });
  const actions = "actions" in found ? found.actions : "restore" in found ? found.restore : [];
  return { kind: found.kind, actions: actions.map(labelOf), code: found.reason.code };
}

const lowered = { count: aPoolObservation(3).count };
const gone = { ...lowered, racks: someRacks(4).slice(1) };

describe("the next step of giving a rack back", () => {
  it.each([
    ["nodes take pods: cordon", {}, {}, ["Act", ["Cordon"], "cordoning"]],
    ["cordoned, pods run: evict", CORDONED, {}, ["Act", ["Evict"], "evicting"]],
    [
      "all pods are ending: wait",
      { ...CORDONED, pod: { terminating: true } },
      {},
      ["Wait", [], "evicting"],
    ],
    ["empty: lower the count by one rack", EMPTY, {}, ["Act", ["SetCount 4 → 3"], "surplus"]],
    ["lowered, nodes there: wait", EMPTY, lowered, ["Wait", [], "releasing"]],
    ["lowered, nodes gone: done", EMPTY, gone, ["Done", [], "released"]],
    ["the count is not known: wait", EMPTY, { count: null }, ["Wait", [], "pool-unknown"]],
  ] as const)("%s", (_, victim, view, [kind, actions, code]) => {
    expect(step(victim, view)).toEqual({ kind, actions, code });
  });

  it("cordons and evicts by uid", () => {
    const found = drainStep(aDrain(), {
      now: NOW,
      count: aPoolObservation(4).count,
      racks: racks(),
      onDeadline: "Cancel",
      lostRacks: [],
      cancel: null,
    });
    expect(found).toMatchObject({
      actions: [{ nodes: expect.arrayContaining([{ name: "rack-0-n3", uid: "uid-rack-0-n3" }]) }],
    });
  });
});

describe("giving it up", () => {
  const cancel = reason("demand-returned");

  it("gives turns back first, then takes pods again", () => {
    const out = { label: "route", ejectedAt: NOW };
    const victim = { ...CORDONED, pod: { route: out } };
    expect(step(victim, { cancel }).actions).toEqual(["Readmit", "Uncordon"]);
  });

  it("waits with pods that have a route while the fleet's traffic is not known", () => {
    const victim = { ...CORDONED, pod: { route: { label: "route", ejectedAt: null } } };
    expect(step(victim)).toEqual({ kind: "Wait", actions: [], code: "signals-untrusted" });
  });

  it.each([
    ["before anything was done", {}, { cancel }, ["Cancel", ["Uncordon"], "demand-returned"]],
    ["after cordoning", CORDONED, { cancel }, ["Cancel", ["Uncordon"], "demand-returned"]],
    ["not once the count is lowered", EMPTY, { ...lowered, cancel }, ["Wait", [], "releasing"]],
  ] as const)("for a reason, %s", (_, victim, view, [kind, actions, code]) => {
    expect(step(victim, view)).toEqual({ kind, actions, code });
  });

  it("at a count that is neither its start nor its goal: it fails, and restores", () => {
    const view = { count: aPoolObservation(5).count };
    expect(step(CORDONED, view)).toEqual({
      kind: "Fail",
      actions: ["Uncordon"],
      code: "count-conflict",
    });
  });

  it.each([
    [
      "Cancel: given up, even when just empty",
      EMPTY,
      {},
      ["Cancel", ["Uncordon"], "drain-deadline"],
    ],
    ["Force: lowered although pods run", CORDONED, FORCE, ["Act", ["SetCount 4 → 3"], "surplus"]],
    ["Force: cordoned first all the same", {}, FORCE, ["Act", ["Cordon"], "cordoning"]],
  ] as const)(
    "past its deadline, where the fleet says %s",
    (_, victim, view, [kind, actions, code]) => {
      expect(step(victim, view, OVERDUE)).toEqual({ kind, actions, code });
    },
  );

  it("without a deadline it has all the time", () => {
    expect(step(CORDONED, {}, { drainDeadline: null }).kind).toBe("Act");
  });
});

describe("verifying which rack left", () => {
  it("another one: it fails, and the rack takes pods again", () => {
    const view = { ...lowered, racks: racks(EMPTY).slice(0, 3), lostRacks: ["rack-3"] };
    expect(step(EMPTY, view)).toEqual({
      kind: "Fail",
      actions: ["Uncordon"],
      code: "wrong-node-left",
    });
  });

  it("the right one, another as well: that one is not this drain's business", () => {
    expect(step(EMPTY, { ...gone, lostRacks: ["rack-3"] }).kind).toBe("Done");
  });

  it("none by the deadline: it fails and says so, and the rack may be used again", () => {
    expect(step(EMPTY, lowered, OVERDUE)).toEqual({
      kind: "Fail",
      actions: ["Uncordon"],
      code: "drain-deadline",
    });
  });
});

describe("a drain whose rack is not what it was", () => {
  it("is given up when none of its nodes is seen: out of sight is not empty", () => {
    expect(step(EMPTY, { racks: someRacks(4).slice(1) })).toEqual({
      kind: "Cancel",
      actions: [],
      code: "no-victim",
    });
  });

  it.each([["agents/writer"], [null]] as const)(
    "is given up when pods of %s run there",
    (fleet) => {
      expect(step({ ...CORDONED, pod: { fleet } })).toEqual({
        kind: "Cancel",
        actions: ["Uncordon"],
        code: "no-victim",
      });
    },
  );
});

describe("what the lowering names", () => {
  const lowering = (intent: Partial<Intent> = {}, view: Partial<DrainView> = {}) =>
    drainStep(aDrain(intent), {
      now: NOW,
      count: aPoolObservation(4).count,
      racks: racks(EMPTY),
      onDeadline: "Cancel",
      lostRacks: [],
      cancel: null,
      ...view,
    });

  it("the nodes of the rack, those replaced since the decision too", () => {
    const victimNodeUids = ["uid-rack-0-n0", "uid-of-one-replaced"];
    const step = lowering({ victimNodeUids });
    expect(step).toMatchObject({ kind: "Act", actions: [{ kind: "SetCount" }] });
    const victims =
      "actions" in step && "victims" in Object(step.actions[0])
        ? Object(step.actions[0]).victims
        : [];
    expect(victims).toEqual(racks(EMPTY)[0]?.nodes.map(({ name, uid }) => ({ name, uid })));
  });

  it("no object where one object has the count", () => {
    const step = lowering();
    expect("actions" in step && "objects" in Object(step.actions[0])).toBe(false);
  });

  it("of a set the rack's object", () => {
    const step = lowering({ objects: ["sub-0"] }, { count: aSetCount([0, 1, 2, 3]) });
    expect(step).toMatchObject({ actions: [{ from: 4, to: 3, objects: ["sub-0"] }] });
  });
});

describe("giving back a rack of an object set", () => {
  const objects = ["sub-0"];
  const at = (on: readonly number[], view: Partial<DrainView> = {}, victim: RackOptions = EMPTY) =>
    step(victim, { count: aSetCount(on), ...view }, { objects });
  const without = { racks: someRacks(4).slice(1) };

  it.each([
    ["its object is on: goes on", at([0, 1, 2, 3]), ["Act", ["SetCount 4 → 3"], "surplus"]],
    ["its object is off: waits", at([1, 2, 3]), ["Wait", [], "releasing"]],
    ["off, whatever the others are", at([1, 2, 3, 4]), ["Wait", [], "releasing"]],
    ["off, nodes gone: done", at([1, 2, 3], without), ["Done", [], "released"]],
    [
      "another was turned off instead: fails, although the count is right",
      at([0, 1, 2]),
      ["Fail", ["Uncordon"], "count-conflict"],
    ],
    [
      "another was turned on as well: fails",
      at([0, 1, 2, 3, 4]),
      ["Fail", ["Uncordon"], "count-conflict"],
    ],
  ] as const)("%s", (_, found, [kind, actions, code]) => {
    expect(found).toEqual({ kind, actions, code });
  });

  it("is given up when the object has nodes elsewhere: they would go as well", () => {
    const rack = aRackOf("rack-0", "sub-0", EMPTY);
    const other = aRackOf("unlabelled", "sub-0", { nodes: 1, pods: 0 });
    const on = aSetCount([0, 1, 2, 3]);
    expect(step(EMPTY, { count: on, racks: [rack, other] }, { objects })).toEqual({
      kind: "Cancel",
      actions: ["Uncordon"],
      code: "no-victim",
    });
    expect(step(EMPTY, { count: on, racks: [rack] }, { objects }).kind).toBe("Act");
  });

  it("fails when its object left the set, unless the nodes went with it", () => {
    const elsewhere = { ...aSetCount([0, 1, 2, 3]), members: [] };
    expect(step(EMPTY, { count: elsewhere }, { objects })).toMatchObject({ kind: "Fail" });
    expect(step(EMPTY, { count: elsewhere, ...without }, { objects })).toMatchObject({
      kind: "Done",
    });
  });
});
