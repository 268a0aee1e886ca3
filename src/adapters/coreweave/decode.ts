/** CoreWeave `NodePool` (compute.coreweave.com/v1alpha1), after the vendor's reference page. */
import type { CompiledPool } from "../../core/compiled.ts";
import type { PoolCount } from "../../core/observation.ts";
import { rackCount } from "../../core/units.ts";
import {
  booleanAt,
  conditionsOf,
  type Json,
  metaOf,
  numberAt,
  objectAt,
} from "../kubernetes/decode.ts";
import { isGitOps, lastWriterOf, ownersOf } from "../kubernetes/managed-fields.ts";

/** The one field that sizes the pool; the API takes exactly one of the two. */
export type CountField = "targetRacks" | "targetNodes";

export interface NodePoolReading {
  readonly field: CountField;
  /** In units of the field. */
  readonly desired: number;
  readonly unitsPerRack: number;
  readonly count: PoolCount;
}

/** The reading, or every reason why the pool must not be scaled. */
export type DecodedNodePool =
  | { readonly ok: true; readonly reading: NodePoolReading }
  | { readonly ok: false; readonly refusals: readonly string[] };

export function decodeNodePool(object: Json, pool: CompiledPool): DecodedNodePool {
  const place = `NodePool ${metaOf(object).name}`;
  const set = (["targetRacks", "targetNodes"] as const).filter(
    (name) => numberAt(object, "spec", name) !== null,
  );
  const [field] = set;
  const ownership = [...unproven(pool), ...ownershipRefusals(object, place)];
  if (field === undefined || set.length > 1) {
    const found = set.length > 1 ? "both targetRacks and targetNodes" : "neither of them";
    const text = `${place} spec: found ${found}, expected exactly one of targetRacks, targetNodes`;
    return { ok: false, refusals: [...ownership, text] };
  }
  const reading = readingOf(object, field, pool);
  const refusals = [...ownership, ...fieldRefusals(object, place, reading)];
  return refusals.length > 0 ? { ok: false, refusals } : { ok: true, reading };
}

function readingOf(object: Json, field: CountField, pool: CompiledPool): NodePoolReading {
  const unitsPerRack = field === "targetRacks" ? 1 : pool.rack.nodes;
  const desired = numberAt(object, "spec", field) ?? 0;
  const { uid, resourceVersion } = metaOf(object);
  const count: PoolCount = {
    uid,
    resourceVersion,
    desired: rackCount(Math.floor(desired / unitsPerRack)),
    current: rackCount(currentRacks(object, pool)),
    lastWriter: lastWriterOf(object, field),
    stock: stockOf(object),
  };
  return { field, desired, unitsPerRack, count };
}

function currentRacks(object: Json, pool: CompiledPool): number {
  const racks = numberAt(objectAt(object, "status", "rackStatus"), "current");
  const nodes = numberAt(object, "status", "currentNodes") ?? 0;
  return racks ?? Math.floor(nodes / pool.rack.nodes);
}

/** Conditions as the vendor names them now; older ones said the same of other types. */
function stockOf(object: Json): PoolCount["stock"] {
  const conditions = conditionsOf(object);
  const of = (type: string) => conditions.find((condition) => condition.type === type);
  const quota = of("Quota");
  // A pool without a quota reports status False as well, with a reason that says so.
  if (quota?.status === "False" && /over/i.test(quota.reason)) return "quota";
  const capacity = of("Capacity");
  if (capacity === undefined) return "unknown";
  if (capacity.status === "False") return "stockout";
  return capacity.status === "True" ? "available" : "unknown";
}

/** This adapter was written from the vendor's pages; who uses it must know. */
function unproven({ name, backend }: CompiledPool): readonly string[] {
  if (backend.acknowledgeUnproven) return [];
  return [
    `RackPool ${name} spec.backend.acknowledgeUnproven: found false, expected true: the ` +
      "coreweave backend follows the vendor's documentation and was not proven on its controller",
  ];
}

function ownershipRefusals(object: Json, place: string): readonly string[] {
  const refusals: string[] = [];
  if (booleanAt(object, "spec", "autoscaling")) {
    refusals.push(
      `${place} spec.autoscaling: found true, expected false: two controllers must not size one ` +
        "pool; turn its autoscaling off or delete the RackPool",
    );
  }
  if (metaOf(object).terminating) {
    refusals.push(`${place} metadata.deletionTimestamp: found one, expected a pool that stays`);
  }
  return refusals;
}

function fieldRefusals(
  object: Json,
  place: string,
  { field, desired, unitsPerRack }: NodePoolReading,
): readonly string[] {
  const refusals: string[] = [];
  if (desired % unitsPerRack !== 0) {
    refusals.push(
      `${place} spec.${field}: found ${desired}, expected a multiple of ${unitsPerRack}, the ` +
        "nodes of one rack; set it to whole racks",
    );
  }
  const owner = ownersOf(object, field).find(({ manager }) => isGitOps(manager));
  if (owner !== undefined) {
    refusals.push(
      `${place} spec.${field}: found it owned by ${owner.manager}, expected no GitOps owner: it ` +
        "would be set back to what Git says; take the field out of Git",
    );
  }
  return refusals;
}
