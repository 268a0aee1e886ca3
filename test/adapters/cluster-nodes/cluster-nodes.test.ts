import { describe, expect, it } from "vitest";
import { clusterNodes } from "../../../src/adapters/cluster-nodes/cluster-nodes.ts";
import { type Json, metaOf } from "../../../src/adapters/kubernetes/decode.ts";
import { millis } from "../../../src/core/units.ts";
import { COUNTED_KINDS, MEMBER_LABEL, setPool } from "../../support/counted-pools.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import {
  coreweavePool,
  node,
  type NodeTraits,
  resourceSlice,
  scalePool,
} from "../../support/kube-objects.ts";

const POOL_LABEL = { "compute.coreweave.com/node-pool": "gb200-a" };
const COREWEAVE_DOMAIN = "ds.coreweave.com/nvlink.domain";
const CLIQUE = "nvidia.com/gpu.clique";

async function bench(...objects: readonly Json[]) {
  const kube = kubeBench();
  const stored = objects.map((object) => kube.api.put(object));
  const nodes = clusterNodes(kube);
  nodes.start();
  await kube.timers.settle();
  const refs = stored.map((object) => ({ name: metaOf(object).name, uid: metaOf(object).uid }));
  const listed = async () => nodes.list([coreweavePool()]);
  return { ...kube, nodes, refs, stored, listed };
}

const inPool = (name: string, { labels, ...traits }: NodeTraits = {}) =>
  node(name, { labels: { ...POOL_LABEL, ...labels }, ...traits });

const interruptions = {
  taints: ["karpenter.sh/disrupted"],
  conditions: ["PreemptScheduled"],
  noticeMs: millis(30_000),
  expectedEveryMs: millis(3_600_000),
};

const withParts = (object: Json, parts: Json): Json => ({ ...object, ...parts });

describe("the nodes of a pool", () => {
  it("are those with all of its labels", async () => {
    const { nodes } = await bench(inPool("n1"), node("n2"), node("n3", { labels: { pool: "b" } }));
    const listed = await nodes.list([coreweavePool(), scalePool("b")]);
    expect(listed.map(({ name, pool }) => [name, pool])).toEqual([
      ["n1", "gb200-a"],
      ["n3", "b"],
    ]);
    await nodes.stop();
  });

  it.each([
    ["the provider's label first", { [CLIQUE]: "c.1", [COREWEAVE_DOMAIN]: "rack-7" }, "rack-7"],
    ["the runtime's next", { [CLIQUE]: "c.1" }, "c.1"],
    ["an empty label as none", { [COREWEAVE_DOMAIN]: "" }, null],
    ["none while it boots", {}, null],
  ])("carry their domain: %s", async (_what, labels, domain) => {
    const { nodes, listed } = await bench(inPool("n1", { labels }));
    expect(await listed()).toMatchObject([{ domain }]);
    await nodes.stop();
  });

  it("that carry only a later label are in the domain that their neighbours name", async () => {
    const { nodes, listed } = await bench(
      inPool("n1", { labels: { [CLIQUE]: "c" } }),
      inPool("n2", { labels: { [CLIQUE]: "c", [COREWEAVE_DOMAIN]: "rack-7" } }),
    );
    expect(await listed()).toMatchObject([{ domain: "rack-7" }, { domain: "rack-7" }]);
    await nodes.stop();
  });

  it("show who fences them", async () => {
    const taint = { key: "maintenance", effect: "NoExecute" };
    const { nodes, listed } = await bench(
      inPool("n1", { spec: { taints: [taint] } }),
      inPool("n2"),
    );
    const [first, second] = await listed();
    expect(first).toMatchObject({ fencedBy: "maintenance" });
    expect(second).not.toHaveProperty("fencedBy");
    await nodes.stop();
  });

  it.each([
    [
      "a taint, not taken for a fence although all bear it",
      { spec: { taints: [{ key: "karpenter.sh/disrupted", effect: "NoSchedule" }] } },
      "karpenter.sh/disrupted",
    ],
    [
      "AKS's condition",
      { status: { conditions: [{ type: "PreemptScheduled", status: "True" }] } },
      "PreemptScheduled",
    ],
    [
      "not one that is False",
      { status: { conditions: [{ type: "PreemptScheduled", status: "False" }] } },
      undefined,
    ],
  ])("show that their provider takes them: %s", async (_what, change, notice) => {
    const { nodes } = await bench(withParts(inPool("n1"), change));
    const pool = coreweavePool();
    const [found] = await nodes.list([{ ...pool, supply: { ...pool.supply, interruptions } }]);
    expect(found?.notice).toBe(notice);
    expect(found).not.toHaveProperty("fencedBy");
    await nodes.stop();
  });

  it("have the GPUs of the device plugin, or those that can be claimed", async () => {
    const { nodes, listed } = await bench(
      inPool("n1", { gpus: "0" }),
      inPool("n2"),
      resourceSlice("n1", 4),
    );
    expect(await listed()).toMatchObject([{ gpusAllocatable: 4 }, { gpusAllocatable: 4 }]);
    await nodes.stop();
  });

  it("say which object of its set each belongs to, where they do", async () => {
    const pool = setPool(COUNTED_KINDS.kcc);
    const labels = { pool: "gb200-a" };
    const { nodes } = await bench(
      node("n1", { labels: { ...labels, [MEMBER_LABEL]: "sub-3" } }),
      node("n2", { labels }),
    );
    const [first, second] = await nodes.list([pool]);
    expect(first).toMatchObject({ name: "n1", member: "sub-3" });
    expect(second).not.toHaveProperty("member");
    await nodes.stop();
  });

  it("show readiness, GPUs, age and cordon", async () => {
    const { nodes, listed } = await bench(
      inPool("n1", { ready: false, gpus: "3", spec: { unschedulable: true } }),
    );
    expect(await listed()).toEqual([
      {
        name: "n1",
        uid: "uid-1",
        pool: "gb200-a",
        domain: null,
        ready: false,
        cordoned: true,
        fencedBy: "cordon",
        gpusAllocatable: 3,
        createdAt: Date.UTC(2026, 11, 1, 18),
      },
    ]);
    await nodes.stop();
  });

  it("cannot be listed before they were", async () => {
    const kube = kubeBench();
    await expect(clusterNodes(kube).list([])).rejects.toMatchObject({ code: "unreachable" });
  });
});

