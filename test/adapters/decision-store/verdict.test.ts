import { describe, expect, it } from "vitest";
import { giveVerdict } from "../../../src/adapters/decision-store/verdict.ts";
import { type Json, valueAt } from "../../../src/adapters/kubernetes/decode.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { rawDecision } from "../../support/raw-objects.ts";

const NAME = "gb200-a-in-2";
const ALICE = JSON.stringify({ status: { userInfo: { username: "alice" } } });

function bench(spec: Json, phase?: string) {
  const kube = kubeBench();
  const decision = { ...rawDecision(spec, NAME) };
  const stored = kube.api.put({ ...decision, ...(phase && { status: { phase } }) });
  kube.api.fail({
    method: "POST",
    path: /selfsubjectreviews/,
    fault: { kind: "answer", status: 201, body: ALICE },
  });
  const given = { namespace: "agents", name: NAME, reason: "INC-4711" };
  const reject = () => giveVerdict(kube.client, { ...given, verdict: "Reject" });
  const approve = () => giveVerdict(kube.client, { ...given, verdict: "Approve" });
  const approvals = () => valueAt(kube.api.get(stored), "spec", "approvals");
  return { ...kube, stored, approve, reject, approvals };
}

const NO = { by: "alice", verdict: "Reject", reason: "INC-4711" };
const BOB = { by: "bob", verdict: "Approve", reason: "ok" };

describe("a person's no to a decision", () => {
  it("is given in the name that the API server knows them by", async () => {
    const { reject, approvals } = bench({}, "Executing");
    expect(await reject()).toMatchObject({ by: "alice", phase: "Executing" });
    expect(approvals()).toEqual([NO]);
  });

  it("leaves others' verdicts and turns their own yes", async () => {
    const yes = { by: "alice", verdict: "Approve", reason: "ok" };
    const { reject, approvals } = bench({ approvals: [yes, BOB] }, "Executing");
    await reject();
    expect(approvals()).toEqual([BOB, NO]);
  });

  it("goes through where the controller writes in between", async () => {
    const { api, stored, reject, approvals } = bench({}, "Approved");
    const run = () => void api.edit(stored, { status: { phase: "Executing" } }, "breakwater");
    api.fail({ method: "PATCH", path: /scaledecisions/, fault: { kind: "first", run } });
    await reject();
    expect(approvals()).toEqual([NO]);
  });

  it.each(["Done", "Cancelled", "Rejected"])("is refused for one that is %s", async (phase) => {
    const { reject, approvals } = bench({}, phase);
    await expect(reject()).rejects.toThrow(`agents/${NAME} is ${phase}: found nothing left`);
    expect(approvals() ?? []).toEqual([]);
  });
});

const YES = { by: "alice", verdict: "Approve", reason: "INC-4711" };

describe("a person's yes to a decision", () => {
  it("is added to others', and tells what was consented to", async () => {
    const { approve, approvals } = bench({ approvals: [BOB] }, "Pending");
    expect(await approve()).toEqual({
      by: "alice",
      phase: "Pending",
      fleet: "coder",
      direction: "Out",
      pool: "gb200-a",
      fromRacks: 4,
      toRacksAtMost: 6,
      maxUsdPerHour: "",
      why: "Forecast demand needs 6 racks.",
      approvals: 2,
      requiredApprovals: 2,
      expiresAt: "2026-12-01T18:15:00Z",
      onExpiry: "Drop",
      evidence: {
        attainmentIfDone: "",
        attainmentIfNot: "",
        confidence: "",
        cacheCause: "",
        alternatives: [],
      },
    });
    expect(approvals()).toEqual([BOB, YES]);
  });

  it.each([
    ["Executing", "it waits for no approval"],
    ["Approved", "it waits for no approval"],
    ["Expired", "nobody is asked any more"],
    ["Done", "nobody is asked any more"],
  ])("is refused for one that is %s", async (phase, text) => {
    const { approve, approvals } = bench({}, phase);
    await expect(approve()).rejects.toThrow(`agents/${NAME} is ${phase}: ${text}`);
    expect(approvals() ?? []).toEqual([]);
  });

  it.each(["Approve", "Reject"])("is not given twice, nor after one's own %s", async (verdict) => {
    const before = { by: "alice", verdict, reason: "earlier" };
    const { approve, approvals } = bench({ approvals: [before] }, "Pending");
    await expect(approve()).rejects.toThrow(`alice has said ${verdict} before`);
    expect(approvals()).toEqual([before]);
  });
});
