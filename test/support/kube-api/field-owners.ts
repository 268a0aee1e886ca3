import { isDeepStrictEqual } from "node:util";
import {
  isJson,
  type Json,
  listAt,
  objectAt,
  stringAt,
} from "../../../src/adapters/kubernetes/decode.ts";

/** The parts of an object whose direct fields have owners here. */
const PARTS = ["spec", "data"] as const;
type Part = (typeof PARTS)[number];

/**
 * @returns `metadata.managedFields` after `manager` turned `before` into `after`, as far as the
 *   direct fields of `spec` and `data`: whoever changes a field owns it, and nobody else does
 */
export function ownersAfter(
  before: Json,
  after: Json,
  { manager, time }: { readonly manager: string; readonly time: string },
): readonly Json[] {
  const entries = listAt(before, "metadata", "managedFields").filter(isJson);
  const changed = PARTS.map((part) => [part, changedFields(before, after, part)] as const);
  if (changed.every(([, fields]) => fields.length === 0)) return entries;
  const own = entries.find((entry) => stringAt(entry, "manager") === manager);
  const fieldsV1 = Object.fromEntries(
    changed.flatMap(([part, fields]) => {
      const owned = objectAt(own, "fieldsV1", `f:${part}`);
      const added = Object.fromEntries(fields.map((field) => [`f:${field}`, {}]));
      const all = { ...owned, ...added };
      return Object.keys(all).length === 0 ? [] : [[`f:${part}`, all] as const];
    }),
  );
  const others = entries
    .filter((entry) => stringAt(entry, "manager") !== manager)
    .map((entry) =>
      changed.reduce((kept, [part, fields]) => withoutFields(kept, part, fields), entry),
    );
  return [...others, { manager, operation: "Update", time, fieldsV1 }];
}

function changedFields(before: Json, after: Json, part: Part): readonly string[] {
  const was = objectAt(before, part);
  const is = objectAt(after, part);
  return Object.keys(is).filter((field) => !isDeepStrictEqual(was[field], is[field]));
}

/** A part in which nothing is owned any more is left out: an empty one would own all of it. */
function withoutFields(entry: Json, part: Part, fields: readonly string[]): Json {
  const owned = Object.entries(objectAt(entry, "fieldsV1", `f:${part}`));
  const kept = owned.filter(([key]) => !fields.includes(key.slice("f:".length)));
  const { [`f:${part}`]: _part, ...others } = objectAt(entry, "fieldsV1");
  const fieldsV1 =
    kept.length === 0 ? others : { ...others, [`f:${part}`]: Object.fromEntries(kept) };
  return { ...entry, fieldsV1 };
}
