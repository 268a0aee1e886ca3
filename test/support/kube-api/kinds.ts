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
  kind("coordination.k8s.io/v1", "Lease", "Namespaced", []),
  kind("events.k8s.io/v1", "Event", "Namespaced", []),
  kind("apps/v1", "Deployment", "Namespaced", ["status", "scale"]),
  kind("apps/v1", "StatefulSet", "Namespaced", ["status", "scale"]),
  kind("compute.coreweave.com/v1alpha1", "NodePool", "Cluster"),
  kind("breakwater.dev/v1alpha1", "RackPool", "Cluster"),
  kind("breakwater.dev/v1alpha1", "InferenceFleet", "Namespaced"),
  kind("breakwater.dev/v1alpha1", "ScaleDecision", "Namespaced"),
  kind("breakwater.dev/v1alpha1", "FleetOverride", "Namespaced"),
];
