import { describe, expect, it } from "vitest";
import { coreweaveBackend } from "../../../src/adapters/coreweave/backend.ts";
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import { metaOf, objectAt } from "../../../src/adapters/kubernetes/decode.ts";
import { rackCount } from "../../../src/core/units.ts";
import { rackBackendContract } from "../../contracts/rack-backend.ts";
import { fakeWorld } from "../../support/backed-kinds/fake-world.ts";
import { coreweaveKind } from "../../support/backed-kinds/node-kinds.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { coreweavePool, nodePool, RACK_NODES } from "../../support/kube-objects.ts";

const PATH = /nodepools\/gb200-a/;

function bench(spec: Json) {
  const kube = kubeBench();
  const object = kube.api.put(nodePool(spec));
  return { ...kube, object, backend: coreweaveBackend(kube), pool: coreweavePool() };
}

rackBackendContract("CoreWeave counting racks", () => fakeWorld(coreweaveKind("targetRacks", 1)), {
  faults: true,
});
rackBackendContract(
  "CoreWeave counting nodes",
  () => fakeWorld(coreweaveKind("targetNodes", RACK_NODES)),
  { faults: true },
);

describe("a CoreWeave NodePool", () => {
  it.each([
    [
      "is autoscaled",
      { targetRacks: 4, autoscaling: true },
      /NodePool gb200-a spec.autoscaling: found true, expected false/,
    ],
    [
      "counts part of a rack",
      { targetNodes: 20 },
      /NodePool gb200-a spec.targetNodes: found 20, expected a multiple of 18/,
    ],
    [
      "has both counts",
      { targetRacks: 4, targetNodes: 72 },
      /NodePool gb200-a spec: found both targetRacks and targetNodes, expected exactly one/,
    ],
    [
      "takes racks that serve",
      { targetRacks: 4, lifecycle: { scaleDownStrategy: "PreferIdle" } },
      /NodePool gb200-a spec.lifecycle.scaleDownStrategy: found PreferIdle, expected IdleOnly/,
    ],
    [
      "is spot while its RackPool says otherwise",
      { targetRacks: 4, computeClass: "spot" },
      /NodePool gb200-a spec.computeClass: found spot, expected default: .*kind: OnDemand/,
    ],
    ["has neither count", {}, /NodePool gb200-a spec: found neither of them, expected exactly one/],
  ])("that %s is refused and not written", async (_what, spec, text) => {
    const { backend, pool, api, object } = bench(spec);
    expect(await backend.read(pool)).toEqual({
      count: null,
      refusals: [{ code: "pool-refused", text: expect.stringMatching(text) }],
    });
    const change = { uid: metaOf(object).uid, from: rackCount(4), to: rackCount(5) };
    expect(await backend.write(pool, change)).toMatchObject({ kind: "Conflict" });
    expect(api.callsTo("PATCH", PATH)).toEqual([]);
  });

  it.each([
    ["nothing yet", {}, { current: 0, stock: "unknown" }],
    ["racks", { rackStatus: { current: 3 }, currentNodes: 71 }, { current: 3 }],
    ["nodes of two and a half racks", { currentNodes: 45 }, { current: 2 }],
    ["capacity", { conditions: [condition("Capacity", "True")] }, { stock: "available" }],
    ["no capacity", { conditions: [condition("Capacity", "False")] }, { stock: "stockout" }],
    ["quota used up", { conditions: [condition("Quota", "False", "Over")] }, { stock: "quota" }],
    [
      "quota used up, as older ones say it",
      { conditions: [condition("AtTarget", "False", "CWOverQuota")] },
      { stock: "quota" },
    ],
    ["no quota", { conditions: [condition("Quota", "False", "NotSet")] }, { stock: "unknown" }],
  ])("reports %s", async (_what, status, expected) => {
    const { backend, pool, api, object } = bench({ targetRacks: 4 });
    api.edit(object, { status });
    expect((await backend.read(pool)).count).toMatchObject({ desired: 4, ...expected });
  });
});

