/** Findings about the cluster's own objects: rights, pools, nodes, timeouts, budgets, workloads. */
import { describe, expect, it } from "vitest";
import { compilePool } from "../../../../src/config/compile-pool.ts";
import { describeErrors } from "../../../../src/config/field-error.ts";
import type { CompiledFleet, CompiledWorkload } from "../../../../src/core/compiled.ts";
import { gpuCount, millis, rackCount } from "../../../../src/core/units.ts";
import { LENT_LABEL } from "../../../../src/core/loans/lent.ts";
import { RACK_LABEL } from "../../../../src/core/workloads/wanted.ts";
import type { NodeTimeout, SurveyedPod } from "../../../../src/ports/cluster-survey.ts";
import type { ClusterFacts } from "../../../../src/studies/doctor/facts.ts";
import {
  aNode,
  aPod,
  CLIQUE,
  healthyFacts,
  labelled,
  problemsOf,
  rackOf,
} from "../../../support/doctor/healthy-facts.ts";
import { FENCE, someTerms } from "../../../support/builders/loans.ts";
import { EIGHT_UNITS } from "../../../support/builders/compiled.ts";
import { rawPool } from "../../../support/raw-objects.ts";
import { aFleet, aPool } from "../../../support/reports/compiled.ts";

type Facts = Partial<ClusterFacts>;
const healthy = healthyFacts();
const withNodes = (nodes: ClusterFacts["nodes"], more: Facts = {}): Facts => ({
  nodes,
  nodeLabels: labelled(nodes),
  ...more,
});
const withPools = (...pools: readonly ReturnType<typeof aPool>[]): Facts => ({
  desired: { ...healthy.desired, pools },
});

const found = (changes: Facts) => problemsOf(healthyFacts(changes));

describe("a RackPool that sizes a Karpenter NodePool by its scale", () => {
  it("blocks, and what to write instead is said", () => {
    const target = { apiVersion: "karpenter.sh/v1", kind: "NodePool", name: "gb200" };
    const nodeLabels = { pool: "gb200" };
    const backend = { kind: "scale", target, countPerRack: 18, nodeLabels };
    const compiled = compilePool(rawPool({ backend }));
    const message = compiled.ok ? "" : describeErrors(compiled.errors);
    const broken = [{ kind: "RackPool" as const, namespace: "", name: "gb200-a", message }];
    const [finding] = found({ desired: { ...healthy.desired, broken } });
    expect(finding).toMatchObject({ severity: "blocker", where: "RackPool gb200-a" });
    expect(finding?.found).toContain("take kind karpenter, with the NodePool's name");
  });
});

describe("rights", () => {
  const lacking = (lacks: (verb: string, resource: string) => boolean): Facts => ({
    access: healthy.access.map(({ need }) => {
      const resource = "resource" in need.on ? need.on.resource : need.on.kind;
      const path = need.subresource === "" ? resource : `${resource}/${need.subresource}`;
      const group = "group" in need.on ? need.on.group : "";
      const allowed = !lacks(need.verb, path);
      return { need, answer: { kind: "answered", allowed, group, resource: path } as const };
    }),
  });

  it("that are missing block, by resource, with the rule to add", () => {
    expect(found(lacking((verb, path) => path === "nodes" && verb !== "get"))).toMatchObject([
      {
        severity: "blocker",
        check: "access",
        where: "RBAC of breakwater-system/breakwater: nodes",
        found: "may not list, watch, patch",
        fix: 'ClusterRole rule {apiGroups: [""], resources: [nodes], verbs: [list, watch, patch]}',
      },
    ]);
  });

  it("in the controller's own namespace belong into a Role", () => {
    expect(found(lacking((verb, path) => path === "leases" && verb === "update"))).toMatchObject([
      {
        where: expect.stringContaining("leases.coordination.k8s.io breakwater in namespace"),
        fix: expect.stringMatching(/^Role rule/),
      },
    ]);
  });

  it("that it can do without are worth a warning", () => {
    expect(found(lacking((_verb, path) => path === "resourceslices"))).toMatchObject([
      { severity: "warning", found: "may not get, list, watch" },
    ]);
  });

  it("to kinds that are not served are not asked for twice", () => {
    const access = healthy.access.map(({ need }) => ({
      need,
      answer: { kind: "unserved" } as const,
    }));
    expect(found({ access })).toEqual([]);
  });
});

