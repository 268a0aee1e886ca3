import { describe, expect, it } from "vitest";
import { clusterSurvey } from "../../../src/adapters/cluster-survey/cluster-survey.ts";
import { kubeClient } from "../../../src/adapters/kubernetes/client.ts";
import { type Json, objectAt, stringAt } from "../../../src/adapters/kubernetes/decode.ts";
import { discovery } from "../../../src/adapters/kubernetes/discovery.ts";
import type { Transport } from "../../../src/adapters/kubernetes/transport.ts";
import type { CompiledPool } from "../../../src/core/compiled.ts";
import type { AccessQuestion } from "../../../src/ports/cluster-survey.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { deployment, node, pod } from "../../support/kube-objects.ts";
import { aPool } from "../../support/reports/compiled.ts";

type Allows = (attributes: Json) => boolean;

/** The fake API server, and reviews that a rule answers. */
function bench(objects: readonly Json[] = [], allows: Allows = () => true) {
  const { api, timers } = kubeBench();
  for (const object of objects) api.put(object);
  const reviews: Json[] = [];
  const transport: Transport = async (request) => {
    if (!request.path.includes("accessreviews")) return api.transport(request);
    const review = objectAt({ body: JSON.parse(request.body ?? "{}") }, "body");
    reviews.push(review);
    const allowed = allows(objectAt(review, "spec", "resourceAttributes"));
    const body = JSON.stringify({ ...review, status: { allowed } });
    const chunks = async function* () {
      yield body;
    };
    return { status: 201, headers: {}, text: async () => body, chunks };
  };
  const client = kubeClient({ transport, timers });
  const options = { client, discovery: discovery(client), account: null };
  const account = { namespace: "system", name: "breakwater" };
  return {
    api,
    reviews,
    survey: clusterSurvey(options),
    forAccount: clusterSurvey({ ...options, account }),
  };
}

const PLAIN = { subresource: "", namespace: "", name: "" };

describe("rights", () => {
  const question: AccessQuestion = {
    ...PLAIN,
    verb: "patch",
    on: { group: "", resource: "nodes" },
  };
  const eviction: AccessQuestion = {
    ...PLAIN,
    verb: "create",
    on: { group: "", resource: "pods" },
    subresource: "eviction",
  };

  it("are asked about the caller, and answered in order", async () => {
    const { survey, reviews } = bench([], (asked) => stringAt(asked, "resource") === "pods");
    expect(await survey.access([question, eviction])).toEqual([
      { kind: "answered", allowed: false, group: "", resource: "nodes" },
      { kind: "answered", allowed: true, group: "", resource: "pods/eviction" },
    ]);
    expect(reviews[0]).toMatchObject({ kind: "SelfSubjectAccessReview" });
    expect(reviews[1]).toMatchObject({
      spec: { resourceAttributes: { verb: "create", resource: "pods", subresource: "eviction" } },
    });
  });

  it("are asked about a service account as the API server names it", async () => {
    const { forAccount, reviews } = bench();
    await forAccount.access([question]);
    expect(reviews).toMatchObject([
      {
        kind: "SubjectAccessReview",
        spec: {
          user: "system:serviceaccount:system:breakwater",
          groups: expect.arrayContaining(["system:serviceaccounts:system"]),
        },
      },
    ]);
  });

  it.each([
    [{ apiVersion: "apps/v1", kind: "Deployment" }, "apps", "deployments/scale"],
    [{ apiVersion: "v1", kind: "Service" }, "", "services/scale"],
  ])("to a kind are asked about its resource: %j", async (on, group, resource) => {
    const { survey } = bench();
    const answers = await survey.access([{ ...question, on, subresource: "scale" }]);
    expect(answers).toEqual([{ kind: "answered", allowed: true, group, resource }]);
  });

  it.each([
    { apiVersion: "apps/v1", kind: "Nothing" },
    { apiVersion: "nobody.io/v1", kind: "Thing" },
  ])("to a kind that is not served are not asked: %j", async (on) => {
    const { survey, reviews } = bench();
    expect(await survey.access([{ ...question, on }])).toEqual([{ kind: "unserved" }]);
    expect(reviews).toEqual([]);
  });
});

