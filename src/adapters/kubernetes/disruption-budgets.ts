import { type Json, listAt, objectAt } from "./decode.ts";
import type { Resource } from "./resources.ts";
import { matchesSelector } from "./selector.ts";

export const BUDGETS: Resource = {
  apiVersion: "policy/v1",
  plural: "poddisruptionbudgets",
  kind: "PodDisruptionBudget",
};

/**
 * Unlike elsewhere, an empty selector of a policy/v1 budget covers every pod of its namespace.
 *
 * @returns whether the budget covers a pod of its namespace with these labels
 */
export function coveredBy(budget: Json): (labels: Readonly<Record<string, string>>) => boolean {
  const selector = objectAt(budget, "spec", "selector");
  const expressions = listAt(selector, "matchExpressions");
  const equal = Object.keys(objectAt(selector, "matchLabels"));
  if (expressions.length + equal.length === 0) return () => true;
  return (labels) => matchesSelector(selector, labels);
}
