import { describe, expect, it } from "vitest";
import { isReading } from "../../src/adapters/cluster-survey/read-only.ts";
import type { Json } from "../../src/adapters/kubernetes/decode.ts";
import type { Transport } from "../../src/adapters/kubernetes/transport.ts";
import { examineCluster } from "../../src/cli/doctor-cluster.ts";
import { decodeDoctorFlags } from "../../src/cli/doctor-flags.ts";
import { FakeKubeApi } from "../support/kube-api/fake-kube-api.ts";
import { node, nodePool } from "../support/kube-objects.ts";
import { rawFleet, rawPool } from "../support/raw-objects.ts";

const LABELS = {
  "compute.coreweave.com/node-pool": "gb200-a",
  "ds.coreweave.com/nvlink.domain": "rack-7",
};
const backend = { kind: "coreweave", name: "gb200-a", acknowledgeUnproven: true };
const OBJECTS: readonly Json[] = [
  nodePool({ targetRacks: 1 }),
  ...Array.from({ length: 17 }, (_, at) => node(`n${at}`, { labels: LABELS })),
  { ...rawPool({ backend }) },
  { ...rawFleet() },
];

/** The fake API server behind a door that lets nothing through that could write. */
function cluster(objects: readonly Json[]) {
  const api = new FakeKubeApi();
  for (const object of objects) api.put(object);
  const writes: string[] = [];
  const transport: Transport = async (request) => {
    if (!isReading(request)) {
      writes.push(`${request.method} ${request.path}`);
      throw new Error("a write");
    }
    if (!request.path.includes("accessreviews")) return api.transport(request);
    const body = JSON.stringify({ status: { allowed: true } });
    const chunks = async function* () {
      yield body;
    };
    return { status: 201, headers: {}, text: async () => body, chunks };
  };
  return { api, writes, connection: { transport, namespace: "breakwater-system" } };
}

const FLAGS = decodeDoctorFlags({ leaseName: "breakwater" });

describe("a cluster that is examined", () => {
  it("is only read, and told what is wrong", async () => {
    const { connection, writes } = cluster(OBJECTS);
    const { findings } = await examineCluster(FLAGS, connection);
    const problems = findings.filter(({ severity }) => severity !== "ok");
    expect(problems.map(({ check, where }) => [check, where])).toEqual([
      ["workloads", "InferenceFleet agents/coder spec.workloads[engine].target"],
      ["signals", "InferenceFleet agents/coder spec.signals.prometheus"],
      ["domains", "RackPool gb200-a spec.rack.nodes"],
    ]);
    expect(writes).toEqual([]);
  });

  it("leaves no watch behind", async () => {
    const { api, connection } = cluster(OBJECTS);
    await examineCluster(FLAGS, connection);
    expect(api.watches()).toEqual([]);
  });

  it("without Breakwater's kinds is told so, with the server's words", async () => {
    const { api, connection } = cluster([]);
    const fault = { kind: "answer", status: 404, body: "no matches for kind" } as const;
    api.fail({ path: /inferencefleets/, fault, times: 50 });
    const { findings } = await examineCluster(FLAGS, connection);
    expect(findings[0]).toMatchObject({
      severity: "blocker",
      where: "RackPools and InferenceFleets",
      found: expect.stringContaining("no matches for kind"),
    });
  });
});