describe("a pool's object", () => {
  const pool = aPool("gb200-east");
  it.each([
    ["that cannot be read", null, "reading NodePool: 403", "reading NodePool: 403"],
    [
      "that a GitOps tool owns",
      "NodePool gb200-east spec.targetRacks: found it owned by argocd-controller, " +
        "expected no GitOps owner: take it out",
      "",
      "it owned by argocd-controller",
    ],
  ])("%s blocks", (_what, refusal, problem, text) => {
    const refusals = refusal === null ? [] : [{ code: "pool-refused" as const, text: refusal }];
    const reading = refusal === null ? null : { count: null, refusals };
    expect(found({ pools: [{ pool, reading, problem }] })).toMatchObject([
      { severity: "blocker", check: "pool-objects", found: text },
    ]);
  });
});

describe("NVLink domains", () => {
  const two = [aPool("gb200-east"), aPool("gb200-west")] as const;
  const half = rackOf("rack-9", 9);
  const bothKeys = aPool("gb200-east", {
    rack: { ...aPool().rack, domainKeys: ["ds.coreweave.com/nvlink.domain", CLIQUE] },
  });
  const odd = rackOf("rack-1").map((node, at) => (at > 0 ? node : { ...node, domain: "c.7" }));
  const set = rackOf("rack-1", 18, { member: "block-a" });
  const cliqued = rackOf("rack-1");

  it.each<readonly [string, Facts, object]>([
    [
      "17 of 18 nodes",
      withNodes(rackOf("rack-1", 17)),
      {
        severity: "warning",
        where: "RackPool gb200-east spec.rack.nodes",
        found: "17 of 18 nodes in 1 domain: rack-1",
        expected: "18 nodes in a domain, 16 of them usable",
      },
    ],
    [
      "fewer than a rack needs",
      withNodes([...rackOf("rack-1"), ...rackOf("rack-2", 12)]),
      { severity: "blocker", found: "12 of 18 nodes in 1 domain: rack-2" },
    ],
    [
      "two racks under one label",
      withNodes(rackOf("block-1", 36)),
      {
        severity: "blocker",
        found: "36 nodes in 1 domain: block-1",
        fix: expect.stringContaining("spec.rack: {nodes: 36"),
      },
    ],
    [
      "no label on some nodes",
      withNodes([...rackOf("rack-1"), aNode("n-new", { domain: null })]),
      {
        severity: "warning",
        where: "RackPool gb200-east spec.rack.domainKeys",
        found: `1 of 19 nodes without ${CLIQUE}: n-new`,
      },
    ],
    [
      "another label on all nodes",
      withNodes(rackOf("rack-1", 18, { domain: null }), {
        nodeLabels: new Map(
          rackOf("rack-1").map(({ name }) => [
            name,
            { "cloud.google.com/gce-topology-subblock": "s1" },
          ]),
        ),
      }),
      {
        severity: "blocker",
        fix: "spec.rack.domainKeys: [cloud.google.com/gce-topology-subblock]",
      },
    ],
    [
      "nodes named by different keys",
      withNodes(odd, {
        ...withPools(bothKeys),
        nodeLabels: new Map(
          odd.map(({ name, domain }) => [
            name,
            domain === "c.7"
              ? { [CLIQUE]: "c.7" }
              : { "ds.coreweave.com/nvlink.domain": domain ?? "" },
          ]),
        ),
      }),
      {
        severity: "blocker",
        where: "RackPool gb200-east spec.rack.nodes",
        found: "1 of 18 nodes in 1 domain: c.7",
      },
    ],
    [
      "two partitions in a domain",
      withNodes(cliqued, {
        nodeLabels: new Map(
          cliqued.map(({ name }, at) => [name, { [CLIQUE]: at < 9 ? "u.1" : "u.2" }]),
        ),
      }),
      {
        severity: "warning",
        where: "RackPool gb200-east spec.rack, NVLink domain rack-1",
        found: `2 values of ${CLIQUE}: u.1, u.2`,
        fix: expect.stringContaining("nodes: 9"),
      },
    ],
    [
      "a rack that spans pools, half and half",
      withNodes(
        [...half, ...half.map((node) => ({ ...node, name: `w-${node.name}`, pool: "gb200-west" }))],
        withPools(...two),
      ),
      { severity: "blocker", where: "RackPool gb200-east spec.backend.nodeLabels" },
    ],
    [
      "a few nodes in another pool's rack",
      withNodes([...rackOf("rack-1"), aNode("stray", { pool: "gb200-west" })], withPools(...two)),
      {
        severity: "blocker",
        where: "RackPool gb200-west spec.backend.nodeLabels",
        found: "stray in NVLink domain rack-1, which is RackPool gb200-east's",
      },
    ],
    [
      "an object of a set with two racks",
      withNodes([...set, ...rackOf("rack-2", 18, { member: "block-a" })]),
      {
        severity: "blocker",
        where: "RackPool gb200-east spec.backend.members, object block-a",
        found: "2 NVLink domains among its nodes: rack-1, rack-2",
      },
    ],
    [
      "no node at all, though there are racks",
      withNodes([], {
        pools: [
          {
            pool: aPool("gb200-east"),
            reading: {
              count: {
                uid: "u",
                resourceVersion: "1",
                desired: rackCount(2),
                current: rackCount(2),
                lastWriter: "",
                stock: "unknown",
              },
              refusals: [],
            },
            problem: "",
          },
        ],
      }),
      {
        severity: "warning",
        found: "no node carries pool=gb200-east, and the pool's object has 2 racks",
        fix: "kubectl get nodes --selector pool=gb200-east",
      },
    ],
  ])("%s", (_what, changes, expected) => {
    expect(found(changes)).toEqual(
      expect.arrayContaining([expect.objectContaining({ check: "domains", ...expected })]),
    );
  });

  it("named by two keys are said to be", () => {
    const nodeLabels = new Map(
      odd.map(({ name, domain }) => [
        name,
        domain === "c.7" ? { [CLIQUE]: "c.7" } : { "ds.coreweave.com/nvlink.domain": "rack-1" },
      ]),
    );
    const facts = withNodes(odd, { ...withPools(bothKeys), nodeLabels });
    expect(found(facts).map((one) => one.found)).toContain(
      "rack-1-n0 named by another key than ds.coreweave.com/nvlink.domain",
    );
  });

  it("that no node has yet, of a pool without racks, are no finding", () => {
    expect(found(withNodes([]))).toEqual([]);
  });
});

