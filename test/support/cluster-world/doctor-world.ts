/** A cluster that is well, and the mistakes that are put beside it. */
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import { definition, object, text } from "../crds/foreign-kinds.ts";
import { deployment, node } from "../kube-objects.ts";
import { rawFleet, rawPool } from "../raw-objects.ts";

const NAMESPACE = "agents";
const POOL_LABEL = "compute.coreweave.com/node-pool";
const ROUTE_LABEL = "breakwater.dev/route";
const DOMAIN_LABEL = "ds.coreweave.com/nvlink.domain";

/** Of OpenShift, as far as it is read. */
export const MACHINE_HEALTH_CHECK = definition({
  group: "machine.openshift.io",
  version: "v1beta1",
  kind: "MachineHealthCheck",
  scope: "Namespaced",
  spec: {
    selector: object({ matchLabels: { type: "object", additionalProperties: text } }),
    nodeStartupTimeout: text,
  },
  status: {},
});

const nodePool = (name: string): Json => ({
  apiVersion: "compute.coreweave.com/v1alpha1",
  kind: "NodePool",
  metadata: { name },
  spec: { instanceType: "gb200-4x", targetRacks: 1 },
});

const consumer = (name: string) => ({ fleet: { namespace: NAMESPACE, name }, max: 4 });

const coreweave = (name: string, fleets: readonly string[]): Json => ({
  ...rawPool(
    {
      backend: { kind: "coreweave", name, acknowledgeUnproven: true },
      limits: { maxRacks: 4 },
      consumers: fleets.map(consumer),
    },
    name,
  ),
});

interface RackTraits {
  readonly pool: string;
  /** "" for nodes without the label. */
  readonly domain: string;
  readonly nodes: number;
  readonly gpus?: string;
}

const rack = ({ pool, domain, nodes, gpus = "4" }: RackTraits): readonly Json[] =>
  Array.from({ length: nodes }, (_, at) =>
    node(`${pool}-${domain || "none"}-${at}`, {
      labels: { [POOL_LABEL]: pool, ...(domain !== "" && { [DOMAIN_LABEL]: domain }) },
      gpus,
    }),
  );

interface FleetTraits {
  readonly name: string;
  readonly pool: string;
  readonly matchers: Json;
  readonly threshold?: string;
  readonly signals?: Json;
}

const fleet = ({ name, pool, matchers, threshold = "2500ms", signals }: FleetTraits): Json => ({
  ...rawFleet(
    {
      racks: { max: 4 },
      pools: [{ name: pool }],
      objectives: [{ name: "ttft", metric: "TTFT", threshold, share: "0.99" }],
      signals: { profile: "vllm", scrapeInterval: "1s", matchers, ...signals },
      workloads: [
        {
          name: "engine",
          target: { apiVersion: "apps/v1", kind: "Deployment", name },
          manage: "Replicas",
          eject: { removePodLabel: { key: ROUTE_LABEL } },
          unit: { gpus: 8 },
          unitsPerRack: 8,
        },
      ],
    },
    name,
  ),
});

/** Two pods, bound to a node: nothing schedules here. */
function engines(name: string, nodeName: string, routed: Json = {}): Json {
  const labels = { app: name, ...routed };
  const limits = { "nvidia.com/gpu": "4" };
  const containers = [{ name: "engine", image: "engine", resources: { limits } }];
  return {
    ...deployment(2, name),
    metadata: { name, namespace: NAMESPACE },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels }, spec: { nodeName, containers } },
    },
  };
}

const budget = (name: string, maxUnavailable: number): Json => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name, namespace: NAMESPACE },
  spec: { maxUnavailable, selector: { matchLabels: { app: name } } },
});

const ROUTED: Json = { [ROUTE_LABEL]: "true" };

/** What sends turns to pods, as long as they carry the label. */
function service(name: string): Json {
  const spec = { selector: { app: name, ...ROUTED }, ports: [{ port: 8000 }] };
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace: NAMESPACE }, spec };
}

/** One fleet on one rack; its engines' job in Prometheus is `well`. */
export const WELL: readonly Json[] = [
  nodePool("gb200-well"),
  ...rack({ pool: "gb200-well", domain: "rack-1", nodes: 18 }),
  coreweave("gb200-well", ["well"]),
  engines("well", "gb200-well-rack-1-0", ROUTED),
  service("well"),
  budget("well", 1),
  fleet({ name: "well", pool: "gb200-well", matchers: { job: "well" } }),
];

const horizontalAutoscaler: Json = {
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { name: "odd", namespace: NAMESPACE },
  spec: {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "odd" },
    maxReplicas: 8,
  },
};

/** A MachineSet for which the chart was given no rights, under the default MachineHealthCheck. */
const machines: readonly Json[] = [
  {
    apiVersion: "machine.openshift.io/v1beta1",
    kind: "MachineSet",
    metadata: { name: "gb200", namespace: "infra" },
    spec: {
      replicas: 0,
      selector: { matchLabels: { gpu: "gb200" } },
      template: { metadata: { labels: { gpu: "gb200" } } },
    },
  },
  {
    apiVersion: "machine.openshift.io/v1beta1",
    kind: "MachineHealthCheck",
    metadata: { name: "gpus", namespace: "infra" },
    spec: { selector: { matchLabels: { gpu: "gb200" } } },
  },
  {
    ...rawPool(
      {
        backend: {
          kind: "scale",
          preset: "openshift",
          target: {
            apiVersion: "machine.openshift.io/v1beta1",
            kind: "MachineSet",
            namespace: "infra",
            name: "gb200",
          },
          countPerRack: 18,
          nodeLabels: { pool: "machines" },
        },
        consumers: [consumer("lost")],
      },
      "machines",
    ),
  },
];

/** What Git owns: applied by its tool. */
export const IN_GIT: readonly Json[] = [nodePool("gb200-odd")];

/** Every mistake beside the fleet that is well, whose series one of these reads too. */
export const MISTAKES: readonly Json[] = [
  ...rack({ pool: "gb200-odd", domain: "rack-17", nodes: 17 }),
  ...rack({ pool: "gb200-odd", domain: "rack-36", nodes: 36 }),
  ...rack({ pool: "gb200-odd", domain: "", nodes: 1 }),
  ...rack({ pool: "gb200-odd", domain: "rack-1", nodes: 1, gpus: "0" }),
  coreweave("gb200-odd", ["somebody-else"]),
  coreweave("gb200-gone", ["deaf"]),
  ...machines,
  engines("odd", "gb200-odd-rack-17-0"),
  horizontalAutoscaler,
  budget("odd", 0),
  fleet({ name: "odd", pool: "gb200-odd", matchers: { job: "well" }, threshold: "2s" }),
  fleet({
    name: "deaf",
    pool: "gb200-gone",
    matchers: { job: "deaf" },
    signals: { prometheus: { url: "http://127.0.0.1:1" } },
  }),
  fleet({ name: "lost", pool: "machines", matchers: { job: "nobody" } }),
];
