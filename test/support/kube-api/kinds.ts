import type { StoredKind } from "./object-store.ts";

const kind = (
  apiVersion: string,
  name: string,
  scope: "Cluster" | "Namespaced",
  subresources: readonly string[] = ["status"],
): StoredKind => ({
  apiVersion,
  kind: name,
  plural: `${name.toLowerCase()}s`,
  namespaced: scope === "Namespaced",
  subresources,
});

/** What the fake API server serves. */
export const SERVED_KINDS: readonly StoredKind[] = [
  kind("v1", "Node", "Cluster", []),
  kind("v1", "Pod", "Namespaced", ["eviction"]),
  kind("v1", "ConfigMap", "Namespaced", []),
  kind("v1", "Service", "Namespaced"),
  kind("policy/v1", "PodDisruptionBudget", "Namespaced"),
  kind("resource.k8s.io/v1", "ResourceSlice", "Cluster", []),
  kind("resource.k8s.io/v1beta1", "ResourceSlice", "Cluster", []),
  kind("coordination.k8s.io/v1", "Lease", "Namespaced", []),
  kind("events.k8s.io/v1", "Event", "Namespaced", []),
  kind("apps/v1", "Deployment", "Namespaced", ["status", "scale"]),
  kind("apps/v1", "StatefulSet", "Namespaced", ["status", "scale"]),
  kind("compute.coreweave.com/v1alpha1", "NodePool", "Cluster"),
  kind("container.cnrm.cloud.google.com/v1beta1", "ContainerNodePool", "Namespaced"),
  kind("eks.services.k8s.aws/v1alpha1", "Nodegroup", "Namespaced"),
  kind("containerservice.azure.com/v1api20240901", "ManagedClustersAgentPool", "Namespaced"),
  kind("container.gcp.upbound.io/v1beta2", "NodePool", "Cluster"),
  kind("eks.aws.upbound.io/v1beta2", "NodeGroup", "Cluster"),
  kind("provisioning.cattle.io/v1", "Cluster", "Namespaced"),
  ...["v1beta1", "v1beta2"].flatMap((version) => [
    kind(`cluster.x-k8s.io/${version}`, "MachineDeployment", "Namespaced", ["status", "scale"]),
    kind(`cluster.x-k8s.io/${version}`, "MachineSet", "Namespaced", ["status", "scale"]),
    kind(`cluster.x-k8s.io/${version}`, "MachinePool", "Namespaced", ["status", "scale"]),
    kind(`cluster.x-k8s.io/${version}`, "Machine", "Namespaced"),
    kind(`cluster.x-k8s.io/${version}`, "MachineHealthCheck", "Namespaced"),
  ]),
  kind("machine.openshift.io/v1beta1", "MachineSet", "Namespaced", ["status", "scale"]),
  kind("machine.openshift.io/v1beta1", "Machine", "Namespaced"),
  kind("machine.sapcloud.io/v1alpha1", "MachineDeployment", "Namespaced", ["status", "scale"]),
  kind("machine.sapcloud.io/v1alpha1", "Machine", "Namespaced"),
  kind("karpenter.sh/v1", "NodePool", "Cluster", ["status", "scale"]),
  kind("karpenter.sh/v1", "NodeClaim", "Cluster"),
  // The same events as events.k8s.io has, in the shape of old.
  kind("v1", "Event", "Namespaced", []),
  kind("breakwater.dev/v1alpha1", "RackPool", "Cluster"),
  kind("breakwater.dev/v1alpha1", "InferenceFleet", "Namespaced"),
  kind("breakwater.dev/v1alpha1", "ScaleDecision", "Namespaced"),
  kind("breakwater.dev/v1alpha1", "FleetOverride", "Namespaced"),
];
