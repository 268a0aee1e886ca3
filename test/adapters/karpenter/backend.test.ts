import { describe, expect, it } from "vitest";
import { karpenterBackend } from "../../../src/adapters/karpenter/backend.ts";
import { type Json, metaOf, numberAt } from "../../../src/adapters/kubernetes/decode.ts";
import { rackCount } from "../../../src/core/units.ts";
import { rackBackendContract } from "../../contracts/rack-backend.ts";
import { fakeWorld } from "../../support/backed-kinds/fake-world.ts";
import { karpenterKind, nodeClaim } from "../../support/backed-kinds/node-kinds.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { pod } from "../../support/kube-objects.ts";

rackBackendContract("a static Karpenter NodePool", () => fakeWorld(karpenterKind), {
  faults: true,
});

const ref = (name: string) => ({ name, uid: `uid-of-${name}` });
/** Three racks of two nodes; the last is to go. */
const NODES = ["a1", "a2", "b1", "b2", "c1", "c2"].map(ref);
const RACK = NODES.slice(4);

function bench() {
  const kube = kubeBench();
  const object = kube.api.put(karpenterKind.object("gb200-a", 6));
  for (const node of NODES) kube.api.put(nodeClaim("gb200-a", node));
  for (const { name } of NODES.slice(0, 4)) {
    kube.api.put(pod(`engine-${name}`, { node: name, gpus: "4" }));
  }
  const backend = karpenterBackend(kube);
  const pool = karpenterKind.pool("gb200-a");
  const lower = (victims = RACK) => {
    const change = { uid: metaOf(object).uid, from: rackCount(3), to: rackCount(2), victims };
    return backend.write(pool, change);
  };
  const replicas = () => numberAt(kube.api.get(object), "spec", "replicas");
  return { ...kube, object, backend, pool, lower, replicas };
}

const daemon = (name: string, node: string, annotations: Json = {}): Json => {
  const ownerReferences = [
    { apiVersion: "apps/v1", kind: "DaemonSet", name: "agent", uid: "u", controller: true },
  ];
  return pod(name, { node, metadata: { annotations, ownerReferences } });
};

const without = (index: number): Json => {
  const node = NODES[index] ?? ref("none");
  return nodeClaim("gb200-a", node);
};

describe("a static NodePool gives back", () => {
  it("the emptied rack, as no other node is empty", async () => {
    const { lower, replicas } = bench();
    expect(await lower()).toEqual({ kind: "Written" });
    expect(replicas()).toBe(4);
  });

  it("a rack on which only DaemonSets' pods run", async () => {
    const { lower, api } = bench();
    api.put(daemon("agent-c1", "c1"));
    expect(await lower()).toEqual({ kind: "Written" });
  });

  const never = { nodeName: "", providerID: "" };
  it("what never launched, with the part of a rack that came", async () => {
    const { lower, api } = bench();
    api.edit(without(5), { status: never });
    expect(await lower(RACK.slice(0, 1))).toEqual({ kind: "Written" });
  });

  const refusals: readonly (readonly [string, RegExp, (kube: ReturnType<typeof bench>) => void])[] =
    [
      [
        "another node is empty too",
        /node b2 is empty as well/,
        ({ api }) => api.delete(pod("engine-b2")),
      ],
      [
        "another node has DaemonSets' pods alone",
        /node b2 is empty as well/,
        ({ api }) => {
          api.delete(pod("engine-b2"));
          api.put(daemon("agent-b2", "b2", { "karpenter.sh/do-not-disrupt": "10m" }));
        },
      ],
      [
        "a pod that ended stands on the rack",
        /node c2 still has pod agents\/job: Karpenter could take another/,
        ({ api }) => api.put(pod("job", { node: "c2" })),
      ],
      [
        "a DaemonSet's pod on the rack must not be disrupted",
        /node c1 still has pod agents\/agent-c1/,
        ({ api }) => api.put(daemon("agent-c1", "c1", { "karpenter.sh/do-not-disrupt": "true" })),
      ],
      [
        "a claim elsewhere never launched",
        /the rack has 2 nodes, and 1 NodeClaims are no nodes yet/,
        ({ api }) => api.edit(without(0), { status: never }),
      ],
      [
        "a claim is being replaced",
        /found 5 NodeClaims that are not being deleted, expected 6/,
        ({ api }) =>
          api.edit(without(0), { metadata: { deletionTimestamp: "2026-12-01T18:00:00Z" } }),
      ],
      [
        "the rack's claim is gone",
        /found no NodeClaim of node c1/,
        ({ api }) => api.edit(without(4), { status: { nodeName: "d1" } }),
      ],
    ];
  it.each(refusals)("nothing while %s", async (_what, found, change) => {
    const kube = bench();
    change(kube);
    expect(await kube.lower()).toEqual({ kind: "Conflict", found: expect.stringMatching(found) });
    expect(kube.replicas()).toBe(6);
  });
});

