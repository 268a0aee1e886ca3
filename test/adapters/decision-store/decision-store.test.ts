import { describe, expect, it } from "vitest";
import { decisionStore } from "../../../src/adapters/decision-store/decision-store.ts";
import { type Json, objectAt } from "../../../src/adapters/kubernetes/decode.ts";
import type { Intent } from "../../../src/core/observation.ts";
import { reason } from "../../../src/core/reasons.ts";
import { epochMs, rackCount, usdPerHour } from "../../../src/core/units.ts";
import type { Evidence, SetPhase } from "../../../src/ports/decision-store.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { rawDecision as writtenDecision } from "../../support/raw-objects.ts";

const AT = epochMs(Date.UTC(2026, 11, 1, 18, 0, 0, 250));
const OUT: Intent = {
  name: "gb200-a-out-1",
  fleet: "agents/coder",
  pool: "gb200-a",
  direction: "Out",
  fromRacks: rackCount(4),
  toRacksAtMost: rackCount(6),
  maxUsdPerHour: usdPerHour(1512.5),
  rack: null,
  victimNodeUids: [],
  reason: { code: "demand-forecast", text: "Forecast demand needs 6 racks." },
  requiredApprovals: 2,
  onExpiry: "Drop",
  createdAt: AT,
  expiresAt: epochMs(AT + 900_000),
  actBefore: epochMs(AT + 3_600_000),
  drainDeadline: null,
  approvals: [],
  phase: "Pending",
  askedRacks: null,
};
const IN: Intent = {
  ...OUT,
  name: "gb200-a-in-2",
  direction: "In",
  toRacksAtMost: rackCount(3),
  maxUsdPerHour: null,
  rack: "rack-7",
  victimNodeUids: ["u1", "u2"],
  drainDeadline: epochMs(AT + 2_700_000),
};
const EVIDENCE: Evidence = {
  attainmentIfDone: 0.99512345,
  attainmentIfNot: null,
  cacheCause: "none",
  alternatives: ["wait"],
  policyDigest: "sha256:aa",
  observationDigest: "sha256:bb",
};
const PATH = /scaledecisions/;
const FINALIZER = "breakwater.dev/executing";

const rawDecision = (spec: Json = {}): Json => ({ ...writtenDecision(spec) });
const opening = (intent: Intent) =>
  ({ kind: "OpenIntent", intent, reason: reason("demand-forecast") }) as const;
const phase = (to: SetPhase["phase"], asked: number | null = null, of = OUT): SetPhase => ({
  kind: "SetPhase",
  intent: of.name,
  fleet: of.fleet,
  phase: to,
  askedRacks: asked === null ? null : rackCount(asked),
  reason: reason("count-written"),
});

async function bench() {
  const kube = kubeBench();
  const store = decisionStore({ ...kube, clock: kube.timers.clock });
  store.start();
  await kube.timers.settle();
  return { ...kube, store, object: () => kube.api.get(rawDecision()) };
}

describe("a decision", () => {
  it.each<[string, Intent]>([
    ["growth", OUT],
    ["scale-in", IN],
    ["growth of an object set", { ...OUT, objects: ["sub-5", "sub-4"] }],
    ["scale-in of an object set", { ...IN, objects: ["sub-1"] }],
    ["a move to another namespace's fleet", { ...IN, direction: "Move", taker: "chat/talker" }],
  ])("is read as it was opened: %s", async (_what, intent) => {
    const { store } = await bench();
    await store.open(opening(intent), EVIDENCE);
    expect(await store.list()).toEqual([intent]);
    await store.stop();
  });

  it("lives in its fleet's namespace and can be found by labels", async () => {
    const { store, object } = await bench();
    await store.open(opening(OUT), EVIDENCE);
    expect(object()).toMatchObject({
      metadata: {
        namespace: "agents",
        labels: {
          "breakwater.dev/fleet": "coder",
          "breakwater.dev/pool": "gb200-a",
          "breakwater.dev/direction": "Out",
        },
      },
      spec: { consent: { maxUsdPerHour: "1512.5", actBefore: "2026-12-01T19:00:00.250Z" } },
      status: {
        phase: "Pending",
        phaseSince: "2026-12-01T18:00:00.000Z",
        evidence: { attainmentIfDone: "0.9951", cacheCause: "none", alternatives: ["wait"] },
      },
    });
    expect(objectAt(object(), "metadata")).not.toHaveProperty("ownerReferences");
    await store.stop();
  });

  it("opened twice is one", async () => {
    const { store, api } = await bench();
    await store.open(opening(OUT), EVIDENCE);
    await store.open(opening(OUT), EVIDENCE);
    expect(api.list("ScaleDecision")).toHaveLength(1);
    await store.stop();
  });

  it("whose status was lost on the way gets it at the second try", async () => {
    const { store, api, object } = await bench();
    api.fail({ method: "PATCH", path: PATH, fault: { kind: "answer", status: 403 } });
    await expect(store.open(opening(OUT), EVIDENCE)).rejects.toMatchObject({ code: "forbidden" });
    await store.open(opening(OUT), EVIDENCE);
    expect(object()).toMatchObject({ status: { phase: "Pending", evidence: {} } });
    await store.stop();
  });

  it("under a name that another specification has is a conflict", async () => {
    const { store } = await bench();
    await store.open(opening(OUT), EVIDENCE);
    const other = { ...OUT, toRacksAtMost: rackCount(7) };
    await expect(store.open(opening(other), EVIDENCE)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("ScaleDecision agents/gb200-a-out-1"),
    });
    await store.stop();
  });

  it("shows the verdicts of people", async () => {
    const { store, api, timers } = await bench();
    await store.open(opening(OUT), EVIDENCE);
    const approvals = [{ by: "olga", verdict: "Approve", reason: "launch" }];
    api.edit(rawDecision(), { spec: { approvals } }, "olga");
    await timers.settle();
    expect(await store.list()).toMatchObject([{ approvals }]);
    await store.stop();
  });

  it("that cannot be read is left out and reported", async () => {
    const { store, api, timers, warnings } = await bench();
    api.put(rawDecision({ reason: { code: "whim", text: "" } }));
    await timers.settle();
    expect(await store.list()).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/gb200-a-out-1.*found whim/)]);
    await store.stop();
  });
});