describe("nodes of no pool", () => {
  it("are told by the marks of ours that they bear, and by no other", async () => {
    const spec = { unschedulable: true };
    const noted = (name: string, key: string, value: string, labels = {}): Json =>
      withParts(node(name, key === "cordoned-by" ? { spec } : {}), {
        metadata: { name, labels, annotations: { [`breakwater.dev/${key}`]: value } },
      });
    const { nodes } = await bench(
      noted("ours", "cordoned-by", "breakwater"),
      node("theirs", { spec: { ...spec, taints: [{ key: "x", effect: "NoSchedule" }] } }),
      noted("fenced", "fenced-with", "team/reclaim"),
      node("lent", { labels: { "breakwater.dev/lent-at": "1" } }),
      noted("pooled", "cordoned-by", "breakwater", POOL_LABEL),
    );
    const found = await nodes.marked([coreweavePool()]);
    expect(found.map(({ name, cordoned: by, loanLeft }) => [name, by, loanLeft])).toEqual([
      ["fenced", false, "team/reclaim"],
      ["lent", false, ""],
      ["ours", true, null],
    ]);
    expect(await nodes.marked([coreweavePool(), scalePool("b")])).toHaveLength(3);
    await nodes.stop();
  });
});

describe("a cordon", () => {
  it("keeps new pods off a rack's nodes, and can be taken back", async () => {
    const kube = await bench(inPool("n1"), inPool("n2"));
    await kube.nodes.cordon(kube.refs);
    expect(await kube.listed()).toMatchObject([{ cordoned: true }, { cordoned: true }]);
    await kube.nodes.uncordon(kube.refs);
    expect(await kube.listed()).toMatchObject([{ cordoned: false }, { cordoned: false }]);
    expect(kube.api.get(inPool("n1"))).toMatchObject({ spec: {}, metadata: { annotations: {} } });
    await kube.nodes.stop();
  });

  it("is written once, however often it is asked for", async () => {
    const kube = await bench(inPool("n1"));
    await kube.nodes.cordon(kube.refs);
    await kube.nodes.cordon(kube.refs);
    expect(kube.api.callsTo("PATCH", /nodes/)).toHaveLength(1);
    await kube.nodes.stop();
  });

  it("of somebody else stays theirs", async () => {
    const kube = await bench(inPool("n1", { spec: { unschedulable: true } }));
    await kube.nodes.cordon(kube.refs);
    await kube.nodes.uncordon(kube.refs);
    expect(await kube.listed()).toMatchObject([{ cordoned: true }]);
    expect(kube.api.callsTo("PATCH", /nodes/)).toEqual([]);
    await kube.nodes.stop();
  });

  it.each([
    ["gone", (api: Awaited<ReturnType<typeof bench>>["api"]) => api.delete(inPool("n1"))],
    [
      "replaced under its name",
      (api: Awaited<ReturnType<typeof bench>>["api"]) => {
        api.delete(inPool("n1"));
        api.put(inPool("n1"));
      },
    ],
  ])("leaves a node alone that is %s", async (_what, change) => {
    const kube = await bench(inPool("n1"));
    change(kube.api);
    await kube.nodes.cordon(kube.refs);
    expect(kube.api.callsTo("PATCH", /nodes/)).toEqual([]);
    await kube.nodes.stop();
  });

  it("is tried again when the kubelet wrote the node in between", async () => {
    const kube = await bench(inPool("n1"));
    const heartbeat = () => void kube.api.edit(inPool("n1"), { status: { beat: 1 } });
    kube.api.fail({ method: "PATCH", path: /n1/, fault: { kind: "first", run: heartbeat } });
    await kube.nodes.cordon(kube.refs);
    expect(await kube.listed()).toMatchObject([{ cordoned: true }]);
    await kube.nodes.stop();
  });

  it("of many nodes reaches the others when one fails, and raises that", async () => {
    const kube = await bench(inPool("n1"), inPool("n2"));
    kube.api.fail({ method: "PATCH", path: /n1/, fault: { kind: "answer", status: 403 } });
    await expect(kube.nodes.cordon(kube.refs)).rejects.toMatchObject({ code: "forbidden" });
    expect(await kube.listed()).toMatchObject([{ cordoned: false }, { cordoned: true }]);
    await kube.nodes.stop();
  });
});
