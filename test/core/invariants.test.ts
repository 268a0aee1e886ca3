import { describe, expect, it } from "vitest";
import type { CompiledFleet } from "../../src/core/compiled.ts";
import type { Action, Decision } from "../../src/core/decision.ts";
import { InvariantError, checkDecision } from "../../src/core/invariants.ts";
import type { GroupObservation, Intent } from "../../src/core/observation.ts";
import { reason } from "../../src/core/reasons.ts";
import { MINUTE_MS, after, millis, rackCount } from "../../src/core/units.ts";
import { aSmallFleet, aSmallGroup } from "../support/builders/compiled.ts";
import { withFleet, withOverride } from "../support/builders/edits.ts";
import { aRackOf, aSetObservation } from "../support/builders/object-sets.ts";
import {
  CODER,
  NOW,
  aDrain,
  aGroupObservation,
  aPoolObservation,
  aRack,
  anIntent,
} from "../support/builders/observed.ts";
import { aSized, anObject } from "../support/builders/workloads.ts";
import { fleetDecided } from "../support/reports/report.ts";

const why = reason("demand-forecast");

const setCount = (intent: Intent, from: number, to: number, pool = "gb200-east"): Action => ({
  kind: "SetCount",
  intent: intent.name,
  pool,
  uid: "uid-object",
  from: rackCount(from),
  to: rackCount(to),
  reason: why,
});
const setPhase = (intent: Intent, phase: Intent["phase"]): Action => ({
  kind: "SetPhase",
  intent: intent.name,
  fleet: CODER,
  phase,
  askedRacks: null,
  reason: why,
});

interface Given {
  readonly plan?: readonly Action[];
  readonly intents?: readonly Intent[];
  readonly world?: (world: GroupObservation) => GroupObservation;
  readonly fleet?: Partial<CompiledFleet>;
  readonly decided?: Partial<Decision>;
}

/** @returns the invariant that the plan breaks, null when it breaks none */
function broken({ plan = [], intents = [], world = (w) => w, fleet, decided }: Given) {
  const observation = world(aGroupObservation({ intents }));
  const decision: Decision = {
    at: NOW,
    group: "gb200-east",
    fleets: [fleetDecided()],
    pools: [],
    progress: [],
    plan,
    ...decided,
  };
  try {
    checkDecision({ group: aSmallGroup(fleet), observation, decision });
    return null;
  } catch (error) {
    if (!(error instanceof InvariantError)) throw error;
    expect(error.message).toContain(error.invariant);
    return error.invariant;
  }
}

/** Four racks of eight units: room for 32. */
const setReplicas = (from: number, to: number, workload = "engine"): Action => ({
  kind: "SetReplicas",
  intent: "agents/coder/Deployment/engine",
  fleet: CODER,
  object: anObject(from).ref,
  uid: "uid-of-engine",
  changes: [{ workload, part: null, from, to }],
  reason: why,
});
const sized = { workloads: [aSized()] };
const inShadow = { ...sized, mode: { scaleOut: "Shadow", scaleIn: "Auto" } } as const;

const out = anIntent({ phase: "Executing" });
const empty = aPoolObservation(4, { racks: [aRack("rack-0", { pods: 0 })] });
const emptied = (world: GroupObservation) => ({ ...world, pools: [empty] });
const forcing = { drain: { ...aSmallFleet().drain, onDeadline: "Force" } } as const;
const overdue = aDrain({ drainDeadline: after(NOW, millis(-1 * MINUTE_MS)) });

describe("a decision may", () => {
  it.each([
    ["do nothing", {}],
    ["raise a count within limit and consent", { plan: [setCount(out, 4, 6)], intents: [out] }],
    [
      "start and act in one plan",
      {
        plan: [setPhase(out, "Executing"), setCount(out, 4, 6)],
        intents: [anIntent({ phase: "Approved" })],
      },
    ],
    ["raise a workload to what its racks hold", { plan: [setReplicas(8, 32)], fleet: sized }],
    ["lower one whatever its racks hold", { plan: [setReplicas(64, 40)], fleet: sized }],
    [
      "lower one while growth is paused",
      { plan: [setReplicas(32, 8)], fleet: sized, world: withOverride({ pauseOut: true }) },
    ],
    [
      "lower a count by one once the rack is empty",
      { plan: [setCount(aDrain(), 4, 3)], intents: [aDrain()], world: emptied },
    ],
    [
      "lower it past a deadline that says Force",
      { plan: [setCount(overdue, 4, 3)], intents: [overdue], fleet: forcing },
    ],
    [
      "act in a direction while the other is paused",
      { plan: [setCount(out, 4, 6)], intents: [out], world: withOverride({ pauseIn: true }) },
    ],
  ] satisfies (readonly [string, Given])[])("%s", (_, given) => {
    expect(broken(given)).toBeNull();
  });
});

