import { describe, expect, it } from "vitest";
import { fieldBackend } from "../../../src/adapters/field/backend.ts";
import { type Json, metaOf, objectAt } from "../../../src/adapters/kubernetes/decode.ts";
import { discovery } from "../../../src/adapters/kubernetes/discovery.ts";
import { rackCount } from "../../../src/core/units.ts";
import { rackBackendContract } from "../../contracts/rack-backend.ts";
import {
  COUNTED_KINDS,
  FIELD_KINDS,
  type CountedKind,
  countedObject,
  fieldPool,
} from "../../support/counted-pools.ts";
import { fieldWorld } from "../../support/counted-worlds.ts";
import { fakeSurroundings } from "../../support/fake-surroundings.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { RACK_NODES } from "../../support/kube-objects.ts";

const { kcc, ack, aso, rancher } = COUNTED_KINDS;

/** Four racks of nodes, or so many nodes. */
function bench(counted: CountedKind, nodes = 4 * RACK_NODES) {
  const kube = kubeBench();
  const object = kube.api.put(countedObject(counted, nodes));
  const backend = fieldBackend({ client: kube.client, discovery: discovery(kube.client) });
  const pool = fieldPool(counted);
  const uid = metaOf(object).uid;
  const write = (from: number, to: number) =>
    backend.write(pool, { uid, from: rackCount(from), to: rackCount(to) });
  return {
    ...kube,
    object,
    backend,
    pool,
    write,
    edit: (patch: Json, manager?: string) => kube.api.edit(object, patch, manager),
    nodes: () => counted.nodes(objectAt(kube.api.get(object), "spec")),
    refusals: async () => (await backend.read(pool)).refusals.map(({ text }) => text),
  };
}

for (const [name, counted] of Object.entries(FIELD_KINDS)) {
  const start = () => fieldWorld(counted, fakeSurroundings());
  rackBackendContract(`a field of ${name}`, start, { faults: true });
}

describe("a count in a field", () => {
  it.each([
    [20, "ContainerNodePool gb200-a spec.nodeCount: found 20, expected a multiple of 18"],
    [-18, "ContainerNodePool gb200-a spec.nodeCount: found -18, expected a count of nodes"],
    [1.5, "found 1.5, expected a count of nodes"],
  ])("of %d is refused", async (nodes, text) => {
    expect(await bench(kcc, nodes).refusals()).toEqual([expect.stringContaining(text)]);
  });

  it("is refused where there is none, and when the object is being deleted", async () => {
    const { edit, refusals } = bench(kcc);
    edit({ spec: { nodeCount: null }, metadata: { deletionTimestamp: "2026-12-01T18:00:00Z" } });
    expect(await refusals()).toEqual([
      expect.stringContaining("metadata.deletionTimestamp: found one"),
      expect.stringContaining("spec.nodeCount: found no number, expected a count of nodes"),
    ]);
  });

  it("says nothing of racks that are there: nodes tell", async () => {
    const { backend, pool } = bench(aso);
    expect((await backend.read(pool)).count).toMatchObject({ current: null });
  });

  it("is found behind a pointer with escaped keys", async () => {
    const { api, backend } = bench(kcc);
    const odd = { ...kcc, backend: { path: "/spec/example.com~1pool/a~0b" } };
    const spec = { "example.com/pool": { "a~b": 36 } };
    api.put({ ...countedObject(kcc, 0, { name: "odd" }), spec });
    expect((await backend.read(fieldPool(odd, "odd"))).count).toMatchObject({ desired: 2 });
  });

  it.each([
    ["kcc", kcc, { autoscaling: { maxNodeCount: 18 } }, "spec.autoscaling: found it set"],
    ["kcc", kcc, { nodeLocations: ["a", "b"] }, "spec.nodeLocations: found 2 zones, expected one"],
    ["aso", aso, { enableAutoScaling: true }, "spec.enableAutoScaling: found true"],
    [
      "crossplane-gke",
      COUNTED_KINDS["crossplane-gke"],
      { managementPolicies: ["Observe"] },
      "spec.managementPolicies: found Observe, expected Update",
    ],
  ] as const)("of preset %s is refused for what its kind says", async (_, kind, spec, text) => {
    const { edit, refusals } = bench(kind);
    edit({ spec });
    expect(await refusals()).toEqual([expect.stringContaining(text)]);
  });

  it("of a node group that an autoscaler sizes is refused", async () => {
    const { edit, refusals } = bench(ack);
    const key = "eks.services.k8s.aws/desired-size-managed-by";
    edit({ metadata: { annotations: { [key]: "external-autoscaler" } } });
    expect(await refusals()).toEqual([
      expect.stringContaining(`metadata.annotations["${key}"]: found external-autoscaler`),
    ]);
  });

  it.each([
    ["Ready", "False", "UpdateFailed: ZONE_RESOURCE_POOL_EXHAUSTED", "stockout"],
    ["ACK.Recoverable", "True", "VcpuLimitExceeded", "quota"],
    ["Synced", "False", "ReconcileError: RESERVATION_NOT_READY", "reservation"],
    ["Ready", "False", "the resource is being reconciled", "unknown"],
    ["Ready", "True", "an error long past", "unknown"],
    ["ACK.Recoverable", "False", "an error long past", "unknown"],
  ])("with a condition %s %s, %s, has stock %s", async (type, status, message, stock) => {
    const { edit, backend, pool } = bench(kcc);
    edit({ status: { conditions: [{ type, status, reason: "", message }] } });
    expect((await backend.read(pool)).count).toMatchObject({ stock });
  });

  it("of a node group tells the stock from its health issues", async () => {
    const { edit, backend, pool } = bench(ack);
    const issues = [{ code: "AsgInstanceLaunchFailures", message: "InsufficientInstanceCapacity" }];
    edit({ status: { health: { issues } } });
    expect((await backend.read(pool)).count).toMatchObject({ stock: "stockout" });
  });
});