describe("events about a CoreWeave NodePool", () => {
  const event = (about: string, reason: string, lastTimestamp: string): Json => ({
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${about}.${reason}`, namespace: "default" },
    involvedObject: { kind: "NodePool", name: about },
    reason,
    message: "see the console",
    lastTimestamp,
  });
  const AFTER = "2026-12-01T18:05:00Z";

  it.each([
    ["of a stock-out", event("gb200-a", "CWInsufficientCapacity", AFTER), "stockout"],
    ["of a quota", event("gb200-a", "CWOverQuota", AFTER), "quota"],
    ["of something else", event("gb200-a", "CWNodeAssigned", AFTER), "unknown"],
    ["of another pool", event("gb200-b", "CWOverQuota", AFTER), "unknown"],
    ["from before", event("gb200-a", "CWOverQuota", "2026-12-01T17:00:00Z"), "unknown"],
  ])("%s say why it waits, or not", async (_what, said, stock) => {
    const { backend, pool, api } = bench({ targetRacks: 4 });
    api.put(said);
    expect((await backend.read(pool)).count).toMatchObject({ stock });
  });

  it("are not asked for once all racks are there", async () => {
    const { backend, pool, api, object } = bench({ targetRacks: 4 });
    api.edit(object, { status: { rackStatus: { current: 4 } } });
    await backend.read(pool);
    expect(api.callsTo("GET", /events/)).toEqual([]);
  });

  it("that may not be read change nothing else", async () => {
    const { backend, pool, api } = bench({ targetRacks: 4 });
    api.fail({ method: "GET", path: /events/, fault: { kind: "answer", status: 403 } });
    expect((await backend.read(pool)).count).toMatchObject({ desired: 4, stock: "unknown" });
  });
});

describe("a write to a CoreWeave NodePool", () => {
  const change = (object: Json) => ({
    uid: metaOf(object).uid,
    from: rackCount(4),
    to: rackCount(5),
  });

  it("is one JSON Patch that tests uid and old count", async () => {
    const { backend, pool, api, object } = bench({ targetRacks: 4 });
    await backend.write(pool, change(object));
    expect(api.callsTo("PATCH", PATH)).toHaveLength(1);
    expect(api.callsTo("PATCH", /fieldManager=breakwater/)).toHaveLength(1);
  });

  it("that took effect before a 500 is found done", async () => {
    const { backend, pool, api, object, timers } = bench({ targetRacks: 4 });
    api.fail({ method: "PATCH", path: PATH, fault: { kind: "done-but", status: 500 } });
    const outcome = await timers.runUntil(backend.write(pool, change(object)));
    expect(outcome).toEqual({ kind: "AlreadyDone" });
    expect(objectAt(api.get(object), "spec")).toMatchObject({ targetRacks: 5 });
  });

  it("whose connection breaks is repeated", async () => {
    const { backend, pool, api, object, timers } = bench({ targetRacks: 4 });
    api.fail({ method: "PATCH", path: PATH, fault: { kind: "reset" } });
    expect(await timers.runUntil(backend.write(pool, change(object)))).toEqual({ kind: "Written" });
  });

  it.each([
    ["is changed", { spec: { targetRacks: 9 } }, /is 9, expected 4 or 5/],
    ["is put under an autoscaler", { spec: { autoscaling: true, targetRacks: 9 } }, /autoscaling/],
  ])("conflicts when the pool %s between read and write", async (_what, edit, found) => {
    const { backend, pool, api, object } = bench({ targetRacks: 4 });
    const meddle = { kind: "first" as const, run: () => void api.edit(object, edit) };
    api.fail({ method: "PATCH", path: PATH, fault: meddle });
    expect(await backend.write(pool, change(object))).toEqual({
      kind: "Conflict",
      found: expect.stringMatching(found),
    });
    expect(objectAt(api.get(object), "spec")).toMatchObject({ targetRacks: 9 });
  });

  it("conflicts when the pool is recreated between read and write", async () => {
    const { backend, pool, api, object } = bench({ targetRacks: 4 });
    const recreate = () => {
      api.delete(object);
      api.put(nodePool({ targetRacks: 4 }));
    };
    api.fail({ method: "PATCH", path: PATH, fault: { kind: "first", run: recreate } });
    expect(await backend.write(pool, change(object))).toMatchObject({ kind: "Conflict" });
    expect(objectAt(api.get(object), "spec")).toMatchObject({ targetRacks: 4 });
  });

  it("raises what the server has against it", async () => {
    const { backend, pool, api, object } = bench({ targetRacks: 4 });
    const body = JSON.stringify({ kind: "Status", reason: "Invalid", message: "over the maximum" });
    api.fail({ method: "PATCH", path: PATH, fault: { kind: "answer", status: 422, body } });
    await expect(backend.write(pool, change(object))).rejects.toMatchObject({
      code: "invalid",
      message: "patching NodePool gb200-a: 422 Invalid: over the maximum",
    });
  });
});

const condition = (type: string, status: string, reason = ""): Json => ({ type, status, reason });
