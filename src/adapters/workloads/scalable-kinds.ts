/**
 * What is known of kinds with a count of units: how their pods are told, which go first when the
 * count is lowered, and whether an owner leaves the count to others. Any other kind with a scale
 * subresource is sized too, its removal order unknown.
 */
import type { RemovalOrder } from "../../core/observation.ts";

export interface ScalableKind {
  /** API group, any version of it. */
  readonly group: string;
  readonly kind: string;
  /** Pods carry the object's name under it; null: by the object's selector. */
  readonly nameLabel: string | null;
  /** Pods carry their unit's index under it; null: no index. */
  readonly indexLabel: string | null;
  readonly removes: RemovalOrder;
  /** Kinds that own the object and leave its count to autoscalers. */
  readonly leftBy: readonly string[];
  /** Where the spec of its pods is, for the node labels they are bound to; null: nowhere. */
  readonly podSpec: readonly string[] | null;
  /** Pods carry the role under it, of kinds with a count per role. */
  readonly roleLabel?: string;
  /** Pods carry the revision of their template under it: two at once are a rollout. */
  readonly revisionLabel?: string;
}

const LWS_GROUP_INDEX = "leaderworkerset.sigs.k8s.io/group-index";
const DISAGGREGATED_REVISION = "disaggregatedset.x-k8s.io/revision";

/**
 * Sources: apps/v1 and kube-controller-manager; kubernetes-sigs/lws api/leaderworkerset/v1 and
 * api/disaggregatedset/v1; ai-dynamo/grove operator/api/common/labels.go and core/v1alpha1;
 * ai-dynamo/dynamo deploy/operator/api/v1alpha1.
 */
const SCALABLE_KINDS: readonly ScalableKind[] = [
  {
    group: "apps",
    kind: "Deployment",
    nameLabel: null,
    indexLabel: null,
    removes: "LowestCost",
    leftBy: [],
    podSpec: ["spec", "template", "spec"],
  },
  {
    group: "apps",
    kind: "StatefulSet",
    nameLabel: null,
    indexLabel: "apps.kubernetes.io/pod-index",
    removes: "HighestIndex",
    leftBy: [],
    podSpec: ["spec", "template", "spec"],
  },
  {
    group: "leaderworkerset.x-k8s.io",
    kind: "LeaderWorkerSet",
    nameLabel: "leaderworkerset.sigs.k8s.io/name",
    indexLabel: LWS_GROUP_INDEX,
    removes: "HighestIndex",
    leftBy: [],
    podSpec: ["spec", "leaderWorkerTemplate", "workerTemplate", "spec"],
  },
  {
    group: "disaggregatedset.x-k8s.io",
    kind: "DisaggregatedSet",
    nameLabel: "disaggregatedset.x-k8s.io/name",
    indexLabel: LWS_GROUP_INDEX,
    removes: "HighestIndex",
    leftBy: [],
    podSpec: null,
    roleLabel: "disaggregatedset.x-k8s.io/role",
    revisionLabel: DISAGGREGATED_REVISION,
  },
  {
    group: "disaggregatedset.x-k8s.io",
    kind: "DisaggregatedSetRoleScaler",
    nameLabel: null,
    indexLabel: LWS_GROUP_INDEX,
    removes: "HighestIndex",
    leftBy: ["DisaggregatedSet"],
    podSpec: null,
    revisionLabel: DISAGGREGATED_REVISION,
  },
  {
    group: "grove.io",
    kind: "PodCliqueSet",
    nameLabel: "app.kubernetes.io/part-of",
    indexLabel: "grove.io/podcliqueset-replica-index",
    removes: "HighestIndex",
    leftBy: [],
    podSpec: null,
  },
  {
    group: "grove.io",
    kind: "PodCliqueScalingGroup",
    nameLabel: "grove.io/podcliquescalinggroup",
    indexLabel: "grove.io/podcliquescalinggroup-replica-index",
    removes: "HighestIndex",
    leftBy: ["PodCliqueSet"],
    podSpec: null,
  },
  {
    // Grove takes unready pods first, then the newest: no index says which.
    group: "grove.io",
    kind: "PodClique",
    nameLabel: "grove.io/podclique",
    indexLabel: null,
    removes: "Any",
    leftBy: ["PodCliqueSet"],
    podSpec: ["spec", "podSpec"],
  },
  {
    group: "nvidia.com",
    kind: "DynamoGraphDeploymentScalingAdapter",
    nameLabel: null,
    indexLabel: null,
    removes: "Any",
    leftBy: ["DynamoGraphDeployment"],
    podSpec: null,
  },
];

const OTHER: Omit<ScalableKind, "group" | "kind"> = {
  nameLabel: null,
  indexLabel: null,
  removes: "Any",
  leftBy: [],
  podSpec: ["spec", "template", "spec"],
};

/** @returns what is known of the kind; of an unknown one that any of its units may go */
export function scalableKind(apiVersion: string, kind: string): ScalableKind {
  const group = groupOf(apiVersion);
  const known = SCALABLE_KINDS.find((entry) => entry.group === group && entry.kind === kind);
  return known ?? { group, kind, ...OTHER };
}

/** @returns "apps" of apps/v1, "" of v1 */
export const groupOf = (apiVersion: string): string =>
  apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
