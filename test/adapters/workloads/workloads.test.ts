import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import { metaOf } from "../../../src/adapters/kubernetes/decode.ts";
import { COST_ANNOTATION } from "../../../src/adapters/workloads/decode.ts";
import { discovery } from "../../../src/adapters/kubernetes/discovery.ts";
import { workloads } from "../../../src/adapters/workloads/workloads.ts";
import { compileFleet } from "../../../src/config/compile-fleet.ts";
import type { CompiledFleet } from "../../../src/core/compiled.ts";
import { epochMs } from "../../../src/core/units.ts";
import { BUDGET_ANNOTATION } from "../../support/kube-api/eviction.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { pod, type PodTraits } from "../../support/kube-objects.ts";
import { type Raw, rawFleet } from "../../support/raw-objects.ts";

const unit = { unit: { gpus: 8 }, unitsPerRack: 8 };
const BY_LABELS = [
  { name: "engine", target: { selector: { app: "engine" } }, role: "Decode", ...unit },
];
const deploymentTarget = { apiVersion: "apps/v1", kind: "Deployment", name: "coder" };
const BY_TARGET = [{ name: "engine", target: deploymentTarget, ...unit }];

function fleet(entries: readonly Raw[]): CompiledFleet {
  const compiled = compileFleet(rawFleet({ workloads: entries }), epochMs(0));
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  return compiled.value;
}

async function bench(...objects: readonly Json[]) {
  const kube = kubeBench();
  const stored = objects.map((object) => kube.api.put(object));
  const running = workloads({ ...kube, discovery: discovery(kube.client) });
  running.start();
  await kube.timers.settle();
  return { ...kube, stored, workloads: running };
}

const gpuPod = (name: string, traits: PodTraits = {}) => pod(name, { gpus: "4", ...traits });
const engine = (name: string, traits: PodTraits = {}) =>
  gpuPod(name, { labels: { app: "engine" }, ...traits });

const coderObject = (kind: string, status: Json, generation = 1): Json => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name: "coder", namespace: "agents", generation },
  spec: { replicas: 4, selector: { matchLabels: { app: "engine" } } },
  status,
});

describe("the pods on the racks", () => {
  it("that are nobody's any more still show what we marked", async () => {
    const costs = (cost: string) => ({ metadata: { annotations: { [COST_ANNOTATION]: cost } } });
    const kube = await bench(
      gpuPod("left", { node: "n1", ...costs("-1000") }),
      gpuPod("theirs", { node: "n1", ...costs("-5") }),
    );
    const { pods } = await kube.workloads.read([]);
    expect(pods.map(({ name, leftMarked }) => [name, leftMarked])).toEqual([
      ["left", true],
      ["theirs", undefined],
    ]);
    await kube.workloads.stop();
  });

  it("belong to the fleet that their labels say, in its namespace only", async () => {
    const kube = await bench(
      engine("ours"),
      engine("elsewhere", { namespace: "other" }),
      gpuPod("stranger"),
    );
    const { pods } = await kube.workloads.read([fleet(BY_LABELS)]);
    expect(pods.map(({ name, fleet: of, role }) => [name, of, role])).toEqual([
      ["ours", "agents/coder", "Decode"],
      ["stranger", null, "Aggregated"],
      ["elsewhere", null, "Aggregated"],
    ]);
    await kube.workloads.stop();
  });

  it("belong to the fleet whose target selects them", async () => {
    const kube = await bench(engine("ours"), coderObject("Deployment", {}));
    const { pods } = await kube.workloads.read([fleet(BY_TARGET)]);
    expect(pods).toMatchObject([{ name: "ours", fleet: "agents/coder" }]);
    await kube.workloads.stop();
  });

  it("are strangers when the target does not exist", async () => {
    const kube = await bench(engine("ours"));
    const { pods } = await kube.workloads.read([fleet(BY_TARGET)]);
    expect(pods).toMatchObject([{ name: "ours", fleet: null }]);
    await kube.workloads.stop();
  });

  const daemon = { metadata: { ownerReferences: [{ kind: "DaemonSet", name: "d" }] } };
  const mirror = { metadata: { annotations: { "kubernetes.io/config.mirror": "x" } } };
  it.each([
    ["without GPUs and of no fleet", pod("p")],
    ["of a DaemonSet", gpuPod("p", daemon)],
    ["that are static", gpuPod("p", mirror)],
    ["that are not bound yet", gpuPod("p", { node: "" })],
  ])("leave out those %s", async (_what, object) => {
    const kube = await bench(object);
    expect((await kube.workloads.read([fleet(BY_LABELS)])).pods).toEqual([]);
    await kube.workloads.stop();
  });

  it.each([
    ["without GPUs but of the fleet", pod("p", { labels: { app: "engine" } })],
    [
      "with GPUs by claim",
      { ...pod("p"), spec: { nodeName: "n", resourceClaims: [{ name: "gpu" }] } },
    ],
  ])("include those %s", async (_what, object) => {
    const kube = await bench(object);
    expect((await kube.workloads.read([fleet(BY_LABELS)])).pods).toHaveLength(1);
    await kube.workloads.stop();
  });

  it("say since when they are ready, and whether they are ending", async () => {
    const kube = await bench(
      engine("ending", { metadata: { deletionTimestamp: "2026-12-01T18:00:00Z" } }),
      engine("ready", { readySince: "2026-12-01T17:00:00Z" }),
    );
    expect((await kube.workloads.read([fleet(BY_LABELS)])).pods).toMatchObject([
      { name: "ending", ready: false, readySince: null, terminating: true },
      { name: "ready", ready: true, readySince: Date.UTC(2026, 11, 1, 17), terminating: false },
    ]);
    await kube.workloads.stop();
  });
});

