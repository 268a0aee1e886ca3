import { isDeepStrictEqual } from "node:util";
import {
  isJson,
  type Json,
  listAt,
  objectAt,
  stringAt,
} from "../../../src/adapters/kubernetes/decode.ts";

/**
 * @returns `metadata.managedFields` after `manager` turned `before` into `after`, as far as the
 *   direct fields of `spec`: whoever changes a field owns it, and nobody else does
 */
export function ownersAfter(
  before: Json,
  after: Json,
  { manager, time }: { readonly manager: string; readonly time: string },
): readonly Json[] {
  const changed = changedSpecFields(before, after);
  const entries = listAt(before, "metadata", "managedFields").filter(isJson);
  if (changed.length === 0) return entries;
  const others = entries.map((entry) => withoutFields(entry, changed));
  const own = entries.find((entry) => stringAt(entry, "manager") === manager);
  const owned = {
    ...objectAt(own, "fieldsV1", "f:spec"),
    ...Object.fromEntries(changed.map((field) => [`f:${field}`, {}])),
  };
  const entry = { manager, operation: "Update", time, fieldsV1: { "f:spec": owned } };
  return [...others.filter((other) => stringAt(other, "manager") !== manager), entry];
}

function changedSpecFields(before: Json, after: Json): readonly string[] {
  const was = objectAt(before, "spec");
  const is = objectAt(after, "spec");
  return Object.keys(is).filter((field) => !isDeepStrictEqual(was[field], is[field]));
}

function withoutFields(entry: Json, fields: readonly string[]): Json {
  const owned = Object.entries(objectAt(entry, "fieldsV1", "f:spec"));
  const kept = owned.filter(([key]) => !fields.includes(key.slice("f:".length)));
  return { ...entry, fieldsV1: { "f:spec": Object.fromEntries(kept) } };
}
