import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type ControlPlane, startControlPlane } from "../support/control-plane/control-plane.ts";
import { startGuardian } from "../support/control-plane/guardian.ts";
import { startPrometheus } from "../support/control-plane/prometheus.ts";
import { controlPlaneOrSkip, toolsOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";

const missing = controlPlaneOrSkip();
const missingPrometheus = toolsOrSkip(["prometheus"]);

const NODE = "rack-a-node-1";
const FAKE = { "kwok.x-k8s.io/node": "fake" };

describe.skipIf(missing !== "")(`the control plane for tests ${missing}`, () => {
  let plane: ControlPlane;

  beforeAll(async () => {
    plane = await startControlPlane({
      controllerManager: true,
      kwok: true,
      users: { olga: ["platform"] },
    });
  });
  afterEach(({ task }) => {
    if (task.result?.state === "fail") console.error(plane.lastLogLines());
  });
  afterAll(() => plane?.stop());

  const whoAmI = async (as: string) => {
    const path = "jsonpath={.status.userInfo.username} {.status.userInfo.groups}";
    return plane.mustKubectl(["auth", "whoami", "-o", path], { as });
  };

  test("knows a user named at start by its own token and impersonates any other", async () => {
    expect(plane.tokenFor("olga")).toMatch(/^[0-9a-f]{48}$/);
    expect(await whoAmI("olga")).toBe('olga ["platform","system:authenticated"]');
    expect(await whoAmI("stranger")).toBe('stranger ["system:authenticated"]');
    expect(() => plane.tokenFor("stranger")).toThrow(/olga, admin/);
    const refused = await plane.kubectl(["get", "nodes"], { as: "olga" });
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('User "olga" cannot list resource "nodes"');
  });

  test("gives a service account a token that carries exactly its role", async () => {
    await plane.mustKubectl(["create", "namespace", "agents"]);
    await plane.mustKubectl(["create", "serviceaccount", "breakwater", "-n", "agents"]);
    await plane.mustKubectl(["create", "clusterrole", "racks", "--verb=list", "--resource=nodes"]);
    const account = "agents:breakwater";
    const binding = ["create", "clusterrolebinding", "racks", "--clusterrole=racks"];
    await plane.mustKubectl([...binding, `--serviceaccount=${account}`]);
    const config = await plane.serviceAccountKubeconfig("agents", "breakwater");
    const as = [`--kubeconfig=${config}`];
    await untilTrue("the role to be in force", async () => {
      const { code, stderr } = await plane.kubectl(["get", "nodes", ...as]);
      return code === 0 || stderr;
    });
    const refused = await plane.kubectl(["get", "pods", "-n", "agents", ...as]);
    expect(refused.stderr).toContain(`User "system:serviceaccount:${account}" cannot list`);
  });

  test("turns a fake node Ready, without taints", async () => {
    const status = { capacity: { "nvidia.com/gpu": "4" }, allocatable: { "nvidia.com/gpu": "4" } };
    const metadata = { name: NODE, annotations: FAKE };
    await plane.apply({ apiVersion: "v1", kind: "Node", metadata, status });
    await untilTrue(`node ${NODE} Ready`, async () => {
      const ready = '{.status.conditions[?(@.type=="Ready")].status}';
      return equals("True", await field(plane, ["node", NODE], ready));
    });
    expect(await field(plane, ["node", NODE], "{.spec.taints}")).toBe("");
  });

  test("runs a bound pod and evicts it only when its budget allows", async () => {
    const pod = ["pod", "engine-0", "-n", "default"];
    const budget = ["poddisruptionbudget", "engine", "-n", "default"];
    const allowed = "{.status.disruptionsAllowed} {.status.currentHealthy}";
    await plane.apply(enginePod("engine-0"), engineBudget(1));
    await untilTrue("the pod to run", async () =>
      equals("Running", await field(plane, pod, "{.status.phase}")),
    );
    await untilTrue("the budget to count it", async () =>
      equals("0 1", await field(plane, budget, allowed)),
    );
    const refused = await evict(plane, "engine-0");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("Cannot evict pod as it would violate the pod's disruption");
    expect(await field(plane, pod, "{.status.phase}")).toBe("Running");

    await plane.apply(engineBudget(0));
    await untilTrue("the budget to allow one", async () =>
      equals("1 1", await field(plane, budget, allowed)),
    );
    expect(await evict(plane, "engine-0")).toMatchObject({ code: 0 });
    await untilTrue("the evicted pod to be gone", async () => {
      const { stderr } = await plane.kubectl(["get", ...pod]);
      return stderr.includes("NotFound") || stderr;
    });
  });

  test("brings the API server back with its objects", async () => {
    await plane.mustKubectl(["create", "configmap", "memory", "-n", "default"]);
    await plane.restartApiServer(async () => {
      const { code } = await plane.kubectl(["get", "configmap", "memory", "-n", "default"]);
      expect(code).not.toBe(0);
    });
    await plane.mustKubectl(["get", "configmap", "memory", "-n", "default"]);
  });
});

describe.skipIf(missingPrometheus !== "")(`Prometheus for tests ${missingPrometheus}`, () => {
  test("scrapes an exporter and answers a query", async () => {
    const exporter = createServer((_request, response) => {
      response.end("# TYPE vllm:num_requests_waiting gauge\nvllm:num_requests_waiting 7\n");
    });
    await once(exporter.listen(0, "127.0.0.1"), "listening");
    const address = exporter.address();
    if (address === null || typeof address === "string") throw new Error("not a TCP server");
    const prometheus = await startPrometheus({
      scrapeTargets: [
        { job: "engines", address: `127.0.0.1:${address.port}`, labels: { rack: "a" } },
      ],
      scrapeIntervalSeconds: 1,
    });
    try {
      const query = encodeURIComponent('{__name__="vllm:num_requests_waiting",rack="a"}');
      await untilTrue("a scraped sample", async () => {
        const answer = await fetch(`${prometheus.url}/api/v1/query?query=${query}`);
        const body = await answer.text();
        return body.includes('"7"') || body;
      });
      await prometheus.reload([]);
      await untilTrue("the target to be gone", async () => {
        const body = await (await fetch(`${prometheus.url}/api/v1/targets`)).text();
        return body.includes('"activeTargets":[]') || body;
      });
    } finally {
      await prometheus.stop();
      exporter.close();
    }
  });
});

test("the guardian kills what it watches and removes the folder", async () => {
  const dir = mkdtempSync(join(tmpdir(), "breakwater-guardian-"));
  const guardian = startGuardian(dir);
  const orphan = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
  const orphanEnd = once(orphan, "exit");
  guardian.watch([orphan.pid ?? 0]);
  await guardian.finish();
  expect(await orphanEnd).toEqual([null, "SIGKILL"]);
  expect(existsSync(dir)).toBe(false);
});

function equals(wanted: string, seen: string): true | string {
  return seen === wanted || `"${seen}"`;
}

/** A field of one object, "" when the field is absent. */
function field(plane: ControlPlane, object: readonly string[], path: string): Promise<string> {
  return plane.mustKubectl(["get", ...object, "-o", `jsonpath=${path}`]);
}

function evict(plane: ControlPlane, name: string) {
  const metadata = { name, namespace: "default" };
  const stdin = JSON.stringify({ apiVersion: "policy/v1", kind: "Eviction", metadata });
  const path = `--raw=/api/v1/namespaces/default/pods/${name}/eviction`;
  return plane.kubectl(["create", path, "-f", "-"], { stdin });
}

function enginePod(name: string) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", labels: { app: "engine" } },
    spec: { nodeName: NODE, containers: [{ name: "engine", image: "engine" }] },
  };
}

function engineBudget(minAvailable: number) {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "engine", namespace: "default" },
    spec: { minAvailable, selector: { matchLabels: { app: "engine" } } },
  };
}