describe("a phase", () => {
  it("is written with the count that was asked for, and kept afterwards", async () => {
    const { store, object } = await bench();
    await store.open(opening(OUT), EVIDENCE);
    await store.setPhase(phase("Executing", 5));
    expect(await store.list()).toMatchObject([{ phase: "Executing", askedRacks: 5 }]);
    await store.setPhase(phase("Done"));
    expect(await store.list()).toMatchObject([{ phase: "Done", askedRacks: 5 }]);
    expect(object()).toMatchObject({ status: { evidence: { cacheCause: "none" } } });
    await store.stop();
  });

  it("set again writes nothing", async () => {
    const { store, api } = await bench();
    await store.open(opening(OUT), EVIDENCE);
    await store.setPhase(phase("Executing", 5));
    const before = api.callsTo("PATCH", PATH).length;
    await store.setPhase(phase("Executing", 5));
    expect(api.callsTo("PATCH", PATH)).toHaveLength(before);
    await store.stop();
  });

  it("Executing holds the object until the end", async () => {
    const { store, api, object, timers } = await bench();
    await store.open(opening(OUT), EVIDENCE);
    await store.setPhase(phase("Executing", 5));
    expect(object()).toMatchObject({ metadata: { finalizers: [FINALIZER] } });
    await store.setPhase(phase("Cancelled"));
    await timers.settle();
    expect(object()).toMatchObject({ metadata: { finalizers: [] } });
    expect(api.list("ScaleDecision")).toHaveLength(1);
    await store.stop();
  });

  it("survives an approval written in between", async () => {
    const { store, api, object } = await bench();
    await store.open(opening(OUT), EVIDENCE);
    const approve = () =>
      void api.edit(rawDecision(), { metadata: { annotations: { seen: "yes" } } });
    api.fail({ method: "PATCH", path: PATH, fault: { kind: "first", run: approve } });
    await store.setPhase(phase("Executing", 5));
    expect(object()).toMatchObject({
      metadata: { finalizers: [FINALIZER], annotations: { seen: "yes" } },
      status: { phase: "Executing" },
    });
    await store.stop();
  });

  it.each([
    ["Executing", "rejects"],
    ["Cancelled", "resolves"],
  ] as const)("%s of a deleted decision %s", async (to, how) => {
    const { store, api } = await bench();
    await store.open(opening(OUT), EVIDENCE);
    api.delete(rawDecision());
    const result = store.setPhase(phase(to));
    if (how === "rejects") await expect(result).rejects.toMatchObject({ code: "not-found" });
    else await expect(result).resolves.toBeUndefined();
    await store.stop();
  });
});

describe("a closed decision", () => {
  it("is listed for an hour", async () => {
    const { store, timers } = await bench();
    await store.open(opening(OUT), EVIDENCE);
    await store.setPhase(phase("Done"));
    await timers.advance(3_599_000);
    expect(await store.list()).toHaveLength(1);
    await timers.advance(1_000);
    expect(await store.list()).toEqual([]);
    await store.stop();
  });

  it.each([
    ["2026-11-01T18:00:01Z", "Done", 1],
    ["2026-11-01T18:00:00Z", "Done", 0],
    ["2026-11-01T18:00:00Z", "Executing", 1],
  ])("is kept for 30 days: since %s %s", async (phaseSince, phase, left) => {
    const { store, api, timers } = await bench();
    api.put({ ...rawDecision(), status: { phase, phaseSince } });
    api.edit(rawDecision(), { status: { phase, phaseSince } });
    await timers.settle();
    await store.sweep();
    expect(api.list("ScaleDecision")).toHaveLength(left);
    await store.stop();
  });

  it("whose finalizer a dying run left behind is freed", async () => {
    const { store, api, object, timers } = await bench();
    await store.open(opening(OUT), EVIDENCE);
    await store.setPhase(phase("Executing", 5));
    api.edit(rawDecision(), { status: { phase: "Done", phaseSince: "2026-12-01T18:00:00Z" } });
    await timers.settle();
    await store.sweep();
    expect(object()).toMatchObject({ metadata: { finalizers: [] } });
    await store.stop();
  });
});

describe("the store", () => {
  it("lists nothing before it has seen everything", async () => {
    const kube = kubeBench();
    const store = decisionStore({ ...kube, clock: kube.timers.clock });
    await expect(store.list()).rejects.toMatchObject({ code: "unreachable" });
  });

  it("shows its own writes at once, before the watch does", async () => {
    const { store, api } = await bench();
    api.watches()[0]?.reset();
    await store.open(opening(OUT), EVIDENCE);
    expect(await store.list()).toEqual([OUT]);
    await store.stop();
  });
});
