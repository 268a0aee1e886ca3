import { describe, expect, it } from "vitest";
import { clusterApiBackend } from "../../../src/adapters/cluster-api/backend.ts";
import { type Json, metaOf, numberAt } from "../../../src/adapters/kubernetes/decode.ts";
import { discovery } from "../../../src/adapters/kubernetes/discovery.ts";
import { rackCount } from "../../../src/core/units.ts";
import { rackBackendContract } from "../../contracts/rack-backend.ts";
import { fakeWorld } from "../../support/backed-kinds/fake-world.ts";
import { clusterApiKind, clusterApiMachine } from "../../support/backed-kinds/machine-kinds.ts";
import { kubeBench } from "../../support/kube-bench.ts";

const VERSIONS = ["v1beta2", "v1beta1"] as const;
type Version = (typeof VERSIONS)[number];

for (const version of VERSIONS) {
  for (const kind of ["MachineDeployment", "MachineSet", "MachinePool"] as const) {
    const start = () => fakeWorld(clusterApiKind({ version, kind }));
    rackBackendContract(`a ${kind} of ${version}`, start, { faults: true, marks: true });
  }
}

const ref = (name: string) => ({ name, uid: `uid-of-${name}` });
const NODES = ["a1", "a2", "b1", "b2"].map(ref);
/** Two racks of two nodes; the second is to go. */
const RACK = NODES.slice(2);

type Kind = Parameters<typeof clusterApiKind>[0]["kind"];

function bench(version: Version = "v1beta2", kind: Kind = "MachineDeployment") {
  const kube = kubeBench();
  const { api } = kube;
  const counted = clusterApiKind({ version, kind });
  const object = api.put(counted.object("gb200-a", 4));
  const machines = NODES.map((node) =>
    api.put(clusterApiMachine({ version, kind }, "gb200-a", node)),
  );
  const backend = clusterApiBackend({ client: kube.client, discovery: discovery(kube.client) });
  const pool = counted.pool("gb200-a");
  const lower = (victims = RACK) => {
    const change = { uid: metaOf(object).uid, from: rackCount(2), to: rackCount(1), victims };
    return backend.write(pool, change);
  };
  const replicas = () => numberAt(api.get(object), "spec", "replicas");
  const marked = () =>
    machines.filter((machine) => MARK in metaOf(api.get(machine)).annotations).length;
  return { ...kube, object, machines, backend, pool, lower, replicas, marked };
}

const MARK = "cluster.x-k8s.io/delete-machine";
const condition = (type: string, status: string, reason = "", message = ""): Json => ({
  type,
  status,
  reason,
  message,
});

/** Where each version keeps the conditions that v1beta2 defines. */
const statusWith = (version: Version, ...conditions: readonly Json[]): Json =>
  version === "v1beta2" ? { conditions } : { v1beta2: { conditions } };

const annotated = (key: string): Json => ({ metadata: { annotations: { [key]: "1" } } });
const owned = (kind: string): Json => ({
  metadata: { ownerReferences: [{ kind, name: "big", uid: "u", controller: true }] },
});

