/** CoreWeave `NodePool` (compute.coreweave.com/v1alpha1), after the vendor's reference page. */
import type { CompiledPool } from "../../core/compiled.ts";
import type { PoolCount } from "../../core/observation.ts";
import { classifyStock } from "../../core/racks/stock.ts";
import { rackCount } from "../../core/units.ts";
import {
  gitOpsRefusals,
  terminatingRefusals,
  wholeRackRefusals,
} from "../kubernetes/count-refusals.ts";
import type { CountReading, Decoded } from "../kubernetes/counted-object.ts";
import {
  booleanAt,
  conditionsOf,
  type Json,
  metaOf,
  numberAt,
  objectAt,
  stringAt,
} from "../kubernetes/decode.ts";
import { lastWriterOf, ownersOf } from "../kubernetes/managed-fields.ts";

/** The one field that sizes the pool; the API takes exactly one of the two. */
export type CountField = "targetRacks" | "targetNodes";

export interface NodePoolReading extends CountReading {
  readonly field: CountField;
  readonly unitsPerRack: number;
  /** When the count was last written, 0 when not recorded. */
  readonly writtenAtMs: number;
}

export function decodeNodePool(object: Json, pool: CompiledPool): Decoded<NodePoolReading> {
  const place = `NodePool ${metaOf(object).name}`;
  const set = (["targetRacks", "targetNodes"] as const).filter(
    (name) => numberAt(object, "spec", name) !== null,
  );
  const [field] = set;
  const ownership = ownershipRefusals(object, place, pool);
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
  const written = numberAt(object, "spec", field) ?? 0;
  const { uid, resourceVersion } = metaOf(object);
  const count: PoolCount = {
    uid,
    resourceVersion,
    desired: rackCount(Math.floor(written / unitsPerRack)),
    current: rackCount(currentRacks(object, pool)),
    lastWriter: lastWriterOf(object, field),
    stock: stockOf(object),
  };
  const writtenAtMs = ownersOf(object, field)[0]?.atMs ?? 0;
  return { field, written, unitsPerRack, writtenAtMs, count };
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
  if (capacity === undefined) return olderStockOf(conditions.map(({ reason }) => reason));
  if (capacity.status === "False") return "stockout";
  return capacity.status === "True" ? "available" : "unknown";
}

/** Reasons that are names of the vendor's own: CWOverQuota, CWInsufficientCapacity. */
export function olderStockOf(reasons: readonly string[]): PoolCount["stock"] {
  const own = reasons.filter((reason) => reason.startsWith("CW"));
  return own.flatMap((reason) => classifyStock(reason) ?? [])[0] ?? "unknown";
}

function ownershipRefusals(
  object: Json,
  place: string,
  { name, supply }: CompiledPool,
): readonly string[] {
  const refusals: string[] = [];
  if (booleanAt(object, "spec", "autoscaling")) {
    refusals.push(
      `${place} spec.autoscaling: found true, expected false: two controllers must not size one ` +
        "pool; turn its autoscaling off or delete the RackPool",
    );
  }
  // The default, IdleOnly, waits until nodes are idle; this takes racks that work.
  if (stringAt(object, "spec", "lifecycle", "scaleDownStrategy") === "PreferIdle") {
    refusals.push(
      `${place} spec.lifecycle.scaleDownStrategy: found PreferIdle, expected IdleOnly: where no ` +
        "rack is idle yet it takes one that serves; set IdleOnly",
    );
  }
  if (stringAt(object, "spec", "computeClass") === "spot" && supply.kind !== "Spot") {
    refusals.push(
      `${place} spec.computeClass: found spot, expected default: RackPool ${name} says ` +
        `spec.supply.kind: ${supply.kind}; its racks can be taken at any time, say Spot`,
    );
  }
  return [...refusals, ...terminatingRefusals(object, place)];
}

function fieldRefusals(
  object: Json,
  place: string,
  { field, written, unitsPerRack }: NodePoolReading,
): readonly string[] {
  const whole = { count: written ?? 0, unit: unitsPerRack, unitIs: "the nodes of one rack" };
  return [
    ...wholeRackRefusals(`${place} spec.${field}`, whole),
    ...gitOpsRefusals(object, place, field),
  ];
}
