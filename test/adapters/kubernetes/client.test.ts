import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import { NODES, PODS } from "../../../src/adapters/kubernetes/resources.ts";
import type { Fault } from "../../support/kube-api/faults.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { node } from "../../support/kube-objects.ts";

const AT = { resource: NODES, namespace: "", name: "n1" };
const PATH = /nodes\/n1/;

const answer = (status: number, more: Partial<Extract<Fault, { kind: "answer" }>> = {}): Fault => ({
  kind: "answer",
  status,
  ...more,
});
const statusBody = (reason: string, message: string, details: Json = {}) =>
  JSON.stringify({ kind: "Status", reason, message, details });

describe("a call that fails", () => {
  it.each([
    ["401", answer(401, { body: statusBody("Unauthorized", "who?") }), "unauthorized"],
    ["403", answer(403, { body: statusBody("Forbidden", "no") }), "forbidden"],
    ["404", answer(404, { body: statusBody("NotFound", "none") }), "not-found"],
    ["409", answer(409, { body: statusBody("Conflict", "stale") }), "conflict"],
    ["422", answer(422, { body: statusBody("Invalid", "bad") }), "invalid"],
    ["a redirect", answer(302), "bad-answer"],
    ["HTML", answer(200, { body: "<html>login</html>" }), "bad-answer"],
  ])("with %s is not repeated", async (_what, fault, code) => {
    const { api, client } = kubeBench();
    api.fail({ path: PATH, fault });
    await expect(client.get(AT)).rejects.toMatchObject({ name: "PortError", code });
    expect(api.calls).toHaveLength(1);
  });

  it.each([
    ["500", answer(500), "server-error"],
    ["503", answer(503), "server-error"],
    ["429", answer(429), "rate-limited"],
    ["a broken connection", { kind: "reset" } as const, "unreachable"],
    ["no answer", { kind: "hang" } as const, "timeout"],
  ])("with %s is repeated three times, then raised", async (_what, fault, code) => {
    const { api, client, timers } = kubeBench();
    api.fail({ path: PATH, fault, times: 9 });
    await expect(timers.runUntil(client.get(AT))).rejects.toMatchObject({ code });
    expect(api.calls).toHaveLength(4);
  });

  it("succeeds when a repetition does", async () => {
    const { api, client, timers } = kubeBench();
    api.put(node("n1"));
    api.fail({ path: PATH, fault: answer(503), times: 3 });
    expect(await timers.runUntil(client.get(AT))).toMatchObject({ metadata: { name: "n1" } });
  });

  it("waits as long as the server asks, and a little more", async () => {
    const { api, client, timers } = kubeBench();
    api.put(node("n1"));
    api.fail({ path: PATH, fault: answer(429, { headers: { "retry-after": "7" } }) });
    const call = client.get(AT);
    await timers.advance(7_000);
    expect(api.calls).toHaveLength(1);
    await timers.advance(200);
    expect(api.calls).toHaveLength(2);
    await call;
  });

  it("is raised at once when the server asks for more than half a minute", async () => {
    const { api, client } = kubeBench();
    api.fail({ path: PATH, fault: answer(429, { headers: { "retry-after": "31" } }) });
    await expect(client.get(AT)).rejects.toMatchObject({ code: "rate-limited" });
  });

  it("is raised at once when its caller knows that repeating is hopeless", async () => {
    const { api, client } = kubeBench();
    api.fail({ path: PATH, fault: answer(500) });
    await expect(client.get(AT, { hopeless: () => true })).rejects.toMatchObject({
      code: "server-error",
    });
  });

  it("is given up after its deadline, body included", async () => {
    const { api, client, timers } = kubeBench();
    api.fail({ path: PATH, fault: { kind: "hang" } });
    const call = client.get(AT, { attempts: 1, deadlineMs: 3_000 });
    const raised = expect(call).rejects.toMatchObject({
      code: "timeout",
      message: "reading Node n1: no answer within 3 s",
    });
    await timers.advance(3_000);
    await raised;
  });
});

describe("an error's message", () => {
  it.each([
    [
      "a Status",
      answer(403, { body: statusBody("Forbidden", "nodes is forbidden") }),
      "patching Node n1: 403 Forbidden: nodes is forbidden",
    ],
    [
      "plain text",
      answer(404, { body: "page not found\n" }),
      "patching Node n1: 404: page not found",
    ],
    ["nothing", answer(404), "patching Node n1: 404: no body"],
  ])("says what was done and what came back: %s", async (_what, fault, message) => {
    const { api, client } = kubeBench();
    api.fail({ path: PATH, fault });
    await expect(client.mergePatch(AT, {})).rejects.toMatchObject({ message });
  });

  it("says why there was no connection", async () => {
    const { api, client } = kubeBench();
    api.fail({ path: PATH, fault: { kind: "reset" } });
    await expect(client.get(AT, { attempts: 1 })).rejects.toMatchObject({
      message: "reading Node n1: fetch failed: other side closed",
    });
  });
});

describe("a patch", () => {
  it("tests and changes in one request", async () => {
    const { api, client } = kubeBench();
    const object = api.put(node("n1", { spec: { podCIDR: "10.0.0.0/24" } }));
    await client.jsonPatch(AT, [
      { op: "test", path: "/spec/podCIDR", value: "10.0.0.0/24" },
      { op: "add", path: "/spec/unschedulable", value: true },
    ]);
    expect(api.get(object)).toMatchObject({ spec: { unschedulable: true } });
  });

  it("whose test fails changes nothing", async () => {
    const { api, client } = kubeBench();
    const object = api.put(node("n1"));
    const patch = client.jsonPatch(AT, [
      { op: "test", path: "/metadata/uid", value: "another" },
      { op: "add", path: "/spec/unschedulable", value: true },
    ]);
    await expect(patch).rejects.toMatchObject({ code: "invalid" });
    expect(api.get(object)).toEqual(object);
  });
});

describe("a list", () => {
  it("comes in pages", async () => {
    const { api, client } = kubeBench();
    for (const name of ["a", "b", "c"]) api.put(node(name));
    const selection = { resource: NODES, namespace: "" };
    const first = await client.listPage(selection, { limit: 2, next: "" });
    expect(first.items).toHaveLength(2);
    const second = await client.listPage(selection, { limit: 2, next: first.next });
    expect(second).toMatchObject({ items: [{ metadata: { name: "c" } }], next: "" });
  });

  it("passes its selectors on", async () => {
    const { api, client } = kubeBench();
    const selection = {
      resource: PODS,
      namespace: "agents",
      labelSelector: "app=engine",
      fieldSelector: "status.phase!=Failed",
    };
    await client.listPage(selection, { limit: 5, next: "" });
    expect(api.calls).toEqual([
      "GET /api/v1/namespaces/agents/pods?labelSelector=app%3Dengine&" +
        "fieldSelector=status.phase%21%3DFailed&limit=5",
    ]);
  });

  it("that is no list is refused", async () => {
    const { api, client } = kubeBench();
    api.fail({ path: /nodes/, fault: answer(200, { body: '{"kind":"Status"}' }) });
    const page = client.listPage({ resource: NODES, namespace: "" }, { limit: 5, next: "" });
    await expect(page).rejects.toMatchObject({ code: "bad-answer" });
  });
});