describe.each(VERSIONS)("an object of %s", (version) => {
  const refusals: readonly (readonly [string, Json, RegExp])[] = [
    ["is paused", annotated("cluster.x-k8s.io/paused"), /gb200-a: found it paused/],
    ["says it is paused", { spec: { paused: true } }, /gb200-a: found it paused/],
    [
      "is of a paused Cluster",
      { status: statusWith(version, condition("Paused", "True")) },
      /gb200-a: found it paused/,
    ],
    [
      "is sized by the cluster autoscaler",
      annotated("cluster.x-k8s.io/cluster-api-autoscaler-node-group-max-size"),
      /annotations\["cluster.x-k8s.io\/cluster-api-autoscaler-node-group-max-size"\]: found it/,
    ],
    [
      "is sized by somebody who says so",
      annotated("cluster.x-k8s.io/replicas-managed-by"),
      /annotations\["cluster.x-k8s.io\/replicas-managed-by"\]: found it/,
    ],
    ["is sized by another", owned("MachineDeployment"), /controlled by MachineDeployment big/],
    [
      "is being deleted",
      { metadata: { deletionTimestamp: "2026-12-01T18:00:00Z" } },
      /metadata.deletionTimestamp: found one/,
    ],
    ["counts part of a rack", { spec: { replicas: 3 } }, /found 3, expected a multiple of 2/],
    ["has no count", { spec: { replicas: null } }, /spec.replicas: found none, expected a number/],
  ];
  it.each(refusals)("that %s is refused and not written", async (_what, edit, text) => {
    const { api, object, backend, pool, lower } = bench(version);
    api.edit(object, edit);
    expect(await backend.read(pool)).toEqual({
      count: null,
      refusals: [{ code: "pool-refused", text: expect.stringMatching(text) }],
    });
    expect(await lower()).toEqual({ kind: "Conflict", found: expect.stringMatching(text) });
    expect(api.callsTo("PATCH", /gb200-a/)).toEqual([]);
  });

  it("whose count the Cluster's topology writes is refused", async () => {
    const { api, object, backend, pool } = bench(version);
    api.edit(object, { spec: { replicas: 6 } }, "capi-topology");
    expect((await backend.read(pool)).refusals[0]?.text).toMatch(/owned by capi-topology/);
  });

  const unsettled: readonly (readonly [string, Json, RegExp])[] = [
    [
      "it rolls out",
      statusWith(version, condition("RollingOut", "True")),
      /found it rolling out, expected no rollout/,
    ],
    [
      "its controller has not seen the last edit",
      { observedGeneration: 0 },
      /found generation 0 observed, expected 1/,
    ],
    [
      "not all its Machines are of the newest template",
      version === "v1beta2"
        ? { replicas: 4, upToDateReplicas: 3 }
        : { replicas: 4, updatedReplicas: 3 },
      /found 3 of 4 Machines up to date/,
    ],
  ];
  it.each(unsettled)("is not lowered while %s, but may grow", async (_what, status, found) => {
    const { api, object, backend, pool, lower, replicas, marked } = bench(version);
    api.edit(object, { status });
    expect(await lower()).toEqual({ kind: "Conflict", found: expect.stringMatching(found) });
    expect([replicas(), marked()]).toEqual([4, 0]);
    const change = { uid: metaOf(object).uid, from: rackCount(2), to: rackCount(3) };
    expect(await backend.write(pool, change)).toEqual({ kind: "Written" });
  });

  it("counts Machines with a node of their own, not those just made", async () => {
    const { api, object, backend, pool } = bench(version);
    api.edit(object, { status: { replicas: 4, readyReplicas: 3 } });
    expect((await backend.read(pool)).count).toMatchObject({ desired: 2, current: 1 });
  });

  const NO_CAPACITY = "error launching instance: InsufficientInstanceCapacity";
  const ready = condition("InfrastructureReady", "False", "InstanceProvisionFailed", NO_CAPACITY);
  const failed = { failureReason: "CreateError", failureMessage: "QUOTA_EXCEEDED: GPUS" };
  const stocks: readonly (readonly [string, Json, string])[] = [
    ["its infrastructure is not ready", { conditions: [ready] }, "stockout"],
    [
      "it failed for good",
      version === "v1beta2" ? { deprecated: { v1beta1: failed } } : failed,
      "quota",
    ],
    ["it says nothing", {}, "unknown"],
  ];
  it.each(stocks)("waits for a Machine of which %s", async (_what, status, stock) => {
    const { api, machines, backend, pool } = bench(version);
    for (const machine of machines.slice(3)) api.edit(machine, { status: null });
    for (const machine of machines.slice(3)) api.edit(machine, { status });
    expect((await backend.read(pool)).count).toMatchObject({ stock });
  });

  it("tells what the provider has, nodes or not", async () => {
    const { api, machines, backend, pool } = bench(version);
    for (const machine of machines.slice(0, 3))
      api.edit(machine, { spec: { providerID: "a://b" } });
    expect((await backend.read(pool)).count).toMatchObject({ current: 0, granted: 1 });
  });

  it("does not go down while another Machine would go as early", async () => {
    const { api, machines, lower, replicas, marked } = bench(version);
    for (const machine of machines.slice(0, 1)) api.edit(machine, annotated(MARK));
    expect(await lower()).toMatchObject({ found: expect.stringMatching(/machine-of-a1 could go/) });
    expect([replicas(), marked()]).toEqual([4, 1]);
  });

  it.each([
    [
      "a node that is not healthy",
      { status: statusWith(version, condition("NodeHealthy", "False")) },
    ],
    [
      "a failed health check",
      { status: statusWith(version, condition("HealthCheckSucceeded", "False")) },
    ],
  ])("does not give a short rack back while another Machine has %s", async (_what, edit) => {
    const { api, machines, lower } = bench(version);
    for (const machine of machines.slice(3)) api.edit(machine, { status: null });
    for (const machine of machines.slice(0, 1)) api.edit(machine, edit);
    expect(await lower(RACK.slice(0, 1))).toMatchObject({ kind: "Conflict" });
    for (const machine of machines.slice(0, 1))
      api.edit(machine, { status: { conditions: [], v1beta2: null } });
    expect(await lower(RACK.slice(0, 1))).toEqual({ kind: "Written" });
  });
});

