/** Cluster API, OpenShift and Gardener: a count with Machines behind it that can be marked. */
import { clusterApiBackend } from "../../../src/adapters/cluster-api/backend.ts";
import type { KubeClient } from "../../../src/adapters/kubernetes/client.ts";
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import { discovery } from "../../../src/adapters/kubernetes/discovery.ts";
import { scaleBackend } from "../../../src/adapters/scale/backend.ts";
import type { NodeRef } from "../../../src/core/decision.ts";
import { compiledPool } from "../compiled-pool.ts";
import type { Raw } from "../raw-objects.ts";
import { type BackedKind, SMALL_RACK } from "./backed-kind.ts";

const NAMESPACE = "infra";
const CLUSTER = "agents";

const small = { rack: { nodes: SMALL_RACK, usableNodes: SMALL_RACK } };

const controlledBy = (apiVersion: string, kind: string, name: string): Json => ({
  ownerReferences: [{ apiVersion, kind, name, uid: `uid-of-${name}`, controller: true }],
});

const target = (apiVersion: string, kind: string, name: string): Raw => ({
  apiVersion,
  kind,
  namespace: NAMESPACE,
  name,
});

interface ClusterApiKind {
  readonly version: "v1beta1" | "v1beta2";
  readonly kind: "MachineDeployment" | "MachineSet" | "MachinePool";
}

const CLUSTER_API_LABELS = {
  MachineDeployment: "cluster.x-k8s.io/deployment-name",
  MachineSet: "cluster.x-k8s.io/set-name",
  MachinePool: "cluster.x-k8s.io/pool-name",
};

export function clusterApiKind({ version, kind }: ClusterApiKind): BackedKind {
  const apiVersion = `cluster.x-k8s.io/${version}`;
  const label = CLUSTER_API_LABELS[kind];
  const spec = machineSpec(version);
  return {
    plural: `${kind.toLowerCase()}s`,
    field: "replicas",
    unitsPerRack: SMALL_RACK,
    status: { replicas: 8 },
    object: (name, replicas) => {
      const labels = { [label]: name };
      const selector = kind === "MachinePool" ? {} : { selector: { matchLabels: labels } };
      const template = { metadata: { labels }, spec };
      return {
        ...clusterApiObject(apiVersion, kind, name),
        spec: { clusterName: CLUSTER, replicas, ...selector, template },
      };
    },
    pool: (name) => {
      const nodeLabels = { pool: name };
      const backend = { kind: "cluster-api", target: target(apiVersion, kind, name), nodeLabels };
      return compiledPool({ backend, ...small }, name);
    },
    backend: (client) => clusterApiBackend({ client, discovery: discovery(client) }),
    behind: (pool, node) => [clusterApiMachine({ version, kind }, pool, node)],
    work: () => [],
    mark: "cluster.x-k8s.io/delete-machine",
  };
}

const clusterApiObject = (apiVersion: string, kind: string, name: string): Json => ({
  apiVersion,
  kind,
  metadata: { name, namespace: NAMESPACE },
});

export function clusterApiMachine(
  { version, kind }: ClusterApiKind,
  pool: string,
  { name, uid }: NodeRef,
): Json {
  const apiVersion = `cluster.x-k8s.io/${version}`;
  const owner = kind === "MachineDeployment" ? `${pool}-7f9c` : pool;
  const ownerKind = kind === "MachineDeployment" ? "MachineSet" : kind;
  return {
    apiVersion,
    kind: "Machine",
    metadata: {
      name: `machine-of-${name}`,
      namespace: NAMESPACE,
      labels: { [CLUSTER_API_LABELS[kind]]: pool },
      ...controlledBy(apiVersion, ownerKind, owner),
    },
    spec: machineSpec(version),
    status: { nodeRef: version === "v1beta1" ? { kind: "Node", name, uid } : { name } },
  };
}

const machineSpec = (version: ClusterApiKind["version"]): Json => ({
  clusterName: CLUSTER,
  bootstrap: { dataSecretName: "boot" },
  infrastructureRef: {
    ...(version === "v1beta1"
      ? { apiVersion: "infrastructure.cluster.x-k8s.io/v1beta1" }
      : { apiGroup: "infrastructure.cluster.x-k8s.io" }),
    kind: "Metal3MachineTemplate",
    name: "gb200",
  },
});

const byScale = (client: KubeClient) => scaleBackend({ client, discovery: discovery(client) });

function scalePreset(preset: string, at: Raw, name: string) {
  const nodeLabels = { pool: name };
  const backend = { kind: "scale", preset, target: at, countPerRack: SMALL_RACK, nodeLabels };
  return compiledPool({ backend, ...small }, name);
}

const OPENSHIFT = "machine.openshift.io/v1beta1";
const OPENSHIFT_LABEL = "machine.openshift.io/cluster-api-machineset";

export const openshiftKind: BackedKind = {
  plural: "machinesets",
  field: "replicas",
  unitsPerRack: SMALL_RACK,
  status: { replicas: 8 },
  object: (name, replicas) => {
    const labels = { [OPENSHIFT_LABEL]: name };
    return {
      apiVersion: OPENSHIFT,
      kind: "MachineSet",
      metadata: { name, namespace: NAMESPACE },
      spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels } } },
    };
  },
  pool: (name) => scalePreset("openshift", target(OPENSHIFT, "MachineSet", name), name),
  backend: byScale,
  behind: (pool, { name, uid }) => [
    {
      apiVersion: OPENSHIFT,
      kind: "Machine",
      metadata: {
        name: `machine-of-${name}`,
        namespace: NAMESPACE,
        labels: { [OPENSHIFT_LABEL]: pool },
        ...controlledBy(OPENSHIFT, "MachineSet", pool),
      },
      spec: {},
      status: { nodeRef: { kind: "Node", name, uid } },
    },
  ],
  work: () => [],
  mark: "machine.openshift.io/delete-machine",
};

const GARDENER = "machine.sapcloud.io/v1alpha1";

export const gardenerKind: BackedKind = {
  plural: "machinedeployments",
  field: "replicas",
  unitsPerRack: SMALL_RACK,
  status: { replicas: 8 },
  object: (name, replicas) => ({
    apiVersion: GARDENER,
    kind: "MachineDeployment",
    metadata: { name, namespace: NAMESPACE },
    spec: {
      replicas,
      selector: { matchLabels: { name } },
      template: {
        metadata: { labels: { name } },
        spec: { class: { kind: "MachineClass", name: "gb200" } },
      },
    },
  }),
  pool: (name) => scalePreset("gardener", target(GARDENER, "MachineDeployment", name), name),
  backend: byScale,
  behind: (pool, { name }) => [
    {
      apiVersion: GARDENER,
      kind: "Machine",
      metadata: {
        name: `machine-of-${name}`,
        namespace: NAMESPACE,
        labels: { name: pool, node: name },
        ...controlledBy(GARDENER, "MachineSet", `${pool}-5d8c`),
      },
      spec: { class: { kind: "MachineClass", name: "gb200" } },
      status: { currentStatus: { phase: "Running" } },
    },
  ],
  work: () => [],
  mark: "machinepriority.machine.sapcloud.io",
};
