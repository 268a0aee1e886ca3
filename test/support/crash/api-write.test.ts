import { describe, expect, it } from "vitest";
import { writeOf } from "./api-write.ts";

const MERGE = "application/merge-patch+json";
const PATCH = "application/json-patch+json";
const ON_NODE = "/api/v1/nodes/n1?fieldManager=breakwater";
const ON_POD = "/api/v1/namespaces/n/pods/p";
const SCALE = "/apis/apps/v1/namespaces/n/deployments/d/scale";
const cordon = { metadata: { uid: "u", annotations: { by: "us" } }, spec: { unschedulable: true } };
const spared = {
  metadata: { uid: "u", annotations: { by: null } },
  spec: { unschedulable: null },
};
const ejected = { metadata: { uid: "u", labels: { on: null }, annotations: { by: "us" } } };
const readmitted = { metadata: { uid: "u", labels: { on: "yes" }, annotations: { by: null } } };
const replicas = [{ op: "add", path: "/spec/replicas", value: 8 }];
const count = [
  { op: "test", path: "/metadata/uid", value: "u" },
  { op: "replace", path: "/spec/targetRacks", value: 3 },
];
const status = [{ op: "add", path: "/status", value: { phase: "Done", racks: { asked: 3 } } }];
const NODE_POOL = "/apis/compute.coreweave.com/v1alpha1/nodepools/a";
const DECISION = "/apis/breakwater.dev/v1alpha1/namespaces/agents/scaledecisions/a/status";

describe("a write to the API", () => {
  it.each([
    ["POST", "/api/v1/namespaces/n/pods/p/eviction", "", {}, "POST pods/eviction"],
    ["PUT", "/apis/coordination.k8s.io/v1/namespaces/n/leases/l", "", {}, "PUT leases"],
    ["POST", "/api/v1/namespaces", "", {}, "POST namespaces"],
    ["PATCH", ON_NODE, MERGE, cordon, "PATCH nodes /metadata/annotations /spec/unschedulable"],
    ["PATCH", ON_NODE, MERGE, spared, "PATCH nodes -/metadata/annotations -/spec/unschedulable"],
    ["PATCH", ON_POD, MERGE, ejected, "PATCH pods -/metadata/labels /metadata/annotations"],
    ["PATCH", ON_POD, MERGE, readmitted, "PATCH pods -/metadata/annotations /metadata/labels"],
    ["PATCH", SCALE, PATCH, replicas, "PATCH deployments/scale /spec/replicas"],
    ["PATCH", NODE_POOL, PATCH, count, "PATCH nodepools /spec/targetRacks"],
    ["PATCH", DECISION, PATCH, status, "PATCH scaledecisions/status /status /status/phase=Done"],
  ])("%s %s", (...[method, path, contentType, body, expected]) => {
    expect(writeOf({ method, path, contentType, body: JSON.stringify(body) })).toBe(expected);
  });

  it("is none when it reads, or asks who may", () => {
    const ask = { contentType: "", body: "{}" };
    expect(writeOf({ ...ask, method: "GET", path: "/api/v1/nodes?watch=1" })).toBeNull();
    const review = "/apis/authentication.k8s.io/v1/tokenreviews";
    expect(writeOf({ ...ask, method: "POST", path: review })).toBeNull();
  });
});
