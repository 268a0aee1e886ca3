/** Karpenter's NodePool (karpenter.sh/v1) with a fixed number of nodes: a static one. */
import type { CompiledPool } from "../../core/compiled.ts";
import type { PoolCount } from "../../core/observation.ts";
import { rackCount } from "../../core/units.ts";
import {
  gitOpsRefusals,
  terminatingRefusals,
  wholeRackRefusals,
} from "../kubernetes/count-refusals.ts";
import type { CountReading, Decoded } from "../kubernetes/counted-object.ts";
import { conditionsOf, type Json, metaOf, numberAt, stringAt } from "../kubernetes/decode.ts";
import { lastWriterOf, ownersOf } from "../kubernetes/managed-fields.ts";
import { quantityOf } from "../kubernetes/quantity.ts";

export interface NodePoolReading extends CountReading {
  /** When the count was last written, 0 when not recorded. */
  readonly writtenAtMs: number;
  /** Why Karpenter makes no NodeClaims for it, in its words; "" while it does. */
  readonly stopped: string;
}

const COUNT_FIELD = "replicas";

export function decodeNodePool(object: Json, pool: CompiledPool): Decoded<NodePoolReading> {
  const { name, uid, resourceVersion } = metaOf(object);
  const place = `NodePool ${name}`;
  const written = numberAt(object, "spec", COUNT_FIELD);
  const refusals = [
    ...countRefusals(written, place, pool),
    ...terminatingRefusals(object, place),
    ...gitOpsRefusals(object, place, COUNT_FIELD),
  ];
  if (refusals.length > 0 || written === null) return { ok: false, refusals };
  const { countPerRack } = pool.backend;
  const limit = nodeLimit(object);
  const count: PoolCount = {
    uid,
    resourceVersion,
    desired: rackCount(written / countPerRack),
    current: rackCount(Math.floor((numberAt(object, "status", "nodes") ?? 0) / countPerRack)),
    ...(limit !== null && {
      bounds: { least: rackCount(0), most: rackCount(Math.floor(limit / countPerRack)) },
    }),
    lastWriter: lastWriterOf(object, COUNT_FIELD),
    stock: "unknown",
  };
  const writtenAtMs = ownersOf(object, COUNT_FIELD)[0]?.atMs ?? 0;
  return { ok: true, reading: { written, writtenAtMs, stopped: stoppedBy(object), count } };
}

/** What Ready is made of, and whether nodes register (pkg/apis/v1/nodepool_status.go). */
const DEPENDENTS = ["ValidationSucceeded", "NodeClassReady", "NodeRegistrationHealthy"];

/** Nothing is made, and no claim says why, while the NodeClass is gone or not ready. */
const stoppedBy = (object: Json): string =>
  conditionsOf(object)
    .filter(({ type, status }) => DEPENDENTS.includes(type) && status === "False")
    .map(({ type, reason, message }) => `failed: ${type}: ${reason}: ${message}`)
    .join(" ");

function countRefusals(
  written: number | null,
  place: string,
  { name, backend }: CompiledPool,
): readonly string[] {
  if (written === null) {
    return [
      `${place} spec.${COUNT_FIELD}: found none, expected a number: this pool follows the pods ` +
        "that wait, not a count; name a static NodePool (feature gate StaticCapacity)",
    ];
  }
  const unitIs = `the nodes of one rack (RackPool ${name} spec.rack.nodes)`;
  const unit = backend.countPerRack;
  return wholeRackRefusals(`${place} spec.${COUNT_FIELD}`, { count: written, unit, unitIs });
}

/** `limits.nodes` is a quantity, and the only limit that a static pool may have. */
function nodeLimit(object: Json): number | null {
  const written = stringAt(object, "spec", "limits", "nodes");
  const asText = written === "" ? null : quantityOf(written);
  return numberAt(object, "spec", "limits", "nodes") ?? asText;
}
