import type { WorkloadObject } from "../../core/observation.ts";
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
  valueAt,
} from "../kubernetes/decode.ts";
import { quantityOf } from "../kubernetes/quantity.ts";
import { hasLabels, type Labels, matchesSelector } from "../kubernetes/selector.ts";
import { countPlace, type CountRef, decodeObject, indexOf, type NoPlace } from "./decode-object.ts";
import { type ScalableKind, scalableKind } from "./scalable-kinds.ts";

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
  /** Marked as the first to go when its object is lowered. */
  readonly marked: boolean;
  /** The label that was taken off to keep turns off it, and since when; null: none was. */
  readonly ejected: Ejection | null;
  /** Annotations that name a pod's group. */
  readonly groups: Readonly<Record<string, string>>;
  /** When it says that it last saved its work. */
  readonly checkpointAt: EpochMs | null;
}

export interface Ejection {
  readonly label: string;
  readonly value: string;
  readonly at: EpochMs;
}

/** Volcano marks its pods by annotation; all others known by label. */
const GROUP_ANNOTATIONS = ["scheduling.k8s.io/group-name"];
/** Set by work that is preemptible: RFC 3339, when it last saved what it has done. */
const CHECKPOINT_ANNOTATION = "breakwater.dev/checkpointed-at";

/** What a ReplicaSet compares its pods by; the lower go first, pods without it count as 0. */
export const COST_ANNOTATION = "controller.kubernetes.io/pod-deletion-cost";
/** Ours, told from people's by its value; the range is that of an int32. */
export const MARKED_COST = "-1000";

/** What was taken off an ejected pod, as JSON: any later process can put it back. */
export const EJECTED_ANNOTATION = "breakwater.dev/ejected";

/** @returns null for what was not written by `ejectPods` */
export function ejectionOf(text: string | undefined): Ejection | null {
  const noted = text === undefined ? null : jsonOrNull(text);
  if (!isJson(noted)) return null;
  const [label, value, since] = ["label", "value", "at"].map((key) => stringAt(noted, key));
  const at = Date.parse(since ?? "");
  if (label === undefined || label === "" || Number.isNaN(at)) return null;
  return { label, value: value ?? "", at: epochMs(at) };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // People may write there too: what is no JSON is no note of ours.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
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
    marked: annotations[COST_ANNOTATION] === MARKED_COST,
    ejected: ejectionOf(annotations[EJECTED_ANNOTATION]),
    groups: groupsOf(annotations),
    checkpointAt: instantOf(annotations[CHECKPOINT_ANNOTATION]),
  };
}

const groupsOf = (annotations: Labels): Labels =>
  Object.fromEntries(
    GROUP_ANNOTATIONS.flatMap((key) => {
      const value = annotations[key];
      return value === undefined ? [] : [[key, value]];
    }),
  );

