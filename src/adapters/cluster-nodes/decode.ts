import { type EpochMs, epochMs, type GpuCount, gpuCount } from "../../core/units.ts";
import { booleanAt, conditionsOf, type Json, metaOf, stringAt } from "../kubernetes/decode.ts";
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
  readonly gpusAllocatable: GpuCount;
  readonly createdAt: EpochMs;
}

export const CORDON_ANNOTATION = "breakwater.dev/cordoned-by";

export function decodeNode(object: Json): KeptNode {
  const { name, uid, labels, annotations, createdAtMs } = metaOf(object);
  const gpus = quantityOf(stringAt(object, "status", "allocatable", "nvidia.com/gpu"));
  return {
    name,
    uid,
    labels,
    ready: conditionsOf(object).some(({ type, status }) => type === "Ready" && status === "True"),
    cordoned: booleanAt(object, "spec", "unschedulable"),
    cordonedByUs: CORDON_ANNOTATION in annotations,
    gpusAllocatable: gpuCount(gpus),
    createdAt: epochMs(createdAtMs),
  };
}
