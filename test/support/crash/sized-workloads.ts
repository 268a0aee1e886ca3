/**
 * Workloads beside a fleet's engines whose counts Breakwater writes, one for each way to write a
 * count: kube-controller-manager runs the Deployment, nobody the others, whose counts move all the
 * same.
 */
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";

/** What the Service of the engines would select by. */
export const ROUTE_LABEL = "breakwater.dev/route";
const GPUS_PER_UNIT = 4;

interface Sized {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  readonly unitsPerRack: number;
  /** Its specification when the first rack has yet to come. */
  readonly spec: Json;
  /** Of kinds with a count per role. */
  readonly role?: string;
  readonly count: string;
}

const APP_OF_UNITS = "units";
const notReady = { key: "node.kubernetes.io/not-ready", operator: "Exists" };
/** Else all of them would fit on the first rack, and none would be on the one that is drained. */
const alikeOnRacks = {
  maxSkew: 1,
  topologyKey: "ds.coreweave.com/nvlink.domain",
  whenUnsatisfiable: "DoNotSchedule",
  labelSelector: { matchLabels: { part: APP_OF_UNITS } },
};
const container = {
  name: "engine",
  image: "engine",
  resources: { limits: { "nvidia.com/gpu": String(GPUS_PER_UNIT) } },
};

const DEPLOYMENT: Sized = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  resource: "deployments",
  unitsPerRack: 4,
  spec: {
    replicas: 0,
    selector: { matchLabels: { part: APP_OF_UNITS } },
    template: {
      metadata: { labels: { part: APP_OF_UNITS } },
      // Nobody takes the taint off that new nodes get: the node controller does not run here.
      spec: {
        tolerations: [notReady],
        topologySpreadConstraints: [alikeOnRacks],
        terminationGracePeriodSeconds: 0,
        containers: [container],
      },
    },
  },
  count: "{.spec.replicas}",
};

export const SIZED: readonly Sized[] = [
  DEPLOYMENT,
  {
    apiVersion: "leaderworkerset.x-k8s.io/v1",
    kind: "LeaderWorkerSet",
    resource: "leaderworkersets",
    unitsPerRack: 2,
    spec: { replicas: 0 },
    count: "{.spec.replicas}",
  },
  {
    apiVersion: "disaggregatedset.x-k8s.io/v1",
    kind: "DisaggregatedSet",
    resource: "disaggregatedsets",
    unitsPerRack: 2,
    spec: {
      roles: [
        { name: "prefill", spec: { replicas: 2 } },
        { name: "router", spec: { replicas: 1 } },
      ],
    },
    role: "prefill",
    count: "{.spec.roles[0].spec.replicas}",
  },
];

export const sizedObjects = (namespace: string): readonly Json[] =>
  SIZED.map(({ apiVersion, kind, resource, spec }) => ({
    apiVersion,
    kind,
    metadata: { name: resource, namespace },
    spec,
  }));

/** @returns `spec.workloads` of a fleet whose engines are pods with this `app` label */
export const workloadsOf = (app: string): readonly Json[] => [
  {
    name: "engine",
    target: { selector: { app } },
    layout: "ObjectPerRack",
    unit: { gpus: GPUS_PER_UNIT },
    unitsPerRack: 8,
    eject: { removePodLabel: { key: ROUTE_LABEL } },
  },
  ...SIZED.map(({ apiVersion, kind, resource, unitsPerRack, role }) => ({
    name: resource,
    target: { apiVersion, kind, name: resource, ...(role !== undefined && { role }) },
    manage: "Replicas",
    unit: { gpus: GPUS_PER_UNIT },
    unitsPerRack,
  })),
];
