/** Pools over vendors' kinds that count in a field, with the least their objects need. */
import type { Json } from "../../src/adapters/kubernetes/decode.ts";
import type { CompiledPool } from "../../src/core/compiled.ts";
import { compiledPool } from "./compiled-pool.ts";
import { RACK_NODES } from "./kube-objects.ts";
import type { Raw } from "./raw-objects.ts";

/** One kind whose objects hold a count of nodes. */
export interface CountedKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** "" for a cluster-scoped kind. */
  readonly namespace: string;
  /** What a RackPool says of it besides the object. */
  readonly backend: Raw;
  /** The specification of an object that counts so many nodes. */
  spec(nodes: number): Json;
  /** The count in a specification of the kind. */
  nodes(spec: Json): unknown;
}

const NAMESPACE = "infra";

/** A pool in the middle of others: the count's index is not the first. */
const rancherPools = (nodes: number): readonly Json[] => [
  { name: "system", quantity: 3 },
  { name: "gb200", quantity: nodes },
];

const scalingConfig = (nodes: number) => ({ minSize: 0, maxSize: 144, desiredSize: nodes });

export const COUNTED_KINDS = {
  kcc: {
    apiVersion: "container.cnrm.cloud.google.com/v1beta1",
    kind: "ContainerNodePool",
    namespace: NAMESPACE,
    backend: { preset: "kcc" },
    spec: (nodeCount) => ({
      location: "us-central1",
      nodeLocations: ["us-central1-a"],
      clusterRef: { name: "agents" },
      nodeCount,
    }),
    nodes: (spec) => spec["nodeCount"],
  },
  ack: {
    apiVersion: "eks.services.k8s.aws/v1alpha1",
    kind: "Nodegroup",
    namespace: NAMESPACE,
    backend: { preset: "ack" },
    spec: (nodes) => ({ name: "gb200", scalingConfig: scalingConfig(nodes) }),
    nodes: (spec) => Object(spec["scalingConfig"]).desiredSize,
  },
  aso: {
    apiVersion: "containerservice.azure.com/v1api20240901",
    kind: "ManagedClustersAgentPool",
    namespace: NAMESPACE,
    backend: { preset: "aso" },
    spec: (count) => ({ count, enableAutoScaling: false, owner: { name: "agents" } }),
    nodes: (spec) => spec["count"],
  },
  "crossplane-gke": {
    apiVersion: "container.gcp.upbound.io/v1beta2",
    kind: "NodePool",
    namespace: "",
    backend: { preset: "crossplane-gke" },
    spec: (nodeCount) => ({ forProvider: { nodeCount, location: "us-central1-a" } }),
    nodes: (spec) => Object(spec["forProvider"]).nodeCount,
  },
  "crossplane-eks": {
    apiVersion: "eks.aws.upbound.io/v1beta2",
    kind: "NodeGroup",
    namespace: "",
    backend: { preset: "crossplane-eks" },
    spec: (nodes) => ({
      forProvider: { region: "us-east-1", scalingConfig: scalingConfig(nodes) },
    }),
    nodes: (spec) => Object(Object(spec["forProvider"]).scalingConfig).desiredSize,
  },
  rancher: {
    apiVersion: "provisioning.cattle.io/v1",
    kind: "Cluster",
    namespace: NAMESPACE,
    backend: { preset: "rancher", item: "gb200" },
    spec: (nodes) => ({ rkeConfig: { machinePools: rancherPools(nodes) } }),
    nodes: (spec) => Object(Object(spec["rkeConfig"]).machinePools?.[1]).quantity,
  },
  karpenter: {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    namespace: "",
    backend: { path: "/spec/replicas" },
    spec: (replicas) => ({
      replicas,
      template: {
        spec: {
          requirements: [],
          nodeClassRef: { group: "karpenter.kwok.sh", kind: "KWOKNodeClass", name: "default" },
        },
      },
    }),
    nodes: (spec) => spec["replicas"],
  },
} satisfies Readonly<Record<string, CountedKind>>;

/** Those whose count may be one field: Karpenter picks what leaves by itself. */
const { karpenter: _notByField, ...byField } = COUNTED_KINDS;
export const FIELD_KINDS: Readonly<Record<string, CountedKind>> = byField;

/** The label by which the objects of a set are selected. */
const SET_LABEL = "rack-set";
/** The node label whose value is the object's name. */
export const MEMBER_LABEL = "example.com/rack-object";

interface Named {
  readonly name?: string;
  /** The set that the object is in. */
  readonly set?: string;
}

export function countedObject(
  { apiVersion, kind, namespace, spec }: CountedKind,
  nodes: number,
  { name = "gb200-a", set = "a" }: Named = {},
): Json {
  const labels = { [SET_LABEL]: set };
  const metadata = { name, labels, ...(namespace !== "" && { namespace }) };
  return { apiVersion, kind, metadata, spec: spec(nodes) };
}

/** A RackPool whose size is one object's count. */
export function fieldPool(counted: CountedKind, name = "gb200-a", backend: Raw = {}): CompiledPool {
  const { apiVersion, kind, namespace } = counted;
  const target = { apiVersion, kind, namespace, name };
  return pool({ kind: "field", target, ...counted.backend, ...backend }, name);
}

/** A RackPool of one object a rack. */
export function setPool(counted: CountedKind, set = "a"): CompiledPool {
  const { apiVersion, kind, namespace } = counted;
  const selector = { [SET_LABEL]: set };
  const members = { apiVersion, kind, namespace, selector, nodeLabel: MEMBER_LABEL };
  return pool({ kind: "object-set", members, ...counted.backend }, "gb200-a");
}

/** A RackPool whose racks people bring. */
export const manualPool = (name = "gb200-a"): CompiledPool =>
  compiledPool({ backend: { kind: "manual", nodeLabels: { pool: name } } }, name);

const pool = (backend: Raw, name: string): CompiledPool =>
  compiledPool(
    { backend: { countPerRack: RACK_NODES, nodeLabels: { pool: name }, ...backend } },
    name,
  );
