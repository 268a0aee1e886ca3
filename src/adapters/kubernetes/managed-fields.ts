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
export function ownersOf(object: Json, field: string): readonly FieldOwner[] {
  return listAt(object, "metadata", "managedFields")
    .filter((entry) => isJson(valueAt(entry, "fieldsV1", "f:spec", `f:${field}`)))
    .map((entry) => ({
      manager: stringAt(entry, "manager"),
      operation: stringAt(entry, "operation"),
      atMs: timeAt(entry, "time") ?? 0,
    }))
    .sort((a, b) => b.atMs - a.atMs);
}

/** @returns the manager that wrote `spec.<field>` last, "" when that is not recorded */
export const lastWriterOf = (object: Json, field: string): string =>
  ownersOf(object, field)[0]?.manager ?? "";
