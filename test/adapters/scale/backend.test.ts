import { describe, expect, it } from "vitest";
import { type Json, metaOf, numberAt } from "../../../src/adapters/kubernetes/decode.ts";
import { discovery } from "../../../src/adapters/kubernetes/discovery.ts";
import { scaleBackend } from "../../../src/adapters/scale/backend.ts";
import { rackCount } from "../../../src/core/units.ts";
import { rackBackendContract } from "../../contracts/rack-backend.ts";
import { fakeWorld } from "../../support/backed-kinds/fake-world.ts";
import { gardenerKind, openshiftKind } from "../../support/backed-kinds/machine-kinds.ts";
import { deploymentKind } from "../../support/backed-kinds/node-kinds.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { deployment, scalePool } from "../../support/kube-objects.ts";

const SCALE = /deployments\/gb200-a\/scale/;

function bench(replicas: number) {
  const kube = kubeBench();
  const object = kube.api.put(deployment(replicas));
  const backend = scaleBackend({ client: kube.client, discovery: discovery(kube.client) });
  const change = { uid: metaOf(object).uid, from: rackCount(4), to: rackCount(5) };
  const replicasNow = () => numberAt(kube.api.get(object), "spec", "replicas");
  return { ...kube, object, backend, pool: scalePool(), change, replicasNow };
}

rackBackendContract("a Deployment's scale", () => fakeWorld(deploymentKind), { faults: true });

const MARKING = { "an OpenShift MachineSet": openshiftKind, "a Gardener pool": gardenerKind };
for (const [what, kind] of Object.entries(MARKING)) {
  rackBackendContract(what, () => fakeWorld(kind), { faults: true, marks: true });
}

describe("an object with a scale subresource", () => {
  it("is refused while it counts part of a rack", async () => {
    const { backend, pool } = bench(20);
    expect((await backend.read(pool)).refusals).toEqual([
      {
        code: "pool-refused",
        text: expect.stringMatching(
          /Deployment gb200-a spec.replicas: found 20, expected a multiple of 18/,
        ),
      },
    ]);
  });

  it("is refused while the cluster autoscaler sizes it", async () => {
    const { backend, pool, api, object } = bench(72);
    const key = "cluster.x-k8s.io/cluster-api-autoscaler-node-group-min-size";
    api.edit(object, { metadata: { annotations: { [key]: "1" } } });
    expect((await backend.read(pool)).refusals[0]?.text).toContain(`annotations["${key}"]: found`);
  });

  it("counts whole racks of what is there", async () => {
    const { backend, pool, api, object } = bench(72);
    api.edit(object, { status: { replicas: 53 } });
    expect((await backend.read(pool)).count).toMatchObject({ desired: 4, current: 2 });
  });

  it.each([
    ["whose kind is not served", { kind: "MachineDeployment" }, "pool-unknown"],
    ["without a scale subresource", { apiVersion: "v1", kind: "ConfigMap" }, "pool-refused"],
  ])("%s is refused by name", async (_what, target: Json, code) => {
    const { backend, api } = bench(72);
    api.put({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "gb200-a", namespace: "infra" },
    });
    const { refusals } = await backend.read(scalePool("gb200-a", target));
    expect(refusals).toMatchObject([
      { code, text: expect.stringContaining(String(target["kind"])) },
    ]);
  });

  it("must be named with the scope it has", async () => {
    const { backend } = bench(72);
    await expect(backend.read(scalePool("gb200-a", { namespace: "" }))).rejects.toMatchObject({
      code: "invalid",
      message: 'Deployment gb200-a: found namespace "", expected a namespace',
    });
  });

  it("asks the API only once where its kind is served", async () => {
    const { backend, pool, api } = bench(72);
    await backend.read(pool);
    await backend.read(pool);
    expect(api.callsTo("GET", /\/apis\/apps\/v1$/)).toHaveLength(1);
  });
});

