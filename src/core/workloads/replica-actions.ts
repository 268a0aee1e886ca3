/** Changes of counts → actions: one write per object and direction. */
import type { CompiledWorkload, FleetKey } from "../compiled.ts";
import type { Action } from "../decision.ts";
import type { WorkloadObject } from "../observation.ts";
import type { Reason } from "../reasons.ts";

export type SetReplicas = Extract<Action, { kind: "SetReplicas" }>;

export interface SizedChange {
  readonly workload: CompiledWorkload;
  readonly object: WorkloadObject;
  readonly to: number;
  readonly reason: Reason;
}

/**
 * Roles of one object go into one write: a DisaggregatedSet takes no role alone to or from zero.
 * @param intent the drain that is led; absent: the action stands for itself
 */
export function replicaActions(
  changes: readonly SizedChange[],
  { fleet, intent }: { readonly fleet: FleetKey; readonly intent?: string },
): readonly SetReplicas[] {
  const actions = new Map<string, SetReplicas>();
  for (const { workload, object, to, reason } of changes) {
    const before = actions.get(object.uid);
    const change = {
      workload: workload.name,
      part: workload.part ?? null,
      from: object.replicas,
      to,
    };
    actions.set(object.uid, {
      kind: "SetReplicas",
      intent: intent ?? `${fleet}/${object.ref.kind}/${object.ref.name}`,
      fleet,
      object: object.ref,
      uid: object.uid,
      changes: [...(before?.changes ?? []), change],
      reason: before?.reason ?? reason,
    });
  }
  return [...actions.values()];
}
