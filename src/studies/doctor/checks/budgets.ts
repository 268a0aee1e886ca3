/** Disruption budgets that would never let a rack be emptied. */
import type { DisruptionBudget } from "../../../ports/cluster-survey.ts";
import { blocker, type Checked, counted, named, warning } from "../finding.ts";
import type { ClusterFacts } from "../facts.ts";

export function budgetFindings(facts: ClusterFacts): readonly Checked[] {
  const relevant = facts.budgets
    .map((budget) => ({ budget, pods: fleetPodsUnder(budget, facts) }))
    .filter(({ pods }) => pods.length > 0);
  return [
    ...relevant.flatMap(({ budget, pods }) => (allowsNone(budget) ? [never(budget, pods)] : [])),
    ...twiceCovered(relevant.map(({ budget }) => budget)),
  ];
}

/** @returns the names of those pods under the budget that belong to fleets */
function fleetPodsUnder(
  { namespace, pods }: DisruptionBudget,
  { workloads }: ClusterFacts,
): readonly string[] {
  const covered = new Set(pods);
  return workloads.pods
    .filter((pod) => pod.fleet !== null && pod.namespace === namespace && covered.has(pod.name))
    .map(({ name }) => name);
}

function allowsNone({ field, value, pods }: DisruptionBudget): boolean {
  if (field === "maxUnavailable") return value === "0" || value === "0%";
  return value === "100%" || (/^\d+$/.test(value) && Number(value) >= pods.length);
}

const placeOf = ({ namespace, name }: DisruptionBudget): string =>
  `PodDisruptionBudget ${namespace}/${name}`;

const never = (budget: DisruptionBudget, pods: readonly string[]): Checked =>
  blocker({
    where: `${placeOf(budget)} spec.${budget.field}`,
    found:
      `${budget.value} over ${counted(budget.pods.length, "pod")}: ` +
      `no eviction of ${named(pods)}`,
    expected: "one rack's engines may be gone at once, or no rack can ever be drained",
    fix:
      `kubectl patch pdb -n ${budget.namespace} ${budget.name} --type merge -p ` +
      `'{"spec":{"minAvailable":null,"maxUnavailable":"25%"}}'`,
  });

/** The eviction API answers with an error where two budgets cover one pod. */
function twiceCovered(budgets: readonly DisruptionBudget[]): readonly Checked[] {
  return budgets.flatMap((first, at) =>
    budgets.slice(at + 1).flatMap((second) => {
      const shared = first.pods.filter((pod) => second.pods.includes(pod));
      if (first.namespace !== second.namespace || shared.length === 0) return [];
      return [
        warning({
          where: `${placeOf(first)} and ${second.name} spec.selector`,
          found: `both cover ${named(shared)}`,
          expected: "one budget for a pod: evictions under two are refused",
          fix: `kubectl delete pdb -n ${second.namespace} ${second.name}, or narrow a selector`,
        }),
      ];
    }),
  );
}

export const budgetsFine = ({ budgets }: ClusterFacts): string =>
  budgets.length === 0 ? "" : `${counted(budgets.length, "PodDisruptionBudget")} let racks drain`;