describe("marks on Machines", () => {
  it("that a person set stay when ours are taken off", async () => {
    const { api, machines, backend, pool, marked } = bench();
    for (const machine of machines.slice(2, 3)) api.edit(machine, annotated(MARK));
    await backend.spare(pool, RACK);
    expect(marked()).toBe(1);
  });

  it("are none where no Machines are served", async () => {
    const { api, backend, pool } = bench();
    api.fail({ method: "GET", path: /machines/, fault: { kind: "answer", status: 404 } });
    await expect(backend.spare(pool, RACK)).resolves.toBeUndefined();
  });

  it("that cannot be taken off are said", async () => {
    const { api, backend, pool } = bench();
    api.fail({ method: "GET", path: /machines/, fault: { kind: "answer", status: 403 } });
    await expect(backend.spare(pool, RACK)).rejects.toMatchObject({ code: "forbidden" });
  });

  it("are not set on a Machine that was made anew meanwhile", async () => {
    const { api, machines, lower, replicas } = bench();
    const renew = () => {
      for (const machine of machines.slice(3)) {
        api.delete(machine);
        api.put(
          clusterApiMachine(
            { version: "v1beta2", kind: "MachineDeployment" },
            "gb200-a",
            ref("b2"),
          ),
        );
      }
    };
    const path = /machines\/machine-of-b2/;
    api.fail({ method: "PATCH", path, fault: { kind: "first", run: renew } });
    expect(await lower()).toMatchObject({
      kind: "Conflict",
      found: expect.stringMatching(/could not be marked: patching Machine infra\/machine-of-b2/),
    });
    expect(replicas()).toBe(4);
  });

  it("are written as breakwater, and the Machines are asked for by label", async () => {
    const { api, lower } = bench();
    await lower();
    expect(api.callsTo("PATCH", /machines\/machine-of-b.*fieldManager=breakwater/)).toHaveLength(2);
    expect(
      api.callsTo("GET", /labelSelector=cluster.x-k8s.io%2Fdeployment-name%3Dgb200-a/),
    ).toHaveLength(1);
  });

  it("are not to be had where a MachinePool has no Machines: its provider chooses", async () => {
    const { api, machines, lower, replicas } = bench("v1beta2", "MachinePool");
    for (const machine of machines) api.delete(machine);
    expect(await lower()).toEqual({ kind: "Written" });
    expect(replicas()).toBe(2);
  });
});
