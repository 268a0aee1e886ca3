/** Why a count must not be written, as every backend says it. */
import { type Json, metaOf } from "./decode.ts";
import { type FieldOwner, isGitOps, ownersOf } from "./managed-fields.ts";

/** @returns a refusal for an object that is being deleted, none otherwise */
export function terminatingRefusals(object: Json, place: string): readonly string[] {
  if (!metaOf(object).terminating) return [];
  return [`${place} metadata.deletionTimestamp: found one, expected a pool that stays`];
}

/** @returns a refusal when a GitOps tool owns `spec.<field>`, none otherwise */
export const gitOpsRefusals = (object: Json, place: string, field: string): readonly string[] =>
  ownedByGit(`${place} spec.${field}`, ownersOf(object, field));

/** @returns a refusal when a GitOps tool is among the owners of a field, none otherwise */
export function ownedByGit(field: string, owners: readonly FieldOwner[]): readonly string[] {
  const owner = owners.find(({ manager }) => isGitOps(manager));
  if (owner === undefined) return [];
  return [
    `${field}: found it owned by ${owner.manager}, expected no GitOps owner: it would be set ` +
      "back to what Git says; take the field out of Git",
  ];
}

/** @returns a refusal for the first annotation by which another controller sizes the object */
export function annotationRefusals(
  object: Json,
  place: string,
  keys: readonly string[],
): readonly string[] {
  const { annotations } = metaOf(object);
  const found = keys.find((key) => key in annotations);
  if (found === undefined) return [];
  return [
    `${place} metadata.annotations["${found}"]: found it, expected none: two controllers must ` +
      "not size one pool; remove it or delete the RackPool",
  ];
}

/** @returns a refusal for a count that is no multiple of `unit`, none otherwise */
export function wholeRackRefusals(
  place: string,
  {
    count,
    unit,
    unitIs,
  }: { readonly count: number; readonly unit: number; readonly unitIs: string },
): readonly string[] {
  if (count % unit === 0) return [];
  return [
    `${place}: found ${count}, expected a multiple of ${unit}, ${unitIs}; set it to whole racks`,
  ];
}
