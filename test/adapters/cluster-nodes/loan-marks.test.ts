import { describe, expect, it } from "vitest";
import { clusterNodes } from "../../../src/adapters/cluster-nodes/cluster-nodes.ts";
import { loanMarks } from "../../../src/adapters/cluster-nodes/loan-marks.ts";
import { type Json, metaOf } from "../../../src/adapters/kubernetes/decode.ts";
import { epochMs } from "../../../src/core/units.ts";
import { FENCE, someTerms } from "../../support/builders/loans.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { coreweavePool, node } from "../../support/kube-objects.ts";

const AT = epochMs(1_800_000_000_000);
const POOL = { ...coreweavePool(), loan: someTerms() };
const theirs = { key: "nvidia.com/gpu", effect: "NoSchedule", value: "present" };
const inPool = (spec = {}) =>
  node("n1", { labels: { "compute.coreweave.com/node-pool": "gb200-a" }, spec });

async function bench(object: Json) {
  const kube = kubeBench();
  const { uid } = metaOf(kube.api.put(object));
  const nodes = clusterNodes(kube);
  nodes.start();
  await kube.timers.settle();
  return { ...kube, nodes, ref: { name: "n1", uid } };
}

describe("a node of a pool with a loan", () => {
  it("is fenced beside the taints of others, and lent again since then", async () => {
    const { nodes, ref } = await bench(inPool({ taints: [theirs] }));
    await nodes.fence([ref], FENCE);
    expect(await nodes.list([POOL])).toMatchObject([{ fenced: true }]);
    await nodes.unfence([ref], FENCE, AT);
    const [seen] = await nodes.list([POOL]);
    expect(seen).toMatchObject({ lentAt: AT });
    expect(seen).not.toHaveProperty("fenced");
    await nodes.fence([ref], FENCE);
    const [back] = await nodes.list([POOL]);
    expect(back).toMatchObject({ fenced: true });
    expect(back).not.toHaveProperty("lentAt");
    await nodes.stop();
  });

  it("is patched once, however often it is asked for, and never another of its name", async () => {
    const { nodes, ref, api } = await bench(inPool());
    const patches = () => api.callsTo("PATCH", /nodes/).length;
    await nodes.fence([{ ...ref, uid: "another" }], FENCE);
    await nodes.fence([{ name: "gone", uid: "gone" }], FENCE);
    expect(patches()).toBe(0);
    await nodes.fence([ref], FENCE);
    await nodes.fence([ref], FENCE);
    expect(patches()).toBe(1);
    await nodes.unfence([ref], FENCE, AT);
    await nodes.unfence([ref], FENCE, epochMs(AT + 1));
    expect(patches()).toBe(2);
    expect(await nodes.list([POOL])).toMatchObject([{ lentAt: AT }]);
    await nodes.stop();
  });

  it("that bears the fence counts as one that takes pods: the fleets' tolerate it", async () => {
    const own = someTerms({ fenceTaint: "example.com/lent" });
    const { nodes, ref } = await bench(inPool());
    await nodes.fence([ref], "example.com/lent");
    const [seen] = await nodes.list([{ ...POOL, loan: own }]);
    expect(seen).toMatchObject({ fenced: true });
    expect(seen).not.toHaveProperty("fencedBy");
    await nodes.stop();
  });
});

describe("a node whose pool has no loan any more", () => {
  const bare = coreweavePool();
  const own = "example.com/lent";

  it.each([
    ["was fenced", false],
    ["was lent", true],
  ])("that %s shows it, and bears nothing of it once that is taken off", async (_what, lent) => {
    const { nodes, ref, api } = await bench(inPool({ taints: [theirs] }));
    await nodes.fence([ref], own);
    if (lent) await nodes.unfence([ref], own, AT);
    const [seen] = await nodes.list([bare]);
    expect(seen).toMatchObject({ loanLeft: lent ? "" : own });
    expect(seen).not.toHaveProperty("fencedBy");
    for (const times of [1, 2]) {
      await nodes.unfence([ref], seen?.loanLeft ?? "", null);
      expect(api.callsTo("PATCH", /nodes/)).toHaveLength((lent ? 2 : 1) + 1);
      const [left] = await nodes.list([bare]);
      expect([times, left?.loanLeft, left?.lentAt]).toEqual([times, undefined, undefined]);
    }
    const kept = api.get(node("n1"));
    expect(kept).toMatchObject({ spec: { taints: [theirs] } });
    const { labels, annotations } = metaOf(kept ?? {});
    expect([Object.keys(labels), annotations]).toEqual([["compute.coreweave.com/node-pool"], {}]);
    await nodes.stop();
  });

  it("keeps a fence that is not ours: the provider sets it on new nodes", async () => {
    const { nodes } = await bench(inPool({ taints: [{ key: FENCE, effect: "NoSchedule" }] }));
    const [seen] = await nodes.list([bare]);
    expect(seen).not.toHaveProperty("loanLeft");
    await nodes.stop();
  });

  it("a fence of another key is put in the place of ours, and goes with it", async () => {
    const { nodes, ref, api } = await bench(inPool());
    await nodes.fence([ref], own);
    await nodes.fence([ref], FENCE);
    const taints = () => api.get(node("n1"));
    expect(taints()).toMatchObject({ spec: { taints: [{ key: FENCE, effect: "NoSchedule" }] } });
    await nodes.fence([ref], own);
    await nodes.unfence([ref], FENCE, AT);
    expect(taints()).toMatchObject({ spec: { taints: [] } });
    await nodes.stop();
  });
});

describe("the mark that a node is lent", () => {
  const marked = (value: string) => ({
    name: "n1",
    uid: "u1",
    labels: { "breakwater.dev/lent-at": value },
    ready: true,
    cordoned: false,
    cordonedByUs: false,
    fencedWith: null,
    taints: [],
    conditions: [],
    gpusAllocatable: POOL.rack.gpusPerNode,
    createdAt: AT,
  });

  it("counts as old where it is no instant, and as left over in a pool without a loan", () => {
    expect(loanMarks(marked(`${AT}`), POOL.loan)).toEqual({ lentAt: AT });
    expect(loanMarks(marked("yes"), POOL.loan)).toEqual({ lentAt: 0 });
    expect(loanMarks(marked(`${AT}`), undefined)).toEqual({ loanLeft: "" });
  });

  it("is a value that a label may have", () => {
    expect(String(AT)).toMatch(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/);
  });
});