it("nodes come with all of their labels", async () => {
  const { survey } = bench([node("n1", { labels: { a: "b" } }), node("n2")]);
  expect([...(await survey.nodeLabels())]).toEqual([
    ["n1", { a: "b" }],
    ["n2", {}],
  ]);
});

describe("disruption budgets", () => {
  const budget = (spec: Json): Json => ({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "coder", namespace: "agents" },
    spec,
  });
  const pods = [
    pod("a", { labels: { app: "coder" } }),
    pod("b", { labels: { app: "web" } }),
    pod("c", { namespace: "other", labels: { app: "coder" } }),
  ];
  const selector = { matchLabels: { app: "coder" } };

  it.each<readonly [string, Json, object]>([
    ["a number", { maxUnavailable: 0, selector }, { field: "maxUnavailable", value: "0" }],
    ["a percentage", { minAvailable: "100%", selector }, { field: "minAvailable", value: "100%" }],
    ["neither", { selector }, { field: "minAvailable", value: "" }],
  ])("with %s", async (_what, spec, limit) => {
    const { survey } = bench([...pods, budget(spec)]);
    expect(await survey.budgets(["agents"], await survey.pods(["agents"]))).toEqual([
      { namespace: "agents", name: "coder", ...limit, pods: ["a"] },
    ]);
  });

  it("with an empty selector cover every pod of their namespace", async () => {
    const { survey } = bench([...pods, budget({ maxUnavailable: 1, selector: {} })]);
    expect(await survey.budgets(["agents"], await survey.pods(["agents"]))).toMatchObject([
      { pods: ["a", "b"] },
    ]);
  });
});

it("routers are Services with their selectors", async () => {
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "coder", namespace: "agents" },
    spec: { selector: { route: "on" } },
  };
  const { survey } = bench([service]);
  expect(await survey.routers(["agents"])).toEqual([
    { namespace: "agents", name: "Service agents/coder", selector: { route: "on" } },
  ]);
});

it("pods say what labels they bear, what they tolerate and where they may run", async () => {
  const term = (...expressions: readonly (readonly [string, string])[]) => ({
    matchExpressions: expressions.map(([key, operator]) => ({ key, operator })),
  });
  const required = (...nodeSelectorTerms: readonly object[]) => ({
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
  });
  const spec = {
    tolerations: [{ key: "breakwater.dev/reclaim", operator: "Exists" }],
    nodeSelector: { pool: "gb200" },
    affinity: required(
      term(["lent", "DoesNotExist"], ["zone", "In"], ["spot", "DoesNotExist"]),
      term(["lent", "DoesNotExist"], ["zone", "In"]),
    ),
  };
  const { survey, api } = bench([
    { ...pod("a", { labels: { route: "on" } }), spec },
    pod("b"),
    pod("c", { namespace: "other" }),
  ]);
  expect(await survey.pods(["agents"])).toEqual([
    {
      namespace: "agents",
      name: "a",
      labels: { route: "on" },
      tolerations: [{ key: "breakwater.dev/reclaim", operator: "Exists", value: "", effect: "" }],
      boundBy: ["pool", "zone"],
      avoids: ["lent"],
    },
    {
      namespace: "agents",
      name: "b",
      labels: {},
      tolerations: [],
      boundBy: [],
      avoids: [],
    },
  ]);
  expect(api.callsTo("GET", /pods/)).toHaveLength(1);
});

