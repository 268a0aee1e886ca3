/** The object of a workload: its count, who else writes it, and which pods are its units. */
import type { ObjectRef } from "../../core/compiled.ts";
import type { WorkloadObject } from "../../core/observation.ts";
import { RACK_LABEL } from "../../core/workloads/wanted.ts";
import {
  booleanAt,
  isJson,
  type Json,
  listAt,
  metaOf,
  numberAt,
  stringAt,
  stringsAt,
  valueAt,
} from "../kubernetes/decode.ts";
import {
  type FieldOwner,
  isGitOps,
  type NamedEntry,
  ownersAt,
} from "../kubernetes/managed-fields.ts";
import type { Labels } from "../kubernetes/selector.ts";
import { type ScalableKind, scalableKind } from "./scalable-kinds.ts";

/** Which object and, of kinds with a count per role, which count of it is meant. */
export interface CountRef {
  readonly ref: ObjectRef;
  readonly part: string | null;
}

export interface CountPlace {
  /** Keys from the object's root. */
  readonly path: readonly (string | NamedEntry)[];
  /** JSON Pointer to the count. */
  readonly pointer: string;
  /** A JSON Pointer whose value names the role at `pointer`: a list may have been reordered. */
  readonly named: { readonly pointer: string; readonly value: string } | null;
  readonly count: number | null;
}

/** Why an object has no count that could be read or written: found …, expected …. */
export interface NoPlace {
  readonly text: string;
}

const PLAIN = ["spec", "replicas"] as const;

/** @returns where the count is: `spec.replicas`, or the role's in a DisaggregatedSet */
export function countPlace(object: Json, { ref, part }: CountRef): CountPlace | NoPlace {
  const kind = scalableKind(ref.apiVersion, ref.kind);
  if (kind.roleLabel === undefined) {
    if (part !== null) return { text: `found role ${part}, expected none: it has one count` };
    const count = numberAt(object, ...PLAIN);
    return { path: PLAIN, pointer: "/spec/replicas", named: null, count };
  }
  const slices = numberAt(object, "spec", "slices") ?? 1;
  if (slices !== 1) {
    return { text: `spec.slices: found ${slices}, expected 1: each has a role's count of units` };
  }
  const roles = listAt(object, "spec", "roles");
  const names = roles.map((role) => stringAt(role, "name"));
  const index = part === null ? -1 : names.indexOf(part);
  const role = roles[index];
  if (part === null || !isJson(role)) {
    return {
      text: `spec.roles: found ${names.join(", ")}, expected role ${part ?? "(none given)"}`,
    };
  }
  if (stringAt(role, "scaling", "mode") === "External") {
    const scaler = `DisaggregatedSetRoleScaler ${ref.name}-${part}`;
    return { text: `role ${part} has scaling.mode External; name ${scaler} as the target instead` };
  }
  // The released API nests the count as in a LeaderWorkerSet; its forerunners had it in the role.
  const inner = isJson(role["spec"]) ? ["spec", "replicas"] : ["replicas"];
  const base = `/spec/roles/${index}`;
  return {
    path: ["spec", "roles", { name: part }, ...inner],
    pointer: [base, ...inner].join("/"),
    named: { pointer: `${base}/name`, value: part },
    count: numberAt(role, ...inner),
  };
}

/** @param count as read from the object or its scale subresource */
export function decodeObject(
  object: Json,
  { ref, part }: CountRef,
  { path, count }: Pick<CountPlace, "path"> & { readonly count: number },
): WorkloadObject {
  const { uid, name, labels, generation } = metaOf(object);
  const kind = scalableKind(ref.apiVersion, ref.kind);
  const writers = ownersAt(object, path);
  return {
    ref: { ...ref, name },
    uid,
    replicas: count,
    readyReplicas: readyOf(object, part),
    removes: kind.removes,
    boundTo: boundTo(object, kind, labels),
    owner: ownerOf(object, kind, writers),
    lastWriter: writers[0]?.manager ?? "",
    generation,
  };
}

function readyOf(object: Json, part: string | null): number | null {
  const roles = listAt(object, "status", "roleStatuses");
  const status =
    part === null ? object["status"] : roles.find((role) => stringAt(role, "name") === part);
  return numberAt(status, "readyReplicas") ?? numberAt(status, "availableReplicas");
}

function boundTo(object: Json, { podSpec }: ScalableKind, labels: Labels): Labels {
  const rack = labels[RACK_LABEL];
  const selector = podSpec === null ? {} : stringsAt(object, ...podSpec, "nodeSelector");
  return rack === undefined ? selector : { ...selector, [RACK_LABEL]: rack };
}

/** Planners that write counts: Dynamo's does so with Kubernetes' Python client. */
const PLANNERS = [/planner/i, /^keda/, /^OpenAPI-Generator$/];

/** @returns who keeps the count as it wants it, in words; autoscalers are looked for apart */
function ownerOf(
  object: Json,
  { leftBy }: ScalableKind,
  writers: readonly FieldOwner[],
): string | null {
  const parent = listAt(object, "metadata", "ownerReferences").find((entry) =>
    booleanAt(entry, "controller"),
  );
  const parentKind = stringAt(parent, "kind");
  if (parent !== undefined && !leftBy.includes(parentKind)) {
    return `${parentKind} ${stringAt(parent, "name")} makes it and sets its count; name that one`;
  }
  const gitOps = writers.find(({ manager }) => isGitOps(manager));
  if (gitOps !== undefined) return `${gitOps.manager} sets its count to what Git says`;
  const last = writers[0]?.manager ?? "";
  return PLANNERS.some((pattern) => pattern.test(last)) ? `${last} sets its count` : null;
}

/**
 * @returns the index of a pod's unit in the object's order; null where it has none. An index under
 *   the label counts from `spec.ordinals.start` in a StatefulSet, from 0 elsewhere.
 */
export function indexOf(labels: Labels, kind: ScalableKind, object: Json): number | null {
  const text = kind.indexLabel === null ? undefined : labels[kind.indexLabel];
  const index = text === undefined || text === "" ? Number.NaN : Number(text);
  if (!Number.isInteger(index)) return null;
  const start = valueAt(object, "spec", "ordinals", "start");
  return index - (typeof start === "number" ? start : 0);
}
