import { describe, expect, it } from "vitest";
import { rejectDecision } from "../../../src/adapters/decision-store/reject.ts";
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
  const reject = () =>
    rejectDecision(kube.client, { namespace: "agents", name: NAME, reason: "INC-4711" });
  const approvals = () => valueAt(kube.api.get(stored), "spec", "approvals");
  return { ...kube, stored, reject, approvals };
}

const NO = { by: "alice", verdict: "Reject", reason: "INC-4711" };
const BOB = { by: "bob", verdict: "Approve", reason: "ok" };

describe("a person's no to a decision", () => {
  it("is given in the name that the API server knows them by", async () => {
    const { reject, approvals } = bench({}, "Executing");
    expect(await reject()).toEqual({ by: "alice", phase: "Executing" });
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