describe("a decision never may", () => {
  const consent = anIntent({ toRacksAtMost: rackCount(20) });

  it.each([
    [
      "INV-2",
      "raise a count above the pool's limit",
      { plan: [setCount(consent, 4, 13)], intents: [consent] },
    ],
    ["INV-2", "raise it above the consent", { plan: [setCount(out, 4, 7)], intents: [out] }],
    [
      "INV-2",
      "lower it by two",
      { plan: [setCount(aDrain(), 4, 2)], intents: [aDrain()], world: emptied },
    ],
    [
      "INV-2",
      "change a pool that is not in the group",
      { plan: [setCount(out, 4, 6, "west")], intents: [out] },
    ],
    [
      "INV-2",
      "raise a workload above what its racks hold",
      { plan: [setReplicas(8, 33)], fleet: sized },
    ],
    [
      "INV-2",
      "raise one object above what its rack holds",
      { plan: [setReplicas(8, 9)], fleet: { workloads: [aSized({ layout: "ObjectPerRack" })] } },
    ],
    ["INV-2", "raise one that it only observes", { plan: [setReplicas(8, 9)] }],
    [
      "INV-11",
      "raise a workload while growth is paused",
      { plan: [setReplicas(8, 16)], fleet: sized, world: withOverride({ pauseOut: true }) },
    ],
    ["INV-11", "raise one in Shadow", { plan: [setReplicas(8, 16)], fleet: inShadow }],
    [
      "INV-11",
      "size one during a rollout",
      { plan: [setReplicas(8, 16)], fleet: sized, world: withFleet({ rollout: true }) },
    ],
    [
      "INV-10",
      "leave a fleet without a reason",
      { decided: { fleets: [fleetDecided({ reasons: [] })] } },
    ],
    [
      "INV-10",
      "act without a reason",
      {
        plan: [{ ...setPhase(out, "Done"), reason: { code: "steady", text: "" } }],
        intents: [out],
      },
    ],
    [
      "INV-11",
      "write without the lease",
      {
        plan: [setPhase(out, "Done")],
        intents: [out],
        world: (world) => ({ ...world, leading: false }),
      },
    ],
    ["INV-11", "act on an intent that does not exist", { plan: [setCount(out, 4, 6)] }],
    [
      "INV-11",
      "act before it is approved",
      { plan: [setCount(out, 4, 6)], intents: [anIntent({ phase: "Pending" })] },
    ],
    [
      "INV-11",
      "act before it is started",
      { plan: [setCount(out, 4, 6)], intents: [anIntent({ phase: "Approved" })] },
    ],
    [
      "INV-11",
      "act after it ended",
      { plan: [setCount(out, 4, 6)], intents: [anIntent({ phase: "Done" })] },
    ],
    [
      "INV-11",
      "act while paused",
      { plan: [setCount(out, 4, 6)], intents: [out], world: withOverride({ pauseOut: true }) },
    ],
    [
      "INV-12",
      "lower a count while pods run",
      { plan: [setCount(aDrain(), 4, 3)], intents: [aDrain()] },
    ],
    [
      "INV-12",
      "do so past a deadline that says Cancel",
      { plan: [setCount(overdue, 4, 3)], intents: [overdue] },
    ],
    [
      "INV-12",
      "do so before a deadline that says Force",
      { plan: [setCount(aDrain(), 4, 3)], intents: [aDrain()], fleet: forcing },
    ],
    [
      "INV-12",
      "take a rack for empty whose label is missing",
      {
        plan: [setCount(aDrain(), 4, 3)],
        intents: [aDrain()],
        world: (world) => ({
          ...world,
          pools: [aPoolObservation(4, { racks: [{ ...aRack("rack-0"), id: "unlabelled" }] })],
        }),
      },
    ],
  ] satisfies (readonly [string, string, Given])[])("%s: %s", (invariant, _, given) => {
    expect(broken(given)).toBe(invariant);
  });
});

describe("INV-2 of an object set", () => {
  const inSet = (world: GroupObservation): GroupObservation => ({
    ...world,
    pools: [aSetObservation({ racks: [aRackOf("rack-0", "sub-0", EMPTY), SECOND] })],
  });
  const EMPTY = { pods: 0, node: { cordoned: true } };
  const SECOND = aRackOf("rack-1", "sub-1");
  const growth = anIntent({ objects: ["sub-4", "sub-5"] });
  const by = (intent: Intent, to: number, objects?: readonly string[]): Action => ({
    ...setCount(intent, 4, to),
    ...(objects && { objects }),
  });

  it.each([
    ["the named objects", 6, ["sub-4", "sub-5"], null],
    ["the first of them", 5, ["sub-4"], null],
    ["no object", 6, undefined, "INV-2"],
    ["fewer objects than racks", 6, ["sub-4"], "INV-2"],
    ["an object that was not named", 5, ["sub-3"], "INV-2"],
  ] as const)("a growth by %s to %i", (_, to, objects, invariant) => {
    const plan = [by(growth, to, objects)];
    expect(broken({ plan, intents: [growth], world: inSet })).toBe(invariant);
  });

  it.each([
    ["of the drained rack", "sub-0", null],
    ["of another rack", "sub-1", "INV-2"],
  ])("a drain by the object %s", (_, object, invariant) => {
    const intent = aDrain({ objects: [object] });
    const plan = [by(intent, 3, [object])];
    expect(broken({ plan, intents: [intent], world: inSet })).toBe(invariant);
  });
});

describe("INV-12 of racks that were asked for and never came", () => {
  const intent = anIntent({
    direction: "In",
    phase: "Executing",
    fromRacks: rackCount(6),
    toRacksAtMost: rackCount(4),
    rack: null,
    victimNodeUids: [],
  });

  it("lets several go at once, down to those that are there", () => {
    expect(broken({ plan: [setCount(intent, 6, 4)], intents: [intent] })).toBeNull();
  });

  it("is broken by one that is there", () => {
    expect(broken({ plan: [setCount(intent, 6, 3)], intents: [intent] })).toBe("INV-12");
  });
});
