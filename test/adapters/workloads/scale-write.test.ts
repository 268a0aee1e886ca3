import { describe, expect, it } from "vitest";
import { metaOf, numberAt } from "../../../src/adapters/kubernetes/decode.ts";
import { discovery } from "../../../src/adapters/kubernetes/discovery.ts";
import { writeReplicas } from "../../../src/adapters/workloads/scale-write.ts";
import type { Fault } from "../../support/kube-api/faults.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { deployment } from "../../support/kube-objects.ts";

const SCALE = /deployments\/gb200-a\/scale/;

function bench(replicas: number) {
  const kube = kubeBench();
  const object = kube.api.put(deployment(replicas));
  const { namespace, name, uid } = metaOf(object);
  const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace, name };
  const change = (from: number, to: number) => ({
    object: ref,
    uid,
    changes: [{ workload: "engine", part: null, from, to }],
  });
  const writer = { client: kube.client, discovery: discovery(kube.client) };
  return {
    api: kube.api,
    write: (from: number, to: number) => writeReplicas(writer, change(from, to)),
    failScale: (method: "PATCH" | "PUT", fault: Fault) =>
      kube.api.fail({ method, path: SCALE, fault }),
    meddle: () => void kube.api.edit(object, { spec: { replicas: 2 } }),
    replicasNow: () => numberAt(kube.api.get(object), "spec", "replicas"),
  };
}

describe("the count of a workload", () => {
  it.each([405, 415])("is put where the server answers a patch with %i", async (status) => {
    const { api, write, failScale, replicasNow } = bench(4);
    failScale("PATCH", { kind: "answer", status });
    expect(await write(4, 6)).toEqual({ kind: "Written" });
    expect(replicasNow()).toBe(6);
    expect(api.callsTo("PUT", SCALE)).toHaveLength(1);
  });

  it("is put from zero, which a Scale leaves out", async () => {
    const { write, failScale, replicasNow } = bench(0);
    failScale("PATCH", { kind: "answer", status: 405 });
    expect(await write(0, 6)).toEqual({ kind: "Written" });
    expect(replicasNow()).toBe(6);
  });

  it("is put over nobody: the version that was read guards it", async () => {
    const { write, failScale, meddle, replicasNow } = bench(4);
    failScale("PATCH", { kind: "answer", status: 405 });
    failScale("PUT", { kind: "first", run: meddle });
    expect(await write(4, 6)).toMatchObject({ kind: "Conflict" });
    expect(replicasNow()).toBe(2);
  });

  it("is patched, and nothing is put, where the server takes patches", async () => {
    const { api, write } = bench(4);
    expect(await write(4, 6)).toEqual({ kind: "Written" });
    expect(api.callsTo("PUT", SCALE)).toHaveLength(0);
  });

  it("refused for another reason is refused", async () => {
    const { api, write, failScale } = bench(4);
    failScale("PATCH", { kind: "answer", status: 403 });
    await expect(write(4, 6)).rejects.toThrow("scale");
    expect(api.callsTo("PUT", SCALE)).toHaveLength(0);
  });
});
