/** Who wrote a field last, as the API server records it in `metadata.managedFields`. */
import { isJson, type Json, listAt, stringAt, timeAt, valueAt } from "./decode.ts";

export interface FieldOwner {
  readonly manager: string;
  readonly operation: string;
  readonly atMs: number;
}

/**
 * Field managers of tools that write an object again whenever it differs from Git: Argo CD, Flux
 * (kustomize-controller, helm-controller), Rancher Fleet, Config Sync. Helm itself and kubectl are
 * run by people and do not come back.
 */
const GITOPS_MANAGERS = [
  /^argocd/,
  /^(kustomize|helm)-controller$/,
  /^flux/,
  /^fleet-?agent/,
  /^configsync/,
];

export const isGitOps = (manager: string): boolean =>
  GITOPS_MANAGERS.some((pattern) => pattern.test(manager));

/** @returns the owners of `spec.<field>`, latest first */
export const ownersOf = (object: Json, field: string): readonly FieldOwner[] =>
  ownersAt(object, ["spec", field]);

/** The entry of a list that has this name. */
export interface NamedEntry {
  readonly name: string;
}

/**
 * @returns the owners of the field at a path, latest first. Where nobody owns the field itself,
 *   those who own the nearest thing around it: an atomic list has no owners inside
 */
export function ownersAt(
  object: Json,
  path: readonly (string | NamedEntry)[],
): readonly FieldOwner[] {
  const claims = listAt(object, "metadata", "managedFields").map((entry) => ({
    entry,
    depth: depthOwned(valueAt(entry, "fieldsV1"), path),
  }));
  const nearest = Math.max(1, ...claims.map(({ depth }) => depth));
  return claims
    .filter(({ depth }) => depth === nearest)
    .map(({ entry }) => ({
      manager: stringAt(entry, "manager"),
      operation: stringAt(entry, "operation"),
      atMs: timeAt(entry, "time") ?? 0,
    }))
    .sort((a, b) => b.atMs - a.atMs);
}

/**
 * How many steps of the path lead to something that is owned; 0: nothing on the way is. A step
 * under which nothing is written is owned itself, be it atomic or a map whose fields are others'.
 */
function depthOwned(fields: unknown, path: readonly (string | NamedEntry)[]): number {
  let at = fields;
  for (const [index, step] of path.entries()) {
    const key = typeof step === "string" ? `f:${step}` : `k:${JSON.stringify({ name: step.name })}`;
    at = valueAt(at, key);
    if (!isJson(at)) return 0;
    if (Object.keys(at).length === 0) return index + 1;
  }
  return path.length;
}

/** @returns the manager that wrote `spec.<field>` last, "" when that is not recorded */
export const lastWriterOf = (object: Json, field: string): string =>
  ownersOf(object, field)[0]?.manager ?? "";
