/**
 * Kinds of clouds' operators that count nodes in a field: names, types and scopes after the kinds'
 * public references, written by hand and no further than what is read and written here.
 */
import { conditions, definition, integer, object, type Schema, text } from "./foreign-kinds.ts";

const bool: Schema = { type: "boolean" };
const number: Schema = { type: "number" };
const list = (items: Schema): Schema => ({ type: "array", items });
const reference = object({ name: text, namespace: text, external: text });
const status = { observedGeneration: integer, conditions };

/** Config Connector's ContainerNodePool (container.cnrm.cloud.google.com/v1beta1). */
const CONTAINER_NODE_POOL = definition({
  group: "container.cnrm.cloud.google.com",
  version: "v1beta1",
  kind: "ContainerNodePool",
  scope: "Namespaced",
  spec: {
    location: text,
    nodeLocations: list(text),
    nodeCount: { type: "integer" },
    autoscaling: object({ minNodeCount: integer, maxNodeCount: integer }),
    clusterRef: reference,
  },
  status,
});

const scalingConfig = (counted: Schema) =>
  object({ minSize: counted, maxSize: counted, desiredSize: counted });

/** ACK's Nodegroup (eks.services.k8s.aws/v1alpha1). */
const NODEGROUP = definition({
  group: "eks.services.k8s.aws",
  version: "v1alpha1",
  kind: "Nodegroup",
  scope: "Namespaced",
  spec: { name: text, scalingConfig: scalingConfig({ type: "integer", format: "int64" }) },
  status: {
    ...status,
    status: text,
    health: object({ issues: list(object({ code: text, message: text })) }),
  },
});

/** Azure Service Operator's ManagedClustersAgentPool. */
const AGENT_POOL = definition({
  group: "containerservice.azure.com",
  version: "v1api20240901",
  kind: "ManagedClustersAgentPool",
  scope: "Namespaced",
  spec: { count: { type: "integer" }, enableAutoScaling: bool, owner: reference },
  status: { ...status, count: { type: "integer" }, provisioningState: text },
});

/** Crossplane's NodePool of provider-upjet-gcp; its numbers are of type number. */
const CROSSPLANE_NODE_POOL = definition({
  group: "container.gcp.upbound.io",
  version: "v1beta2",
  kind: "NodePool",
  scope: "Cluster",
  spec: {
    managementPolicies: list(text),
    forProvider: object({ nodeCount: number, location: text, nodeLocations: list(text) }),
  },
  status,
});

/** Crossplane's NodeGroup of provider-upjet-aws. */
const CROSSPLANE_NODE_GROUP = definition({
  group: "eks.aws.upbound.io",
  version: "v1beta2",
  kind: "NodeGroup",
  scope: "Cluster",
  spec: {
    managementPolicies: list(text),
    forProvider: object({ region: text, scalingConfig: scalingConfig(number) }),
  },
  status,
});

/** Rancher's Cluster: its machine pools are a list without keys, owned as a whole. */
const RANCHER_CLUSTER = definition({
  group: "provisioning.cattle.io",
  version: "v1",
  kind: "Cluster",
  scope: "Namespaced",
  spec: {
    rkeConfig: object({
      machinePools: list(object({ name: text, quantity: { type: "integer", format: "int32" } })),
    }),
  },
  status,
});

export const CLOUD_NODE_POOLS: readonly object[] = [
  CONTAINER_NODE_POOL,
  NODEGROUP,
  AGENT_POOL,
  CROSSPLANE_NODE_POOL,
  CROSSPLANE_NODE_GROUP,
  RANCHER_CLUSTER,
];
