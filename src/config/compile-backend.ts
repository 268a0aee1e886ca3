/** RackPool's `backend` → CompiledBackend. */
import type { CompiledBackend, ObjectRef } from "../core/compiled.ts";
import type { RackPoolSpec } from "./rack-pool.ts";

type WrittenBackend = RackPoolSpec["backend"];

/** The vendor's kind and the node label of its pools (CoreWeave node pool reference). */
const COREWEAVE_API_VERSION = "compute.coreweave.com/v1alpha1";
const COREWEAVE_POOL_LABEL = "compute.coreweave.com/node-pool";

/** karpenter.sh/v1, pkg/apis/v1/labels.go. */
const KARPENTER_API_VERSION = "karpenter.sh/v1";
const KARPENTER_POOL_LABEL = "karpenter.sh/nodepool";

/** @param rackNodes nodes of a whole rack: what kinds that count nodes need for one */
export function compileBackend(backend: WrittenBackend, rackNodes: number): CompiledBackend {
  const { kind, preset = null, path = null, item = null, nodeLabels } = backend;
  return {
    kind,
    target: targetOf(backend),
    preset,
    path,
    item,
    members: backend.members ?? null,
    countPerRack: backend.countPerRack ?? (COUNT_RACKS.includes(kind) ? 1 : rackNodes),
    nodeLabels: { ...nodeLabels, ...ownLabels(backend) },
    acknowledgeUnproven: backend.acknowledgeUnproven,
  };
}

/** Whether a CoreWeave object counts racks or nodes shows in the object; its backend converts. */
const COUNT_RACKS: readonly string[] = ["coreweave", "manual"];

function targetOf({ kind, name = "", target, members }: WrittenBackend): ObjectRef {
  if (kind === "coreweave") return nodePool(COREWEAVE_API_VERSION, name);
  if (kind === "karpenter") return nodePool(KARPENTER_API_VERSION, name);
  // A person is asked through a ConfigMap in the controller's namespace.
  if (kind === "manual") return { apiVersion: "v1", kind: "ConfigMap", namespace: "", name: "" };
  if (members !== undefined) {
    const { apiVersion, kind: memberKind, namespace } = members;
    return { apiVersion, kind: memberKind, namespace, name: "" };
  }
  if (target === undefined) throw new Error(`a ${kind} backend without target passed its schema`);
  return target;
}

const nodePool = (apiVersion: string, name: string): ObjectRef => ({
  apiVersion,
  kind: "NodePool",
  namespace: "",
  name,
});

function ownLabels({ kind, name = "" }: WrittenBackend): Readonly<Record<string, string>> {
  if (kind === "coreweave") return { [COREWEAVE_POOL_LABEL]: name };
  return kind === "karpenter" ? { [KARPENTER_POOL_LABEL]: name } : {};
}