describe("a rollout", () => {
  it.each<[string, Json, number, boolean, string]>([
    ["Deployment", { observedGeneration: 1 }, 2, true, "not yet observed"],
    ["Deployment", { observedGeneration: 2, replicas: 5, updatedReplicas: 1 }, 2, true, "old pods"],
    ["Deployment", { observedGeneration: 2, replicas: 4, updatedReplicas: 4 }, 2, false, "done"],
    ["Deployment", { observedGeneration: 2, replicas: 3, updatedReplicas: 3 }, 2, false, "growing"],
    [
      "StatefulSet",
      { replicas: 4, updatedReplicas: 1, currentRevision: "a", updateRevision: "b" },
      1,
      true,
      "two revisions",
    ],
    [
      "StatefulSet",
      { replicas: 4, updatedReplicas: 0, currentRevision: "a", updateRevision: "a" },
      1,
      false,
      "one revision",
    ],
  ])("of a %s with %j at generation %i: %s, %s", async (kind, status, generation, rolling) => {
    const kube = await bench(coderObject(kind, status));
    kube.api.edit(coderObject(kind, {}), { spec: { paused: generation > 1 ? true : null } });
    const target = { ...deploymentTarget, kind };
    const { rollouts } = await kube.workloads.read([fleet([{ name: "engine", target, ...unit }])]);
    expect(rollouts).toEqual(rolling ? ["agents/coder"] : []);
    await kube.workloads.stop();
  });

  it("is looked for once a tick, not once a group", async () => {
    const kube = await bench(coderObject("Deployment", {}));
    for (let group = 0; group < 5; group += 1) await kube.workloads.read([fleet(BY_TARGET)]);
    expect(kube.api.callsTo("GET", /deployments\/coder/)).toHaveLength(1);
    await kube.timers.advance(15_000);
    await kube.workloads.read([fleet(BY_TARGET)]);
    expect(kube.api.callsTo("GET", /deployments\/coder/)).toHaveLength(2);
    await kube.workloads.stop();
  });
});