describe("a write to a scale subresource", () => {
  it("that took effect before a 500 is found done", async () => {
    const { backend, pool, api, timers, change, replicasNow } = bench(72);
    api.fail({ method: "PATCH", path: SCALE, fault: { kind: "done-but", status: 500 } });
    const outcome = await timers.runUntil(backend.write(pool, change));
    expect(outcome).toEqual({ kind: "AlreadyDone" });
    expect(replicasNow()).toBe(90);
  });

  it("conflicts when somebody else was faster", async () => {
    const { backend, pool, api, object, change, replicasNow } = bench(72);
    const meddle = () => void api.edit(object, { spec: { replicas: 36 } });
    api.fail({ method: "PATCH", path: SCALE, fault: { kind: "first", run: meddle } });
    expect(await backend.write(pool, change)).toMatchObject({ kind: "Conflict" });
    expect(replicasNow()).toBe(36);
  });

  it.each([405, 415])("uses PUT where the server answers a patch with %i", async (status) => {
    const { backend, pool, api, change, replicasNow } = bench(72);
    api.fail({ method: "PATCH", path: SCALE, fault: { kind: "answer", status } });
    expect(await backend.write(pool, change)).toEqual({ kind: "Written" });
    expect(replicasNow()).toBe(90);
    expect(api.callsTo("PUT", SCALE)).toHaveLength(1);
  });

  it("by PUT is guarded by the version that was read", async () => {
    const { backend, pool, api, object, change, replicasNow } = bench(72);
    const meddle = () => void api.edit(object, { spec: { replicas: 36 } });
    api.fail({ method: "PATCH", path: SCALE, fault: { kind: "answer", status: 405 } });
    api.fail({ method: "PUT", path: SCALE, fault: { kind: "first", run: meddle } });
    expect(await backend.write(pool, change)).toMatchObject({ kind: "Conflict" });
    expect(replicasNow()).toBe(36);
  });
});

