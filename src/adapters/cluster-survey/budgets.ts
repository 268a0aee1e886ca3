/** Disruption budgets and the pods that each covers. */
import type { DisruptionBudget } from "../../ports/cluster-survey.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { type Json, listAt, metaOf, objectAt, valueAt } from "../kubernetes/decode.ts";
import { listAll } from "../kubernetes/list-all.ts";
import { PODS, type Resource } from "../kubernetes/resources.ts";
import { matchesSelector } from "../kubernetes/selector.ts";

const BUDGETS: Resource = {
  apiVersion: "policy/v1",
  plural: "poddisruptionbudgets",
  kind: "PodDisruptionBudget",
};

/** @throws PortError */
export async function listBudgets(
  client: KubeClient,
  namespaces: readonly string[],
): Promise<readonly DisruptionBudget[]> {
  const found = await Promise.all(namespaces.map((namespace) => budgetsIn(client, namespace)));
  return found.flat();
}

async function budgetsIn(
  client: KubeClient,
  namespace: string,
): Promise<readonly DisruptionBudget[]> {
  const budgets = await listAll(client, { resource: BUDGETS, namespace });
  if (budgets.length === 0) return [];
  const pods = (await listAll(client, { resource: PODS, namespace })).map(metaOf);
  return budgets.map((budget) => {
    const covers = coveredBy(objectAt(budget, "spec", "selector"));
    const covered = pods.filter(({ labels }) => covers(labels)).map(({ name }) => name);
    return { namespace, name: metaOf(budget).name, ...limitOf(budget), pods: covered };
  });
}

/** Unlike elsewhere, an empty selector of a policy/v1 budget covers every pod of its namespace. */
function coveredBy(selector: Json): (labels: Readonly<Record<string, string>>) => boolean {
  const expressions = listAt(selector, "matchExpressions");
  const equal = Object.keys(objectAt(selector, "matchLabels"));
  if (expressions.length + equal.length === 0) return () => true;
  return (labels) => matchesSelector(selector, labels);
}

function limitOf(budget: Json): Pick<DisruptionBudget, "field" | "value"> {
  const value = (field: string): string => {
    const written = valueAt(budget, "spec", field);
    return typeof written === "number" || typeof written === "string" ? String(written) : "";
  };
  const most = value("maxUnavailable");
  if (most !== "") return { field: "maxUnavailable", value: most };
  return { field: "minAvailable", value: value("minAvailable") };
}
