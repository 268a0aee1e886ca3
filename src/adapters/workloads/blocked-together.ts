/**
 * Whether pods that run together can be told to go together. The eviction API takes one pod at a
 * time: asked of a budget that allows fewer, it would break the gang and keep the rest of it.
 */
import type { PodRef } from "../../core/decision.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { type Json, metaOf, numberAt, stringAt } from "../kubernetes/decode.ts";
import { BUDGETS, coveredBy } from "../kubernetes/disruption-budgets.ts";
import { listAll } from "../kubernetes/list-all.ts";
import type { KeptPod } from "./decode.ts";

/**
 * @param all the pods as they are known
 * @returns which budget refuses some of the evictions if all are asked for now; null: none does.
 *   @throws PortError
 */
export async function blockedTogether(
  client: KubeClient,
  all: readonly KeptPod[],
  pods: readonly PodRef[],
): Promise<string | null> {
  const uids = new Set(pods.map(({ uid }) => uid));
  const going = all.filter(({ uid, terminating }) => uids.has(uid) && !terminating);
  const namespaces = [...new Set(going.map(({ namespace }) => namespace))].toSorted();
  for (const namespace of namespaces) {
    const budgets = await listAll(client, { resource: BUDGETS, namespace });
    const ours = going.filter((pod) => pod.namespace === namespace);
    const why = twice(budgets, ours) ?? budgets.flatMap((budget) => tooFew(budget, ours))[0];
    if (why !== undefined) return why;
  }
  return null;
}

const nameOf = (budget: Json): string =>
  `PodDisruptionBudget ${metaOf(budget).namespace}/${metaOf(budget).name}`;

/** The API answers such an eviction with an error. */
function twice(budgets: readonly Json[], pods: readonly KeptPod[]): string | undefined {
  for (const { name, labels } of pods) {
    const over = budgets.filter((budget) => coveredBy(budget)(labels));
    if (over.length > 1)
      return `${name} is under ${over.map(nameOf).join(" and ")}: one is allowed`;
  }
  return undefined;
}

function tooFew(budget: Json, pods: readonly KeptPod[]): readonly string[] {
  const covers = coveredBy(budget);
  const covered = pods.filter(({ labels }) => covers(labels));
  if (covered.length === 0) return [];
  if ((numberAt(budget, "status", "observedGeneration") ?? 0) < metaOf(budget).generation) {
    return [`${nameOf(budget)} was changed and is not worked out yet`];
  }
  const counted = covered.filter(({ ready }) => ready || !sparesUnready(budget));
  const allowed = numberAt(budget, "status", "disruptionsAllowed") ?? 0;
  if (counted.length <= allowed) return [];
  const found = `${nameOf(budget)} allows ${allowed} evictions`;
  return [`${found}, ${counted.length} pods that run together are under it: none is evicted`];
}

/** An unready pod costs no disruption where the budget is met all the same, or is told so. */
function sparesUnready(budget: Json): boolean {
  if (stringAt(budget, "spec", "unhealthyPodEvictionPolicy") === "AlwaysAllow") return true;
  const [healthy, desired] = ["currentHealthy", "desiredHealthy"].map(
    (field) => numberAt(budget, "status", field) ?? 0,
  );
  return (desired ?? 0) > 0 && (healthy ?? 0) >= (desired ?? 0);
}