describe("GPUs that cannot be had", () => {
  it.each([
    ["on one node", [...rackOf("rack-1", 17), aNode("bare", { gpusAllocatable: gpuCount(0) })]],
    ["on all", rackOf("rack-1", 18, { gpusAllocatable: gpuCount(0) })],
  ])("%s", (_what, nodes) => {
    const all = nodes.every(({ gpusAllocatable }) => gpusAllocatable === 0);
    expect(found(withNodes(nodes))).toMatchObject([
      {
        severity: all ? "blocker" : "warning",
        check: "gpus",
        found:
          `${all ? 18 : 1} of 18 nodes with no allocatable GPUs: ` +
          (all ? "rack-1-n0, rack-1-n1, rack-1-n2 and 15 more" : "bare"),
        fix: expect.stringContaining("kubectl describe node"),
      },
    ]);
  });

  it("are not asked of nodes that are not Ready", () => {
    const down = aNode("down", { ready: false, gpusAllocatable: gpuCount(0) });
    expect(found(withNodes([...rackOf("rack-1", 17), down]))).toEqual([]);
  });
});

describe("timeouts of other controllers", () => {
  // Grant p95 60 s and boot p50 240 s, p95 480 s: 270 + sqrt(30² + 240²) = 511.9 s.
  const timeout = (changes: Partial<NodeTimeout>): Facts => ({
    timeouts: [
      {
        pool: "gb200-east",
        by: "MachineHealthCheck",
        where: "MachineHealthCheck infra/gb200 spec.nodeStartupTimeout",
        afterMs: millis(500_000),
        isDefault: true,
        fix: "nodeStartupTimeout: {}s",
        ...changes,
      },
    ],
  });

  it.each<readonly [string, Partial<NodeTimeout>, string]>([
    ["a MachineHealthCheck", {}, "blocker"],
    ["Karpenter", { by: "Karpenter" }, "blocker"],
    ["a cluster autoscaler, which may not look after it", { by: "cluster-autoscaler" }, "warning"],
  ])("shorter than a rack takes to boot: %s", (_what, changes, severity) => {
    expect(found(timeout(changes))).toMatchObject([
      {
        severity,
        check: "timeouts",
        where: "MachineHealthCheck infra/gb200 spec.nodeStartupTimeout (RackPool gb200-east)",
        found: "500 s, the default: deletes nodes that still boot",
        fix: "nodeStartupTimeout: 512s",
      },
    ]);
  });

  it("long enough are none", () => {
    expect(found(timeout({ afterMs: millis(512_000) }))).toEqual([]);
  });
});

