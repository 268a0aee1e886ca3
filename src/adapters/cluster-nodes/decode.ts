import { type EpochMs, epochMs, type GpuCount, gpuCount } from "../../core/units.ts";
import {
  booleanAt,
  conditionsOf,
  type Json,
  listAt,
  metaOf,
  stringAt,
} from "../kubernetes/decode.ts";
import { quantityOf } from "../kubernetes/quantity.ts";

/** What is kept of a node: a hundredth of its JSON. */
export interface KeptNode {
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ready: boolean;
  readonly cordoned: boolean;
  /** Whether it was us who cordoned it; what others cordoned stays cordoned. */
  readonly cordonedByUs: boolean;
  /** Key of the taint that we fenced it with for a loan; null where we did not. */
  readonly fencedWith: string | null;
  /** Those that keep pods off: NoSchedule and NoExecute. */
  readonly taints: readonly Taint[];
  /** Types of the conditions that are True. */
  readonly conditions: readonly string[];
  /** Through the device plugin. */
  readonly gpusAllocatable: GpuCount;
  readonly createdAt: EpochMs;
}

export interface Taint {
  readonly key: string;
  readonly effect: string;
}

export const CORDON_ANNOTATION = "breakwater.dev/cordoned-by";

/** Its value is the key: the taint's own may be anything, and others set taints as well. */
export const FENCE_ANNOTATION = "breakwater.dev/fenced-with";

export function decodeNode(object: Json): KeptNode {
  const { name, uid, labels, annotations, createdAtMs } = metaOf(object);
  const conditions = conditionsOf(object)
    .filter(({ status }) => status === "True")
    .map(({ type }) => type);
  const gpus = quantityOf(stringAt(object, "status", "allocatable", "nvidia.com/gpu"));
  return {
    name,
    uid,
    labels,
    ready: conditions.includes("Ready"),
    cordoned: booleanAt(object, "spec", "unschedulable"),
    cordonedByUs: CORDON_ANNOTATION in annotations,
    fencedWith: annotations[FENCE_ANNOTATION] ?? null,
    taints: taintsOf(object),
    conditions,
    gpusAllocatable: gpuCount(gpus),
    createdAt: epochMs(createdAtMs),
  };
}

function taintsOf(object: Json): readonly Taint[] {
  const taints = listAt(object, "spec", "taints").map((taint) => ({
    key: stringAt(taint, "key"),
    effect: stringAt(taint, "effect"),
  }));
  return taints.filter(({ effect }) => effect === "NoSchedule" || effect === "NoExecute");
}
