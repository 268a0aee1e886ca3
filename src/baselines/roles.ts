/** The units of a fleet as replicas of one workload. */
import type { Role } from "../core/compiled.ts";
import type { PerRole, PolicySlice, PolicyView, RoleReplicas } from "../core/policy/policy.ts";

export const EMPTY_SLICE: PolicySlice = { schemaVersion: 1, series: {}, numbers: {} };

export interface Scaled {
  readonly role: Role;
  readonly replicas: RoleReplicas;
}

/**
 * @returns the workload whose queue a fleet's turns wait in: aggregated units, or the prefill side
 *   of a split fleet, whose decode side follows by packing
 * @throws Error when no workload of the fleet computes prompts
 */
export function queuedRole({ roles, fleet }: PolicyView): Scaled {
  for (const role of ["Aggregated", "Prefill"] as const) {
    const replicas = roles[role];
    if (replicas !== undefined) return { role, replicas };
  }
  throw new Error(`fleet ${fleet.key}: no workload computes prompts`);
}

export const everyRole = (
  roles: PerRole<RoleReplicas>,
  replicasOf: (replicas: RoleReplicas) => number,
): PerRole<number> =>
  Object.fromEntries(Object.entries(roles).map(([role, found]) => [role, replicasOf(found)]));