describe("disruption budgets", () => {
  const budget = (field: "maxUnavailable" | "minAvailable", value: string, name = "coder") => ({
    namespace: "agents",
    name,
    field,
    value,
    pods: ["coder-0", "coder-1"],
  });

  it.each([
    ["maxUnavailable", "0"],
    ["maxUnavailable", "0%"],
    ["minAvailable", "100%"],
    ["minAvailable", "2"],
  ] as const)("%s %s over two pods never lets a rack drain", (field, value) => {
    expect(found({ budgets: [budget(field, value)] })).toMatchObject([
      {
        severity: "blocker",
        check: "budgets",
        where: `PodDisruptionBudget agents/coder spec.${field}`,
        found: `${value} over 2 pods: no eviction of coder-0, coder-1`,
        fix: expect.stringContaining("kubectl patch pdb -n agents coder"),
      },
    ]);
  });

  it.each([
    ["maxUnavailable", "1"],
    ["maxUnavailable", "25%"],
    ["minAvailable", "1"],
    ["minAvailable", "50%"],
  ] as const)("%s %s does", (field, value) => {
    expect(found({ budgets: [budget(field, value)] })).toEqual([]);
  });

  it("of others' pods are theirs", () => {
    const strangers = { ...budget("maxUnavailable", "0"), pods: ["web-0"] };
    expect(found({ budgets: [strangers] })).toEqual([]);
  });

  it("two over one pod make evictions fail", () => {
    const budgets = [budget("maxUnavailable", "1"), budget("maxUnavailable", "1", "other")];
    expect(found({ budgets })).toMatchObject([
      { severity: "warning", found: "both cover coder-0, coder-1" },
    ]);
  });
});

describe("workloads", () => {
  const place = "InferenceFleet agents/coder spec.workloads[engine]";
  const reading = (code: "workload-unknown" | "workload-owned", text: string): Facts => ({
    workloads: {
      ...healthy.workloads,
      unreadable: [{ fleet: "agents/coder", code, text }],
    },
  });

  it("that are not there", () => {
    const text = `${place}.target: found no apps/v1 Deployment agents/coder, expected one.`;
    expect(found(reading("workload-unknown", text))).toMatchObject([
      {
        severity: "blocker",
        check: "workloads",
        where: `${place}.target`,
        found: "no apps/v1 Deployment agents/coder",
      },
    ]);
  });

  it.each([
    [
      "an autoscaler",
      "HorizontalPodAutoscaler agents/coder sizes it; delete that one, or set manage to Observe",
      "Replicas, but of Deployment agents/coder HorizontalPodAutoscaler agents/coder sizes it",
      "delete that one, or set manage to Observe",
    ],
    [
      "Git",
      "argocd sets its count to what Git says, or set manage to Observe",
      "Replicas, but of Deployment agents/coder argocd sets its count to what Git says, " +
        "or set manage to Observe",
      "manage: Observe",
    ],
  ])("that %s sizes too", (_what, owner, text, fix) => {
    const said = `${place}.manage: found Replicas, but of Deployment agents/coder ${owner}.`;
    expect(found(reading("workload-owned", said))).toMatchObject([
      { severity: "blocker", where: `${place}.manage`, found: text, fix },
    ]);
  });
});