describe("a workload that cannot be read", () => {
  const forbidden = { kind: "answer", status: 403 } as const;
  const place = "InferenceFleet agents/coder spec.workloads[engine].target";
  const other: CompiledFleet = { ...fleet(BY_LABELS), key: "agents/other", name: "other" };

  it("is its own fleet's problem, and the others are read on", async () => {
    const kube = await bench(engine("ours"));
    kube.api.fail({ path: /deployments\/coder/, fault: forbidden });
    const { pods, unreadable } = await kube.workloads.read([fleet(BY_TARGET), other]);
    expect(pods).toMatchObject([{ name: "ours", fleet: "agents/other" }]);
    expect(unreadable).toEqual([
      {
        fleet: "agents/coder",
        code: "workload-unknown",
        text: expect.stringContaining(`${place}: reading Deployment`),
      },
    ]);
    await kube.workloads.stop();
  });

  it("keeps the pods that it was last seen to select", async () => {
    const kube = await bench(engine("ours"), coderObject("Deployment", {}));
    await kube.workloads.read([fleet(BY_TARGET)]);
    await kube.timers.advance(15_000);
    kube.api.fail({ path: /deployments\/coder/, fault: forbidden });
    const { pods, unreadable } = await kube.workloads.read([fleet(BY_TARGET)]);
    expect(pods).toMatchObject([{ name: "ours", fleet: "agents/coder" }]);
    expect(unreadable).toMatchObject([{ fleet: "agents/coder" }]);
    await kube.workloads.stop();
  });

  it("is said to be missing where there is none", async () => {
    const kube = await bench();
    const { unreadable } = await kube.workloads.read([fleet(BY_TARGET)]);
    const text = `${place}: found no apps/v1 Deployment agents/coder, expected one.`;
    expect(unreadable).toEqual([{ fleet: "agents/coder", code: "workload-unknown", text }]);
    await kube.workloads.stop();
  });
});

describe("an eviction", () => {
  const refOf = (object: Json | undefined) => {
    const { namespace, name, uid } = metaOf(object);
    return { namespace, name, uid };
  };

  it("goes through the eviction API", async () => {
    const kube = await bench(engine("p"));
    expect(await kube.workloads.evict(refOf(kube.stored[0]))).toEqual({ kind: "Evicted" });
    expect(kube.api.callsTo("POST", /pods\/p\/eviction/)).toHaveLength(1);
    await kube.workloads.stop();
  });

  it("that a budget refuses is blocked, and not repeated", async () => {
    const annotations = { [BUDGET_ANNOTATION]: "engine" };
    const kube = await bench(engine("p", { metadata: { annotations } }));
    expect(await kube.workloads.evict(refOf(kube.stored[0]))).toEqual({
      kind: "Blocked",
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
    });
    expect(kube.api.callsTo("POST", /eviction/)).toHaveLength(1);
    await kube.workloads.stop();
  });

  it("of a replaced pod whose successor's budget refuses is of a pod that is gone", async () => {
    const annotations = { [BUDGET_ANNOTATION]: "engine" };
    const kube = await bench(engine("p", { metadata: { annotations } }));
    const ref = { ...refOf(kube.stored[0]), uid: "uid-before" };
    expect(await kube.workloads.evict(ref)).toEqual({ kind: "Gone" });
    await kube.workloads.stop();
  });

  it("that the server throttles is repeated: no budget refused it", async () => {
    const kube = await bench(engine("p"));
    kube.api.fail({ method: "POST", path: /eviction/, fault: { kind: "answer", status: 429 } });
    const evicted = kube.timers.runUntil(kube.workloads.evict(refOf(kube.stored[0])));
    expect(await evicted).toEqual({ kind: "Evicted" });
    await kube.workloads.stop();
  });

  it.each([
    ["is gone", {}],
    ["was replaced under its name", { replaced: true }],
  ])("of a pod that %s spares the new one", async (_what, { replaced }: { replaced?: boolean }) => {
    const kube = await bench(engine("p"));
    kube.api.delete(engine("p"));
    if (replaced === true) kube.api.put(engine("p"));
    expect(await kube.workloads.evict(refOf(kube.stored[0]))).toEqual({ kind: "Gone" });
    expect(kube.api.get(engine("p"))).not.toMatchObject({
      metadata: { deletionTimestamp: expect.anything() },
    });
    await kube.workloads.stop();
  });
});
