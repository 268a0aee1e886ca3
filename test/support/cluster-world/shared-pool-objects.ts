/** A pool of racks of two nodes, and two fleets that share it, as people would apply them. */
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";

export const POOL = "gb200-east";
export const GIVER = { namespace: "agents", name: "coder" };
export const TAKER = { namespace: "talks", name: "chat" };
export type Fleet = typeof GIVER;
/** Who may approve. */
export const APPROVER = "alice";

export const NODES_PER_RACK = 2;
/** One pod fills a node. */
const GPUS = "4";

export const nodePool = (targetRacks: number): Json => ({
  apiVersion: "compute.coreweave.com/v1alpha1",
  kind: "NodePool",
  metadata: { name: POOL },
  spec: { instanceType: "gb200-4x", targetRacks },
});

/** @param racks that there are, all of them paid for unless `more` says otherwise */
export const rackPool = (racks: number, more: Json = {}): Json => ({
  apiVersion: "breakwater.dev/v1alpha1",
  kind: "RackPool",
  metadata: { name: POOL },
  spec: {
    backend: { kind: "coreweave", name: POOL, acknowledgeUnproven: true },
    rack: { nodes: NODES_PER_RACK, usableNodes: NODES_PER_RACK },
    supply: { kind: "Reserved", committedRacks: racks },
    limits: { maxRacks: racks },
    consumers: [GIVER, TAKER].map((fleet) => ({ fleet, guaranteed: 1, max: 3 })),
    ...more,
  },
});

export const fleetObject = ({ namespace, name }: Fleet): Json => ({
  apiVersion: "breakwater.dev/v1alpha1",
  kind: "InferenceFleet",
  metadata: { name, namespace },
  spec: {
    model: { name, profile: "test-small" },
    mode: { scaleOut: "Auto", scaleIn: "Auto" },
    racks: { min: 1, max: 3 },
    pools: [{ name: POOL }],
    objectives: [{ name: "ttft", metric: "TTFT", threshold: "10s", share: "0.9" }],
    signals: { matchers: { job: name } },
    workloads: [
      {
        name: "engine",
        target: { apiVersion: "apps/v1", kind: "Deployment", name },
        manage: "Replicas",
        unit: { gpus: Number(GPUS) },
        unitsPerRack: NODES_PER_RACK,
      },
    ],
    warm: { hitRateWithinPoints: 10, orAfter: "5s" },
    // As many ticks as a real scheduler may need.
    drain: { deadline: "12h", onDeadline: "Cancel" },
    behavior: { scaleInStabilization: "1m", reviewInterval: "20s" },
    cacheVeto: "Off",
  },
});

export const FENCE = "breakwater.dev/reclaim";
/** Nobody takes the taint off that new nodes get: the node controller does not run here. */
const NOT_READY = { key: "node.kubernetes.io/not-ready", operator: "Exists" };

export const deployment = ({ namespace, name }: Fleet, replicas: number): Json => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        tolerations: [NOT_READY, { key: FENCE, operator: "Exists" }],
        terminationGracePeriodSeconds: 1,
        containers: [
          { name: "engine", image: "engine", resources: { limits: { "nvidia.com/gpu": GPUS } } },
        ],
      },
    },
  },
});

export const BATCH = { namespace: "training", name: "big" };

/** Pods that run together or not at all, one a node, on racks that are lent. */
export const gang = (replicas: number): readonly Json[] => {
  const { namespace, name } = BATCH;
  const labels = { run: name, queue: "training", "jobset.sigs.k8s.io/jobset-name": name };
  const resources = { limits: { "nvidia.com/gpu": GPUS } };
  const pods = {
    tolerations: [NOT_READY],
    terminationGracePeriodSeconds: 1,
    containers: [{ name: "train", image: "train", resources }],
  };
  const selector = { matchLabels: { run: name } };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace },
      spec: { replicas, selector, template: { metadata: { labels }, spec: pods } },
    },
    {
      // It may not be told to go: what is seen of a reclaim is what happens before.
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name, namespace },
      spec: { maxUnavailable: 0, selector },
    },
  ];
};

const ROOM = { "nvidia.com/gpu": GPUS, cpu: "64", memory: "512Gi", pods: "110" };

export const fakeNode = (name: string): Json => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name,
    labels: {
      "compute.coreweave.com/node-pool": POOL,
      "ds.coreweave.com/nvlink.domain": name.slice(0, "rack-a".length),
    },
    annotations: { "kwok.x-k8s.io/node": "fake" },
  },
  status: { allocatable: ROOM, capacity: ROOM },
});

export const approver = (): Json => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  metadata: { name: APPROVER },
  roleRef: {
    apiGroup: "rbac.authorization.k8s.io",
    kind: "ClusterRole",
    name: "breakwater-approver",
  },
  subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: APPROVER }],
});
