/** What the surveys look at in pods: each is listed once. */
import type { SurveyedPod, Toleration } from "../../ports/cluster-survey.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { type Json, listAt, metaOf, stringAt, stringsAt } from "../kubernetes/decode.ts";
import { listAll } from "../kubernetes/list-all.ts";
import { PODS } from "../kubernetes/resources.ts";

/** @throws PortError */
export async function surveyPods(
  client: KubeClient,
  namespaces: readonly string[],
): Promise<readonly SurveyedPod[]> {
  const found = await Promise.all(
    namespaces.map((namespace) => listAll(client, { resource: PODS, namespace })),
  );
  return found.flat().map(surveyedPod);
}

function surveyedPod(pod: Json): SurveyedPod {
  const { namespace, name, labels } = metaOf(pod);
  return {
    namespace,
    name,
    labels,
    tolerations: listAt(pod, "spec", "tolerations").map(tolerationOf),
    boundBy: [...Object.keys(stringsAt(pod, "spec", "nodeSelector")), ...inEachTerm(pod, "In")],
    avoids: inEachTerm(pod, "DoesNotExist"),
  };
}

const TERMS = [
  "spec",
  "affinity",
  "nodeAffinity",
  "requiredDuringSchedulingIgnoredDuringExecution",
  "nodeSelectorTerms",
] as const;

/** Terms are alternatives: what only some of them ask for binds nobody. */
function inEachTerm(pod: Json, operator: string): readonly string[] {
  const [first = [], ...others] = listAt(pod, ...TERMS).map((term) =>
    listAt(term, "matchExpressions")
      .filter((expression) => stringAt(expression, "operator") === operator)
      .map((expression) => stringAt(expression, "key")),
  );
  return first.filter((key) => others.every((keys) => keys.includes(key)));
}

const tolerationOf = (entry: unknown): Toleration => ({
  key: stringAt(entry, "key"),
  operator: stringAt(entry, "operator"),
  value: stringAt(entry, "value"),
  effect: stringAt(entry, "effect"),
});