describe("node timeouts", () => {
  const machines = (apiVersion: string): CompiledPool =>
    aPool("east", {
      backend: {
        ...aPool().backend,
        kind: "cluster-api",
        target: { apiVersion, kind: "MachineDeployment", namespace: "infra", name: "east" },
      },
    });
  const deploymentOf = (apiVersion: string, labels: Json = {}): Json => ({
    apiVersion,
    kind: "MachineDeployment",
    metadata: { name: "east", namespace: "infra" },
    spec: { clusterName: "c1", replicas: 18, template: { metadata: { labels } } },
  });
  const check = (apiVersion: string, spec: Json): Json => ({
    apiVersion,
    kind: "MachineHealthCheck",
    metadata: { name: "gpu", namespace: "infra" },
    spec,
  });
  const [OLD, NEW] = ["cluster.x-k8s.io/v1beta1", "cluster.x-k8s.io/v1beta2"] as const;
  const ofCluster = { matchLabels: { "cluster.x-k8s.io/cluster-name": "c1" } };
  const ofDeployment = { matchLabels: { "cluster.x-k8s.io/deployment-name": "east" } };
  const ofGpus = { matchLabels: { gpu: "gb200" } };

  it.each<readonly [string, string, Json, object]>([
    [
      "nothing written: ten minutes",
      OLD,
      { selector: ofCluster },
      { afterMs: 600_000, isDefault: true, fix: "nodeStartupTimeout: {}s" },
    ],
    [
      "a duration",
      OLD,
      { selector: ofDeployment, nodeStartupTimeout: "1h30m" },
      {
        afterMs: 5_400_000,
        isDefault: false,
        where: "MachineHealthCheck infra/gpu spec.nodeStartupTimeout",
      },
    ],
    [
      "seconds, since v1beta2",
      NEW,
      { selector: ofGpus, checks: { nodeStartupTimeoutSeconds: 3_600 } },
      {
        afterMs: 3_600_000,
        where: "MachineHealthCheck infra/gpu spec.checks.nodeStartupTimeoutSeconds",
        fix: "checks: {nodeStartupTimeoutSeconds: {}}",
      },
    ],
  ])("of a MachineHealthCheck: %s", async (_what, version, spec, expected) => {
    const { survey } = bench([deploymentOf(version, { gpu: "gb200" }), check(version, spec)]);
    expect(await survey.nodeTimeouts([machines(version)])).toMatchObject([
      { pool: "east", by: "MachineHealthCheck", ...expected },
    ]);
  });

  it.each<readonly [string, readonly Json[]]>([
    ["one that is switched off", [check(OLD, { selector: ofCluster, nodeStartupTimeout: "0" })]],
    ["one of other Machines", [check(OLD, { selector: { matchLabels: { gpu: "h100" } } })]],
    ["none", []],
  ])("are none of %s", async (_what, checks) => {
    const { survey } = bench([deploymentOf(OLD), ...checks]);
    expect(await survey.nodeTimeouts([machines(OLD)])).toEqual([]);
  });

  it("are none where the pool's object is not there: that is said elsewhere", async () => {
    const { survey } = bench([check(OLD, { selector: ofCluster })]);
    expect(await survey.nodeTimeouts([machines(OLD)])).toEqual([]);
  });

  it("of Karpenter are a constant", async () => {
    const backend = { ...aPool().backend, kind: "karpenter" as const };
    expect(await bench().survey.nodeTimeouts([aPool("k", { backend })])).toMatchObject([
      { pool: "k", by: "Karpenter", afterMs: 900_000, isDefault: true },
    ]);
  });

  const autoscaler = (command: readonly string[]): Json => {
    const plain = deployment(1, "ca");
    const containers = [{ name: "ca", image: "ca", command }];
    return { ...plain, spec: { template: { spec: { containers } } } };
  };

  it.each<readonly [string, readonly string[], number | null]>([
    ["its default", ["./cluster-autoscaler", "--v=4"], 900_000],
    ["a flag", ["./cluster-autoscaler", "--max-node-provision-time=45m"], 2_700_000],
    ["a flag in two words", ["ca", "--max-node-provision-time", "1h"], 3_600_000],
    ["another program", ["server", "--v=4"], null],
  ])("of a cluster autoscaler: %s", async (_what, command, afterMs) => {
    const backend = { ...aPool().backend, kind: "field" as const };
    const { survey } = bench([autoscaler(command)]);
    const expected = afterMs === null ? [] : [{ by: "cluster-autoscaler", afterMs }];
    expect(await survey.nodeTimeouts([aPool("f", { backend })])).toMatchObject(expected);
  });

  it("of a cluster autoscaler do not matter to racks that it cannot hold", async () => {
    const backend = { ...aPool().backend, kind: "coreweave" as const };
    const { survey, api } = bench([autoscaler(["./cluster-autoscaler"])]);
    expect(await survey.nodeTimeouts([aPool("c", { backend })])).toEqual([]);
    expect(api.callsTo("GET", /deployments/)).toEqual([]);
  });
});