describe("a Karpenter NodePool", () => {
  it("that follows pods is refused", async () => {
    const { api, backend, pool, object } = bench();
    const { spec, ...rest } = object;
    expect(spec).toBeDefined();
    api.delete(object);
    api.put({ ...rest, spec: { template: {} } });
    expect(await backend.read(pool)).toEqual({
      count: null,
      refusals: [
        {
          code: "pool-refused",
          text: expect.stringMatching(
            /NodePool gb200-a spec.replicas: found none.*static NodePool/,
          ),
        },
      ],
    });
  });

  it.each([
    ["a number", 7],
    ["a quantity", "7"],
  ])("says how far it may grow, its limit being %s", async (_what, nodes) => {
    const { api, backend, pool, object } = bench();
    api.edit(object, { spec: { limits: { nodes } } });
    expect((await backend.read(pool)).count?.bounds).toEqual({ least: 0, most: 3 });
  });

  const launched = (status: string, message: string): Json => ({
    conditions: [{ type: "Launched", status, reason: "LaunchFailed", message }],
    nodeName: "",
    providerID: "",
  });

  it.each([
    ["a stock-out", launched("Unknown", "InsufficientInstanceCapacity: none"), "stockout"],
    ["a quota", launched("Unknown", "VcpuLimitExceeded: more than 100"), "quota"],
    ["nothing yet", { nodeName: "", providerID: "" }, "unknown"],
  ])("tells of %s and of what is launched", async (_what, status, stock) => {
    const { api, backend, pool, object } = bench();
    api.edit(object, { status: { nodes: 4 } });
    api.edit(without(5), { status });
    expect((await backend.read(pool)).count).toMatchObject({ current: 2, granted: 2, stock });
  });

  it.each([
    ["a NodeClass that is gone", "NodeClassReady", "False", "other"],
    ["nodes that do not register", "NodeRegistrationHealthy", "False", "other"],
    ["nothing while it is ready", "NodeClassReady", "True", "unknown"],
    ["nothing by what only sums it up", "Ready", "False", "unknown"],
  ])("tells of %s where no claim does", async (_what, type, status, stock) => {
    const { api, backend, pool, object } = bench();
    const message = "NodeClass not found on cluster";
    const conditions = [{ type, status, reason: "NodeClassNotFound", message }];
    api.edit(object, { status: { nodes: 4, conditions } });
    expect((await backend.read(pool)).count).toMatchObject({ stock });
  });

  it.each([
    ["gb200-a-x7k2p", "stockout"],
    ["gb200-a-b-x7k2p", "unknown"],
  ])("takes an event about claim %s for %s", async (name, stock) => {
    const { api, backend, pool } = bench();
    api.put({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: `${name}.1`, namespace: "default" },
      involvedObject: { kind: "NodeClaim", name },
      reason: "InsufficientCapacityError",
      message: "no capacity",
      lastTimestamp: "2026-12-01T18:05:00Z",
    });
    expect((await backend.read(pool)).count).toMatchObject({ stock });
  });
});
