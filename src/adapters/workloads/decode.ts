import { type EpochMs, epochMs } from "../../core/units.ts";
import {
  conditionsOf,
  isJson,
  type Json,
  listAt,
  metaOf,
  numberAt,
  objectAt,
  stringAt,
} from "../kubernetes/decode.ts";
import { quantityOf } from "../kubernetes/quantity.ts";
import { hasLabels, type Labels, matchesSelector } from "../kubernetes/selector.ts";

/** What is kept of a pod. */
export interface KeptPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly labels: Labels;
  /** "" until it is bound. */
  readonly node: string;
  readonly holdsGpus: boolean;
  readonly ready: boolean;
  readonly readySince: EpochMs | null;
  readonly terminating: boolean;
}

/** The kubelet's record of a static pod, which no eviction removes. */
const MIRROR_ANNOTATION = "kubernetes.io/config.mirror";

/** @returns null for pods that are not there for a workload: of a DaemonSet, or static ones */
export function decodePod(object: Json): KeptPod | null {
  const { namespace, name, uid, labels, annotations, terminating } = metaOf(object);
  if (MIRROR_ANNOTATION in annotations || ofDaemonSet(object)) return null;
  const ready = conditionsOf(object).find(({ type }) => type === "Ready");
  const isReady = ready?.status === "True";
  const since = isReady ? Date.parse(ready.lastTransitionTime) : Number.NaN;
  return {
    namespace,
    name,
    uid,
    labels,
    node: stringAt(object, "spec", "nodeName"),
    holdsGpus: holdsGpus(object),
    ready: isReady,
    readySince: Number.isNaN(since) ? null : epochMs(since),
    terminating,
  };
}

function ofDaemonSet(object: Json): boolean {
  return listAt(object, "metadata", "ownerReferences").some(
    (owner) => stringAt(owner, "kind") === "DaemonSet",
  );
}

/** By request, or by a claim of dynamic resource allocation. */
function holdsGpus(object: Json): boolean {
  if (listAt(object, "spec", "resourceClaims").length > 0) return true;
  return listAt(object, "spec", "containers").some((container) => {
    const resources = objectAt(container, "resources");
    const gpus = (list: string) => quantityOf(stringAt(resources, list, "nvidia.com/gpu"));
    return gpus("requests") > 0 || gpus("limits") > 0;
  });
}

/** The object of a workload, as far as pods and rollouts depend on it. */
export interface TargetReading {
  /** Whether a pod with these labels is the target's. */
  readonly selects: (labels: Labels) => boolean;
  readonly rollingOut: boolean;
}

/** Pods of a LeaderWorkerSet carry its name; its object has no selector. */
const LWS_NAME_LABEL = "leaderworkerset.sigs.k8s.io/name";

export function decodeTarget(object: Json): TargetReading {
  const { name } = metaOf(object);
  const selector = objectAt(object, "spec", "selector");
  const isLws = stringAt(object, "kind") === "LeaderWorkerSet";
  const selects = isLws
    ? (labels: Labels) => hasLabels(labels, { [LWS_NAME_LABEL]: name })
    : (labels: Labels) => matchesSelector(selector, labels);
  return { selects, rollingOut: isRollingOut(object) };
}

/** As `kubectl rollout status` sees it, scaling up left out: new pods there are not a rollout. */
function isRollingOut(object: Json): boolean {
  const status = objectAt(object, "status");
  const observed = numberAt(status, "observedGeneration");
  if (observed !== null && observed < metaOf(object).generation) return true;
  const conditions = listAt(status, "conditions").filter(isJson);
  const updating = conditions.some(
    (condition) =>
      stringAt(condition, "type") === "UpdateInProgress" &&
      stringAt(condition, "status") === "True",
  );
  if (updating) return true;
  const [current, update] = ["currentRevision", "updateRevision"].map((k) => stringAt(status, k));
  const replicas = numberAt(status, "replicas") ?? 0;
  const updated = numberAt(status, "updatedReplicas") ?? (current === update ? replicas : 0);
  const hasRevisions = current !== "" || update !== "";
  if (hasRevisions) return current !== update && updated < replicas;
  return stringAt(object, "kind") === "Deployment" && updated < replicas;
}