describe("Machines behind a scale subresource", () => {
  const NODES = ["a1", "a2", "b1", "b2"].map((name) => ({ name, uid: `uid-of-${name}` }));

  function marking(kind: typeof openshiftKind) {
    const kube = kubeBench();
    const object = kube.api.put(kind.object("gb200-a", 4));
    const machines = NODES.flatMap((node) => kind.behind("gb200-a", node)).map((machine) =>
      kube.api.put(machine),
    );
    const backend = kind.backend(kube.client);
    const pool = kind.pool("gb200-a");
    const lower = (victims = NODES.slice(2)) => {
      const change = { uid: metaOf(object).uid, from: rackCount(2), to: rackCount(1), victims };
      return backend.write(pool, change);
    };
    return { ...kube, object, machines, backend, pool, lower };
  }

  const annotated = (key: string, value: string): Json => ({
    metadata: { annotations: { [key]: value } },
  });

  const rivals: readonly (readonly [string, typeof openshiftKind, Json])[] = [
    [
      "marked of old",
      openshiftKind,
      annotated("machine.openshift.io/cluster-api-delete-machine", "1"),
    ],
    ["that failed", openshiftKind, { status: { errorReason: "CreateError" } }],
    ["of priority 0", gardenerKind, annotated("machinepriority.machine.sapcloud.io", "0")],
    ["of priority 1", gardenerKind, annotated("machinepriority.machine.sapcloud.io", "1")],
    ["of priority 2", gardenerKind, annotated("machinepriority.machine.sapcloud.io", "2")],
    [
      "told to end",
      gardenerKind,
      annotated("node.machine.sapcloud.io/trigger-deletion-by-mcm", "true"),
    ],
    [
      "that failed and is replaced",
      gardenerKind,
      { status: { currentStatus: { phase: "Failed" } } },
    ],
  ];
  it.each(rivals)("one %s elsewhere keeps the count up", async (_what, kind, edit) => {
    const { api, machines, lower } = marking(kind);
    for (const machine of machines.slice(0, 1)) api.edit(machine, edit);
    expect(await lower()).toMatchObject({ found: expect.stringMatching(/machine-of-a1 could go/) });
  });

  it.each([
    ["priority 3", annotated("machinepriority.machine.sapcloud.io", "3")],
    ["no number as priority", annotated("machinepriority.machine.sapcloud.io", "soon")],
    ["an unknown phase", { status: { currentStatus: { phase: "Unknown" } } }],
  ])("one of Gardener's with %s goes after the marked ones", async (_what, edit) => {
    const { api, machines, lower } = marking(gardenerKind);
    for (const machine of machines.slice(0, 1)) api.edit(machine, edit);
    expect(await lower()).toEqual({ kind: "Written" });
  });

  it.each([
    ["OpenShift's random order", openshiftKind, "Conflict"],
    ["Gardener's phases", gardenerKind, "Written"],
  ])(
    "that never became nodes go with a short rack as far as %s says",
    async (_what, kind, expected) => {
      const { api, machines, lower } = marking(kind);
      for (const machine of machines.slice(3)) {
        api.edit(machine, { metadata: { labels: { node: null } }, status: null });
        api.edit(machine, { status: { currentStatus: { phase: "Pending" } } });
      }
      expect((await lower(NODES.slice(2, 3))).kind).toBe(expected);
    },
  );

  it.each([openshiftKind, gardenerKind])("are there once they are ready", async (kind) => {
    const { api, object, machines, backend, pool } = marking(kind);
    api.edit(object, { status: { replicas: 4, readyReplicas: 2 } });
    for (const machine of machines) api.edit(machine, { spec: { providerID: "a://b" } });
    expect((await backend.read(pool)).count).toMatchObject({ desired: 2, current: 1, granted: 2 });
  });

  it("are not marked in a rollout", async () => {
    const { api, object, lower } = marking(gardenerKind);
    api.edit(object, { status: { replicas: 4, updatedReplicas: 3 } });
    expect(await lower()).toMatchObject({ found: expect.stringMatching(/found 3 of 4 Machines/) });
  });

  it("are not marked before a change of the object is observed", async () => {
    const { api, object, lower } = marking(gardenerKind);
    api.edit(object, { status: { replicas: 4, updatedReplicas: 4, observedGeneration: 0 } });
    expect(await lower()).toMatchObject({ found: expect.stringMatching(/generation 0 observed/) });
  });

  it.each([
    [openshiftKind, { errorReason: "InsufficientResources", errorMessage: "quota exceeded" }],
    [
      gardenerKind,
      {
        lastOperation: {
          state: "Failed",
          errorCode: "ResourceExhausted",
          description: "QuotaExceeded",
        },
      },
    ],
  ])("say why they wait", async (kind, status) => {
    const { api, machines, backend, pool } = marking(kind);
    for (const machine of machines.slice(3)) {
      api.edit(machine, { metadata: { labels: { node: null } }, status: null });
      api.edit(machine, { status });
    }
    expect((await backend.read(pool)).count).toMatchObject({ stock: "quota" });
  });

  it.each([
    [
      openshiftKind,
      annotated("machine.openshift.io/cluster-api-autoscaler-node-group-max-size", "9"),
      /autoscaler-node-group-max-size"\]: found it/,
    ],
    [
      gardenerKind,
      annotated("node.machine.sapcloud.io/trigger-deletion-by-mcm", "machine-of-a1"),
      /trigger-deletion-by-mcm"\]: found it/,
    ],
    [gardenerKind, { spec: { selector: null } }, /spec.selector.matchLabels: found none/],
  ])(
    "are refused where somebody else sizes them, or nothing tells them",
    async (kind, edit, text) => {
      const { api, object, backend, pool } = marking(kind);
      api.edit(object, edit);
      expect((await backend.read(pool)).refusals[0]?.text).toMatch(text);
    },
  );
});
