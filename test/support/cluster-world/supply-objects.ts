/** Pools of a provider that gives what the test says, and a fleet that draws on two of them. */
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import { instantText } from "../../../src/core/supply/instant.ts";
import type { EpochMs } from "../../../src/core/units.ts";

export const NAMESPACE = "agents";
const NODES_PER_RACK = 18;
const ENGINES_PER_RACK = 2;

export const nodePool = (name: string, targetRacks: number): Json => ({
  apiVersion: "compute.coreweave.com/v1alpha1",
  kind: "NodePool",
  metadata: { name },
  spec: { instanceType: "gb200-4x", targetRacks },
});

/** A capacity block: all of the pool's racks, from long ago until then. */
export const blockUntil = (from: EpochMs, until: EpochMs): Json => ({
  kind: "Calendar",
  windows: [
    {
      from: instantText(from).replace("Z", ":00Z"),
      until: instantText(until).replace("Z", ":00Z"),
      racks: 1,
      evacuateBefore: "5m",
    },
  ],
});

export const ON_DEMAND: Json = { kind: "OnDemand" };

/** @param acknowledged whether it may act by itself though nobody proved its backend */
export const rackPool = (
  name: string,
  fleet: string,
  supply: Json = ON_DEMAND,
  acknowledged = true,
): Json => ({
  apiVersion: "breakwater.dev/v1alpha1",
  kind: "RackPool",
  metadata: { name },
  spec: {
    backend: { kind: "coreweave", name, acknowledgeUnproven: acknowledged },
    supply,
    leadTimePrior: {
      grant: { p50: "20s", p95: "40s" },
      boot: { p50: "1m", p95: "2m" },
      join: { p50: "20s", p95: "40s" },
    },
    limits: { maxRacks: 4, maxRequestsPerHour: 60 },
    consumers: [{ fleet: { namespace: NAMESPACE, name: fleet }, max: 4 }],
  },
});

/** The pools in the order in which they are asked. */
export const fleetOn = (name: string, pools: readonly string[]): Json => ({
  apiVersion: "breakwater.dev/v1alpha1",
  kind: "InferenceFleet",
  metadata: { name, namespace: NAMESPACE },
  spec: {
    model: { name, profile: "test-small" },
    mode: { scaleOut: "Auto", scaleIn: "Auto" },
    racks: { min: 1, max: 4 },
    pools: pools.map((pool, n) => ({
      name: pool,
      preference: n + 1,
      engineStartPrior: { p50: "20s", p95: "40s" },
    })),
    objectives: [{ name: "ttft", metric: "TTFT", threshold: "10s", share: "0.9" }],
    signals: { matchers: { job: name } },
    workloads: [
      {
        name: "engine",
        target: { selector: { app: name } },
        layout: "ObjectPerRack",
        unit: { gpus: 32 },
        unitsPerRack: ENGINES_PER_RACK,
      },
    ],
    warm: { hitRateWithinPoints: 10, orAfter: "20s" },
    drain: { deadline: "5m", onDeadline: "Cancel" },
    behavior: { scaleInStabilization: "1m", reviewInterval: "20s" },
    cacheVeto: "Off",
  },
});

export const rackNodes = (rack: string, from = 0, to = NODES_PER_RACK): readonly string[] =>
  Array.from({ length: NODES_PER_RACK }, (_, n) => `${rack}-n${String(n).padStart(2, "0")}`).slice(
    from,
    to,
  );

const ROOM = { "nvidia.com/gpu": "4", cpu: "144", memory: "960Gi", pods: "110" };

export const fakeNode = (name: string, rack: string, pool: string): Json => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name,
    labels: {
      "compute.coreweave.com/node-pool": pool,
      "ds.coreweave.com/nvlink.domain": rack,
    },
    annotations: { "kwok.x-k8s.io/node": "fake" },
  },
  status: { allocatable: ROOM, capacity: ROOM },
});

/** On the rack's first nodes. */
export const engines = (rack: string, fleet: string): readonly Json[] =>
  rackNodes(rack, 0, ENGINES_PER_RACK).map((node) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `engine-${node}`, namespace: NAMESPACE, labels: { app: fleet } },
    spec: {
      nodeName: node,
      terminationGracePeriodSeconds: 1,
      containers: [
        { name: "engine", image: "engine", resources: { limits: { "nvidia.com/gpu": "4" } } },
      ],
    },
  }));
