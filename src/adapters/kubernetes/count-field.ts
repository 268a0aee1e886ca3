/** A count in a field of an object: read with every reason against writing it, and written once. */
import type { CompiledPool } from "../../core/compiled.ts";
import type { PoolCount } from "../../core/observation.ts";
import { rackCount } from "../../core/units.ts";
import type { JsonPatchOperation, KubeClient } from "./client.ts";
import {
  boundsAt,
  countAt,
  countPlace,
  type CountPlace,
  type PlacedCount,
  placeName,
} from "./count-place.ts";
import { ownedByGit, terminatingRefusals, wholeRackRefusals } from "./count-refusals.ts";
import type { CountReading, Decoded, FoundReading } from "./counted-object.ts";
import { type Json, metaOf, stringAt } from "./decode.ts";
import type { GuardedCount, NoCount } from "./guarded-count.ts";
import { ownersAt } from "./managed-fields.ts";
import type { ObjectAt } from "./resources.ts";
import { stockFromConditions } from "./stock-conditions.ts";

export interface FieldReading extends CountReading {
  readonly written: number;
  readonly at: PlacedCount;
  /** In the object's own units. */
  readonly bounds: { readonly least: number; readonly most: number } | null;
  /** When the count was written last, in epoch milliseconds; 0 when that is not recorded. */
  readonly writtenAtMs: number;
}

export function decodeCountField(object: Json, pool: CompiledPool): Decoded<FieldReading> {
  const place = countPlace(pool.backend);
  const name = `${stringAt(object, "kind") || pool.backend.target.kind} ${metaOf(object).name}`;
  const at = countAt(object, place);
  const refusals = refusalsOf(object, place, { name, at, pool });
  if (refusals.length > 0 || at.value === null) return { ok: false, refusals };
  const [owner] = ownersAt(object, place.path);
  const bounds = boundsAt(object, place);
  const count = countOf(object, { pool, written: at.value, bounds });
  const lastWriter = owner?.manager ?? "";
  const reading = { written: at.value, at, bounds, writtenAtMs: owner?.atMs ?? 0 };
  return { ok: true, reading: { ...reading, count: { ...count, lastWriter } } };
}

interface Found {
  readonly pool: CompiledPool;
  readonly written: number;
  readonly bounds: FieldReading["bounds"];
}

function countOf(object: Json, { pool, written, bounds }: Found): Omit<PoolCount, "lastWriter"> {
  const { countPerRack } = pool.backend;
  const { uid, resourceVersion } = metaOf(object);
  const racks = bounds && {
    least: rackCount(Math.ceil(bounds.least / countPerRack)),
    most: rackCount(Math.floor(bounds.most / countPerRack)),
  };
  return {
    uid,
    resourceVersion,
    desired: rackCount(written / countPerRack),
    // None of these kinds counts nodes that have joined.
    current: null,
    ...(racks !== null && Number.isFinite(racks.most) && { bounds: racks }),
    stock: stockFromConditions(object),
  };
}

function refusalsOf(
  object: Json,
  place: CountPlace,
  {
    name,
    at: { value },
    pool,
  }: { readonly name: string; readonly at: PlacedCount; readonly pool: CompiledPool },
): readonly string[] {
  const field = `${name} ${placeName(place)}`;
  const refusals = [
    ...place.obstacles(object).map((obstacle) => `${name} ${obstacle.field}: ${obstacle.text}`),
    ...terminatingRefusals(object, name),
    ...ownedByGit(field, ownersAt(object, place.path)),
  ];
  if (value === null || !Number.isInteger(value) || value < 0) {
    const found = value === null ? "no number" : `${value}`;
    return [...refusals, `${field}: found ${found}, expected a count of nodes; set it`];
  }
  const { countPerRack: unit } = pool.backend;
  const unitIs = `RackPool ${pool.name} spec.backend.countPerRack`;
  return [...refusals, ...wholeRackRefusals(field, { count: value, unit, unitIs })];
}

export interface FieldCountOptions {
  readonly client: KubeClient;
  /** "ContainerNodePool gb200-a spec.nodeCount" */
  readonly name: string;
  /** What will be written, in the object's own units. */
  readonly to: number;
  readonly locate: () => Promise<ObjectAt>;
  readonly read: () => Promise<FoundReading<FieldReading> | NoCount>;
}

/** The field as a count that is changed once; never past the bounds that the object has itself. */
export function fieldCount(options: FieldCountOptions): GuardedCount<FoundReading<FieldReading>> {
  const { client, name, to } = options;
  return {
    name,
    read: options.read,
    prepare: async ({ reading: { bounds } }) => {
      if (bounds === null || (bounds.least <= to && to <= bounds.most)) return "";
      return `${name}: ${to} asked for, expected ${bounds.least} to ${bounds.most}, its own bounds`;
    },
    patch: async (found, to) => client.jsonPatch(await options.locate(), replaceCount(found, to)),
  };
}

/** One JSON Patch: uid, the old count, and that a list's entry is still the one with its name. */
function replaceCount(
  { uid, count, reading: { at } }: FoundReading<FieldReading>,
  to: number,
): readonly JsonPatchOperation[] {
  return [
    { op: "test", path: "/metadata/uid", value: uid },
    ...at.entries.map(({ pointer, name }) => ({
      op: "test" as const,
      path: pointer,
      value: name,
    })),
    { op: "test", path: at.pointer, value: count },
    { op: "replace", path: at.pointer, value: to },
  ];
}
