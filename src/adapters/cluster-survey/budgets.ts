/** Disruption budgets and the pods that each covers. */
import type { DisruptionBudget, SurveyedPod } from "../../ports/cluster-survey.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { type Json, metaOf, valueAt } from "../kubernetes/decode.ts";
import { BUDGETS, coveredBy } from "../kubernetes/disruption-budgets.ts";
import { listAll } from "../kubernetes/list-all.ts";

/** @throws PortError */
export async function listBudgets(
  client: KubeClient,
  namespaces: readonly string[],
  pods: readonly SurveyedPod[],
): Promise<readonly DisruptionBudget[]> {
  const found = await Promise.all(
    namespaces.map(async (namespace) => {
      const budgets = await listAll(client, { resource: BUDGETS, namespace });
      const inside = pods.filter((pod) => pod.namespace === namespace);
      return budgets.map((budget) => decodeBudget(budget, namespace, inside));
    }),
  );
  return found.flat();
}

function decodeBudget(
  budget: Json,
  namespace: string,
  pods: readonly SurveyedPod[],
): DisruptionBudget {
  const covers = coveredBy(budget);
  const covered = pods.filter(({ labels }) => covers(labels)).map(({ name }) => name);
  return { namespace, name: metaOf(budget).name, ...limitOf(budget), pods: covered };
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
