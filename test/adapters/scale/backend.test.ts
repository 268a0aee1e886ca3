import { describe, expect, it } from "vitest";
import { type Json, metaOf, numberAt } from "../../../src/adapters/kubernetes/decode.ts";
import { discovery } from "../../../src/adapters/kubernetes/discovery.ts";
import { scaleBackend } from "../../../src/adapters/scale/backend.ts";
import { rackCount } from "../../../src/core/units.ts";
import { rackBackendContract } from "../../contracts/rack-backend.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { deployment, RACK_NODES, scalePool } from "../../support/kube-objects.ts";

const SCALE = /deployments\/gb200-a\/scale/;

function bench(replicas: number) {
  const kube = kubeBench();
  const object = kube.api.put(deployment(replicas));
  const backend = scaleBackend({ client: kube.client, discovery: discovery(kube.client) });
  const change = { uid: metaOf(object).uid, from: rackCount(4), to: rackCount(5) };
  const replicasNow = () => numberAt(kube.api.get(object), "spec", "replicas");
  return { ...kube, object, backend, pool: scalePool(), change, replicasNow };
}

rackBackendContract("a Deployment's scale", async () => {
  const { api, object, backend, pool, replicasNow } = bench(4 * RACK_NODES);
  return {
    backend,
    pool,
    unitsPerRack: RACK_NODES,
    units: async () => replicasNow() ?? Number.NaN,
    setUnits: async (replicas: number, manager: string) => {
      api.edit(object, { spec: { replicas } }, manager);
    },
    touchStatus: async () => {
      api.edit(object, { status: { replicas: 70 } });
    },
    recreate: async () => {
      api.delete(object);
      api.put(deployment(4 * RACK_NODES));
    },
    remove: async () => api.delete(object),
  };
});

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