const surveyed = {
  namespace: "agents",
  name: "coder-0",
  labels: {},
  tolerations: [],
  boundBy: [],
  avoids: [],
};

describe("labels that are taken off to eject", () => {
  const workload: CompiledWorkload = { ...EIGHT_UNITS, ejectLabel: "breakwater.dev/route" };
  const fleet: CompiledFleet = aFleet("coder", { workloads: [workload] });
  const routing = (
    labels: Readonly<Record<string, string>>,
    selector: Readonly<Record<string, string>>,
  ): Facts => ({
    desired: { ...healthy.desired, fleets: [fleet] },
    workloads: { ...healthy.workloads, pods: [aPod("coder-0")] },
    routers: [{ namespace: "agents", name: "Service agents/coder", selector }],
    pods: [{ ...surveyed, labels }],
  });
  const route = { "breakwater.dev/route": "true" };

  it("are on every pod and in a selector where all is well", () => {
    expect(found(routing(route, route))).toEqual([]);
  });

  it.each([
    ["no pod", {}, route, "1 of 1 pod without breakwater.dev/route: coder-0"],
    [
      "no selector",
      route,
      { app: "coder" },
      "no selector with breakwater.dev/route in Service agents/coder",
    ],
  ])("and are on %s", (_what, labels, selector, text) => {
    expect(found(routing(labels, selector))).toMatchObject([
      { severity: "blocker", check: "eject", found: text },
    ]);
  });
});

describe("the fence of a pool that lends racks", () => {
  const fence = { key: FENCE, operator: "Exists", value: "", effect: "" };
  const bearing = (
    toleration: Partial<typeof fence> | null,
    placed: Partial<SurveyedPod> = { avoids: [LENT_LABEL] },
  ): Facts => ({
    desired: { ...healthy.desired, pools: [{ ...aPool("gb200-east"), loan: someTerms() }] },
    workloads: { ...healthy.workloads, pods: [aPod("coder-0")] },
    pods: [
      {
        ...surveyed,
        tolerations: toleration === null ? [] : [{ ...fence, ...toleration }],
        ...placed,
      },
    ],
  });
  const [domainKey = ""] = aPool("gb200-east").rack.domainKeys;

  it.each([
    ["keep off nodes that are lent", { avoids: [LENT_LABEL] }],
    ["are bound to a rack", { boundBy: [domainKey] }],
    ["are bound to the rack of their object", { boundBy: [RACK_LABEL] }],
  ])("is all where the fleet's pods %s", (_how, placed) => {
    expect(found(bearing({}, placed))).toEqual([]);
  });

  it.each([
    ["nothing keeps them off nodes that are lent", {}],
    ["they are bound to the pool's labels alone", { boundBy: ["node-pool"] }],
    ["they keep off others", { avoids: ["example.com/lent"] }],
  ])("is not all where %s", (_how, placed) => {
    expect(found(bearing({}, placed))).toMatchObject([
      {
        severity: "warning",
        check: "loans",
        found: "1 of 1 pod may come to racks on loan: coder-0",
        fix: expect.stringContaining("key: breakwater.dev/lent-at, operator: DoesNotExist"),
      },
    ]);
  });

  it.each([
    ["by its key", {}],
    ["by its effect", { effect: "NoSchedule" }],
    ["without a value", { operator: "Equal" }],
    ["with every taint", { key: "" }],
  ])("is tolerated %s where all is well", (_how, toleration) => {
    expect(found(bearing(toleration))).toEqual([]);
  });

  it.each([
    ["is missing", null],
    ["is of another taint", { key: "nvidia.com/gpu" }],
    ["is of another effect", { effect: "NoExecute" }],
    ["is of a value", { operator: "Equal", value: "yes" }],
    ["names no key and is of a value", { key: "", operator: "Equal" }],
  ])("blocks where the toleration %s", (_what, toleration) => {
    expect(found(bearing(toleration))).toMatchObject([
      {
        severity: "blocker",
        check: "loans",
        where: "InferenceFleet agents/coder, on RackPool gb200-east with a loan",
        found: "1 of 1 pod without a toleration of breakwater.dev/reclaim: coder-0",
      },
    ]);
  });
});