/** People's annotation: what is no instant says nothing. */
function instantOf(text: string | undefined): EpochMs | null {
  const at = Date.parse(text ?? "");
  return Number.isNaN(at) ? null : epochMs(at);
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

/** The object of a workload: which pods are its own, whether it rolls out, and its count. */
export interface TargetReading {
  /** Whether a pod with these labels is the target's. */
  readonly selects: (labels: Labels) => boolean;
  readonly rollingOut: boolean;
  /** Under which its pods carry the revision of their template; null where they carry none. */
  readonly revisionLabel: string | null;
  readonly counted: CountedObject | NoPlace;
}

export interface CountedObject {
  readonly object: WorkloadObject;
  /** @returns the place of a pod's unit in the object's order, null where it has none */
  readonly indexOf: (labels: Labels) => number | null;
}

/** @param scale its scale subresource, null where the kind has none or it is not needed */
export function decodeTarget(object: Json, count: CountRef, scale: Json | null): TargetReading {
  const kind = scalableKind(count.ref.apiVersion, count.ref.kind);
  return {
    selects: selectorOf(object, { ...count, kind }, scale),
    rollingOut: isRollingOut(object, count),
    revisionLabel: kind.revisionLabel ?? null,
    counted: countedOf(object, { ...count, kind }, scale),
  };
}

interface Counted extends CountRef {
  readonly kind: ScalableKind;
}

/** Whether the object alone says which pods are its own and how many it asks for. */
export function needsScale(object: Json, { ref, part }: CountRef): boolean {
  const { nameLabel } = scalableKind(ref.apiVersion, ref.kind);
  const place = countPlace(object, { ref, part });
  const unselected = nameLabel === null && !isJson(valueAt(object, "spec", "selector"));
  return unselected || (!("text" in place) && place.count === null);
}

function selectorOf(
  object: Json,
  { kind, part }: Counted,
  scale: Json | null,
): TargetReading["selects"] {
  const { nameLabel, roleLabel } = kind;
  if (nameLabel !== null) {
    const role = part === null || roleLabel === undefined ? {} : { [roleLabel]: part };
    const wanted = { [nameLabel]: metaOf(object).name, ...role };
    return (labels) => hasLabels(labels, wanted);
  }
  const selector = valueAt(object, "spec", "selector");
  if (isJson(selector)) return (labels) => matchesSelector(selector, labels);
  const wanted = equalities(stringAt(scale, "status", "selector"));
  return (labels) => hasLabels(labels, wanted);
}

/** Autoscalers get a selector as text; those of the kinds known here ask for equality alone. */
const equalities = (selector: string): Labels =>
  Object.fromEntries(
    selector.split(",").flatMap((term) => {
      const [key = "", value = ""] = term.split(/==?/);
      return key.trim() === "" ? [] : [[key.trim(), value.trim()]];
    }),
  );

function countedOf(object: Json, count: Counted, scale: Json | null): CountedObject | NoPlace {
  const place = countPlace(object, count);
  if ("text" in place) return place;
  const read = place.count ?? (scale === null ? null : (numberAt(scale, "spec", "replicas") ?? 0));
  if (read === null) {
    return { text: `${place.pointer}: found no count, expected a kind that kubectl scale accepts` };
  }
  return {
    object: decodeObject(object, count, { path: place.path, count: read }),
    indexOf: (labels) => indexOf(labels, count.kind, object),
  };
}

/** As `kubectl rollout status` sees it, scaling up left out: new pods there are not a rollout. */
function isRollingOut(object: Json, { ref, part }: CountRef): boolean {
  const status = objectAt(object, "status");
  const observed = numberAt(status, "observedGeneration");
  if (observed !== null && observed < metaOf(object).generation) return true;
  const conditions = listAt(status, "conditions").filter(isJson);
  const updating = conditions.some(
    (condition) =>
      stringAt(condition, "type") === "UpdateInProgress" &&
      stringAt(condition, "status") === "True",
  );
  if (updating || groveUpdates(status) || roleUpdates(status, part)) return true;
  const [current, update] = ["currentRevision", "updateRevision"].map((k) => stringAt(status, k));
  const replicas = numberAt(status, "replicas") ?? 0;
  const updated = numberAt(status, "updatedReplicas") ?? (current === update ? replicas : 0);
  const hasRevisions = current !== "" || update !== "";
  if (hasRevisions) return current !== update && updated < replicas;
  return ref.kind === "Deployment" && updated < replicas;
}

/** Grove: an update that has begun and not ended. */
function groveUpdates(status: Json): boolean {
  const progress = status["updateProgress"] ?? status["rollingUpdateProgress"];
  return isJson(progress) && stringAt(progress, "updateEndedAt") === "";
}

/** DisaggregatedSet: replicas of an older revision, of the role or of any. */
const roleUpdates = (status: Json, part: string | null): boolean =>
  listAt(status, "roleStatuses").some(
    (role) =>
      (part === null || stringAt(role, "name") === part) &&
      (numberAt(role, "updatedReplicas") ?? 0) < (numberAt(role, "replicas") ?? 0),
  );
