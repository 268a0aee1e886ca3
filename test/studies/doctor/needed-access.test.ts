import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { listAt, stringAt } from "../../../src/adapters/kubernetes/decode.ts";
import type { CompiledBackend } from "../../../src/core/compiled.ts";
import { type AccessNeed, neededAccess } from "../../../src/studies/doctor/needed-access.ts";
import { EIGHT_UNITS } from "../../support/builders/compiled.ts";
import { CHART_DIR } from "../../support/chart.ts";
import { aFleet, aPool } from "../../support/reports/compiled.ts";

const pool = (kind: CompiledBackend["kind"], changes: Partial<CompiledBackend> = {}) =>
  aPool(kind, { backend: { ...aPool().backend, kind, ...changes } });
const machineSet = { apiVersion: "x.io/v1", kind: "Thing", namespace: "infra", name: "t" };
const everyPool = [
  pool("coreweave"),
  pool("karpenter"),
  pool("cluster-api", {
    target: { ...machineSet, apiVersion: "cluster.x-k8s.io/v1beta2", kind: "MachineSet" },
  }),
  pool("scale", { target: machineSet, preset: "openshift" }),
  pool("field", { target: machineSet }),
  pool("object-set", {
    members: { ...machineSet, selector: { a: "b" }, nodeLabel: "pool" },
  }),
];
const target = { ...machineSet, apiVersion: "apps/v1", kind: "Deployment", namespace: "agents" };
const fleet = aFleet("coder", {
  signals: {
    ...aFleet().signals,
    prometheus: { url: "http://p", secretName: "prom", headers: {} },
  },
  workloads: [
    { ...EIGHT_UNITS, target, manage: "Replicas" },
    {
      ...EIGHT_UNITS,
      name: "sets",
      target: { ...target, kind: "DisaggregatedSet" },
      objectLabels: { app: "sets" },
      manage: "Replicas",
    },
  ],
});
const scope = { namespace: "breakwater-system", leaseName: "breakwater" };
const everything = neededAccess({ ...scope, pools: everyPool, fleets: [fleet] });

/** "patch nodes", "patch compute.coreweave.com/nodepools" */
const inWords = ({ verb, on, subresource }: AccessNeed): string => {
  const resource = "group" in on ? `${on.group}/${on.resource}` : `?/${on.kind}`;
  return `${verb} ${resource}${subresource && `/${subresource}`}`;
};

/** Every rule of the controller's roles; lists of values and templates of names are left out. */
function chartRules(): readonly string[] {
  const file = join(CHART_DIR, "templates", "controller-rbac.yaml");
  const text = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => !/^\s*\{\{.*\}\}\s*$/.test(line))
    .join("\n")
    .replaceAll(/\{\{[^}]*\}\}/g, "templated");
  return parseAllDocuments(text).flatMap((document) => {
    const role: unknown = document.toJS();
    if (!["ClusterRole", "Role"].includes(stringAt(role, "kind"))) return [];
    return listAt(role, "rules").flatMap(rulesOf);
  });
}

function rulesOf(rule: unknown): readonly string[] {
  const [group] = listAt(rule, "apiGroups").map(String);
  const resources = listAt(rule, "resources").map(String);
  if (group === undefined || group === "templated" || resources.includes("templated")) return [];
  return listAt(rule, "verbs").flatMap((verb) =>
    resources.map((resource) => `${String(verb)} ${group}/${resource}`),
  );
}

describe("what the controller needs", () => {
  it("is what the chart grants, no more and no less", () => {
    const named = new Set(everything.filter(({ on }) => "group" in on).map(inWords));
    // Those of Cluster API are asked for by the kind of the pool's target.
    const byKind = /cluster\.x-k8s\.io\/machine(deployments|sets|pools)$/;
    const granted = new Set(chartRules().filter((rule) => !byKind.test(rule)));
    granted.add("get machine.openshift.io/machines");
    granted.add("list machine.openshift.io/machines");
    granted.add("patch machine.openshift.io/machines");
    expect([...named].toSorted()).toEqual([...granted].toSorted());
  });

  it("includes the objects that pools and workloads name, by kind", () => {
    const byKind = everything.filter(({ on }) => "kind" in on).map(inWords);
    expect(byKind).toEqual([
      "get ?/MachineSet",
      "patch ?/MachineSet",
      "get ?/Thing",
      "get ?/Thing/scale",
      "update ?/Thing/scale",
      "patch ?/Thing/scale",
      "patch ?/Thing",
      "list ?/Thing",
      "get ?/Deployment",
      "get ?/Deployment/scale",
      "update ?/Deployment/scale",
      "patch ?/Deployment/scale",
      "get ?/DisaggregatedSet",
      "list ?/DisaggregatedSet",
      "patch ?/DisaggregatedSet",
    ]);
  });

  it("asks about Secrets in the fleet's namespace, by name, and says which value grants it", () => {
    const secret = everything.find((need) => inWords(need) === "get /secrets");
    expect(secret).toMatchObject({
      namespace: "agents",
      name: "prom",
      value: "rbac.prometheusSecretNamespaces={agents}",
    });
  });

  it("asks nothing of backends that no pool has", () => {
    const words = neededAccess({ ...scope, pools: [], fleets: [] }).map(inWords);
    expect(words.filter((word) => /nodepools|machines|secrets|autoscalers/.test(word))).toEqual([]);
    expect(new Set(words).size).toBeGreaterThanOrEqual(30);
  });
});
