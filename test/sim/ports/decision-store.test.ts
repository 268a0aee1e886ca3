import { describe, expect, it } from "vitest";
import type { Approval, Intent } from "../../../src/core/observation.ts";
import { reason } from "../../../src/core/reasons.ts";
import { after, millis, rackCount } from "../../../src/core/units.ts";
import type { Evidence } from "../../../src/ports/decision-store.ts";
import { simulatedDecisionStore } from "../../../src/sim/ports/decision-store.ts";
import { MINUTE, START, aWorld, minutes } from "../../support/simulated-world.ts";

const intent: Intent = {
  name: "gb200-demo-out-1",
  fleet: "agents/coder",
  pool: "gb200-demo",
  direction: "Out",
  fromRacks: rackCount(4),
  toRacksAtMost: rackCount(6),
  maxUsdPerHour: null,
  rack: null,
  victimNodeUids: [],
  reason: reason("burst"),
  requiredApprovals: 1,
  onExpiry: "Drop",
  createdAt: START,
  expiresAt: after(START, millis(15 * MINUTE)),
  actBefore: after(START, millis(60 * MINUTE)),
  drainDeadline: null,
  approvals: [],
  phase: "Pending",
  askedRacks: null,
};

const evidence: Evidence = {
  attainmentIfDone: null,
  attainmentIfNot: null,
  cacheCause: "none",
  alternatives: [],
  policyDigest: "",
  observationDigest: "",
};

function aStore() {
  const world = aWorld();
  const store = simulatedDecisionStore({ now: () => world.now() }, null);
  const open = (changes: Partial<Intent> = {}) =>
    store.open(
      { kind: "OpenIntent", intent: { ...intent, ...changes }, reason: reason("burst") },
      evidence,
    );
  const setPhase = (phase: Intent["phase"], askedRacks: number | null = null) =>
    store.setPhase({
      kind: "SetPhase",
      intent: intent.name,
      fleet: intent.fleet,
      phase,
      askedRacks: askedRacks === null ? null : rackCount(askedRacks),
      reason: reason("burst"),
    });
  return { world, store, open, setPhase };
}

describe("the store of decisions", () => {
  it("creates once: the same again is success, another under the name is a conflict", async () => {
    const { store, open } = aStore();
    await open();
    await open();
    expect(await store.list()).toEqual([intent]);
    await expect(open({ createdAt: minutes(1) })).rejects.toMatchObject({ code: "conflict" });
  });

  it("moves through phases and keeps what was asked", async () => {
    const { store, open, setPhase } = aStore();
    await open();
    await setPhase("Executing", 6);
    await setPhase("Executing");
    expect(await store.list()).toEqual([{ ...intent, phase: "Executing", askedRacks: 6 }]);
  });

  it("shows closed decisions for an hour, open ones for good", async () => {
    const { world, store, open, setPhase } = aStore();
    await open();
    await open({ name: "gb200-demo-out-2" });
    await setPhase("Done");
    world.advanceTo(minutes(60));
    expect(await store.list()).toHaveLength(2);
    world.advanceTo(minutes(61));
    expect((await store.list()).map(({ name }) => name)).toEqual(["gb200-demo-out-2"]);
  });

  it("takes one verdict a person", async () => {
    const { store, open } = aStore();
    await open();
    await store.approve(intent.name, { by: "ana", verdict: "Reject", reason: "" });
    await store.approve(intent.name, { by: "ana", verdict: "Approve", reason: "after all" });
    const [stored] = await store.list();
    expect(stored?.approvals).toEqual([{ by: "ana", verdict: "Approve", reason: "after all" }]);
  });

  it("asks people once, and hears no answer to what is closed", async () => {
    const { world } = aStore();
    const answers: ((approval: Approval) => void)[] = [];
    const ask = (_intent: Intent, answer: (approval: Approval) => void) =>
      void answers.push(answer);
    const store = simulatedDecisionStore({ now: () => world.now() }, { ask });
    const action = { kind: "OpenIntent", intent, reason: reason("burst") } as const;
    await store.open(action, evidence);
    await store.open(action, evidence);
    expect(answers).toHaveLength(1);
    answers[0]?.({ by: "ana", verdict: "Approve", reason: "" });
    expect((await store.list())[0]?.approvals).toHaveLength(1);
    const { name, fleet } = intent;
    const close = { kind: "SetPhase", intent: name, fleet, phase: "Expired" } as const;
    await store.setPhase({ ...close, askedRacks: null, reason: reason("expired") });
    answers[0]?.({ by: "bob", verdict: "Approve", reason: "late" });
    expect((await store.list())[0]?.approvals.map(({ by }) => by)).toEqual(["ana"]);
  });

  it("does not know what was never opened", async () => {
    const { store, setPhase } = aStore();
    await expect(setPhase("Done")).rejects.toMatchObject({ code: "not-found" });
    const verdict = { by: "ana", verdict: "Approve", reason: "" } as const;
    await expect(store.approve("nothing", verdict)).rejects.toMatchObject({ code: "not-found" });
  });
});