describe("the bounds of a node group", () => {
  it("are read in whole racks", async () => {
    const { backend, pool, edit } = bench(ack);
    edit({ spec: { scalingConfig: { minSize: 1, maxSize: 100 } } });
    expect((await backend.read(pool)).count).toMatchObject({ bounds: { least: 1, most: 5 } });
  });

  it.each([
    [{ maxSize: 80 }, 5, "90 asked for, expected 0 to 80, its own bounds"],
    [{ minSize: 60 }, 3, "54 asked for, expected 60 to 144, its own bounds"],
  ])("%o refuse %i racks and are not changed", async (scalingConfig, to, text) => {
    const { write, edit, nodes } = bench(ack);
    edit({ spec: { scalingConfig } });
    expect(await write(4, to)).toMatchObject({
      kind: "Conflict",
      found: expect.stringContaining(text),
    });
    expect(nodes()).toBe(72);
  });
});

describe("a write to a field", () => {
  const PATCHED = /containernodepools\/gb200-a/;

  it("that took effect before a 500 is found done", async () => {
    const { api, write, timers, nodes } = bench(kcc);
    api.fail({ method: "PATCH", path: PATCHED, fault: { kind: "done-but", status: 500 } });
    expect(await timers.runUntil(write(4, 5))).toEqual({ kind: "AlreadyDone" });
    expect(nodes()).toBe(90);
  });

  it("conflicts when somebody else was faster", async () => {
    const { api, write, edit, nodes } = bench(kcc);
    const meddle = () => void edit({ spec: { nodeCount: 36 } });
    api.fail({ method: "PATCH", path: PATCHED, fault: { kind: "first", run: meddle } });
    expect(await write(4, 5)).toMatchObject({ kind: "Conflict" });
    expect(nodes()).toBe(36);
  });

  it("waits as long as a 429 asks", async () => {
    const { api, write, timers } = bench(kcc);
    const fault = { kind: "answer", status: 429, headers: { "retry-after": "7" } } as const;
    api.fail({ method: "PATCH", path: PATCHED, fault });
    expect(await timers.runUntil(write(4, 5))).toEqual({ kind: "Written" });
  });

  it("never lands in another machine pool that took the index meanwhile", async () => {
    const { api, write, edit, object } = bench(rancher);
    const pools = () => Object(objectAt(api.get(object), "spec", "rkeConfig")).machinePools;
    // As large as ours was: its count alone would not tell it from ours.
    const moved = ["first", "second", "gb200"].map((name) => ({ name, quantity: 72 }));
    const meddle = () => void edit({ spec: { rkeConfig: { machinePools: moved } } });
    api.fail({ method: "PATCH", path: /clusters\/gb200-a/, fault: { kind: "first", run: meddle } });
    await expect(write(4, 5)).rejects.toMatchObject({ code: "invalid" });
    expect(pools()).toEqual(moved);
    // Now that it knows where the pool went.
    expect(await write(4, 5)).toEqual({ kind: "Written" });
    expect(pools()).toEqual([...moved.slice(0, 2), { name: "gb200", quantity: 90 }]);
  });
});
