/** Any object with a `scale` subresource (autoscaling/v1 Scale), and the object itself. */
import type { CompiledPool } from "../../core/compiled.ts";
import type { PoolCount } from "../../core/observation.ts";
import { rackCount } from "../../core/units.ts";
import { type Json, metaOf, numberAt } from "../kubernetes/decode.ts";
import { isGitOps, lastWriterOf, ownersOf } from "../kubernetes/managed-fields.ts";

/** Where nearly every scalable kind keeps its count; what `managedFields` is searched for. */
const COUNT_FIELD = "replicas";

/** With these the cluster autoscaler sizes the object too (Cluster API provider). */
const AUTOSCALER_ANNOTATIONS = [
  "cluster.x-k8s.io/cluster-api-autoscaler-node-group-min-size",
  "cluster.x-k8s.io/cluster-api-autoscaler-node-group-max-size",
  "cluster.x-k8s.io/replicas-managed-by",
];

export interface ScaleReading {
  /** Replicas; null when the Scale leaves out a zero, which its encoding does. */
  readonly written: number | null;
  readonly resourceVersion: string;
  readonly count: PoolCount;
}

export type DecodedScale =
  | { readonly ok: true; readonly reading: ScaleReading }
  | { readonly ok: false; readonly refusals: readonly string[] };

export function decodeScale(object: Json, scale: Json, pool: CompiledPool): DecodedScale {
  const { countPerRack } = pool.backend;
  const written = numberAt(scale, "spec", "replicas");
  const refusals = refusalsOf(object, written ?? 0, pool);
  if (refusals.length > 0) return { ok: false, refusals };
  const { uid, resourceVersion } = metaOf(scale);
  const count: PoolCount = {
    uid,
    resourceVersion,
    desired: rackCount((written ?? 0) / countPerRack),
    current: rackCount(Math.floor((numberAt(scale, "status", "replicas") ?? 0) / countPerRack)),
    lastWriter: lastWriterOf(object, COUNT_FIELD),
    stock: "unknown",
  };
  return { ok: true, reading: { written, resourceVersion, count } };
}

function refusalsOf(object: Json, replicas: number, pool: CompiledPool): readonly string[] {
  const { name, annotations, terminating } = metaOf(object);
  const { backend } = pool;
  const place = `${backend.target.kind} ${name}`;
  const refusals: string[] = [];
  const autoscaled = AUTOSCALER_ANNOTATIONS.find((key) => key in annotations);
  if (autoscaled !== undefined) {
    refusals.push(
      `${place} metadata.annotations["${autoscaled}"]: found it, expected none: two controllers ` +
        "must not size one pool; remove it or delete the RackPool",
    );
  }
  if (terminating) {
    refusals.push(`${place} metadata.deletionTimestamp: found one, expected a pool that stays`);
  }
  if (replicas % backend.countPerRack !== 0) {
    refusals.push(
      `${place} spec.${COUNT_FIELD}: found ${replicas}, expected a multiple of ` +
        `${backend.countPerRack} (RackPool ${pool.name} spec.backend.countPerRack); set it to ` +
        "whole racks",
    );
  }
  const owner = ownersOf(object, COUNT_FIELD).find(({ manager }) => isGitOps(manager));
  if (owner !== undefined) {
    refusals.push(
      `${place} spec.${COUNT_FIELD}: found it owned by ${owner.manager}, expected no GitOps ` +
        "owner: it would be set back to what Git says; take the field out of Git",
    );
  }
  return refusals;
}
