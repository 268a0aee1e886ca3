/** Whether the fleets of a pool with a loan run where they may, and nowhere else. */
import { type CompiledFleet, type CompiledPool, drawsOn } from "../../../core/compiled.ts";
import { LENT_LABEL } from "../../../core/loans/lent.ts";
import { RACK_LABEL } from "../../../core/workloads/wanted.ts";
import type { SurveyedPod, Toleration } from "../../../ports/cluster-survey.ts";
import type { ClusterFacts } from "../facts.ts";
import { blocker, type Checked, counted, named, warning } from "../finding.ts";

export const loanFindings = (facts: ClusterFacts): readonly Checked[] =>
  lendingPools(facts).flatMap(({ pool, fenceTaint }) =>
    facts.desired.fleets
      .filter((fleet) => drawsOn(fleet, pool))
      .flatMap((fleet) => {
        const pods = podsOf(fleet, facts);
        const where = `InferenceFleet ${fleet.key}, on RackPool ${pool.name} with a loan`;
        return [...keptOff(pods, { where, fenceTaint }), ...straying(pods, { where, pool })];
      }),
  );

const lendingPools = ({ desired }: ClusterFacts) =>
  desired.pools.flatMap((pool) =>
    pool.loan === undefined ? [] : [{ pool, fenceTaint: pool.loan.fenceTaint }],
  );

function podsOf(fleet: CompiledFleet, { pods, workloads }: ClusterFacts): readonly SurveyedPod[] {
  const ours = new Set(
    workloads.pods.filter((pod) => pod.fleet === fleet.key).map(({ name }) => name),
  );
  return (pods ?? []).filter((pod) => pod.namespace === fleet.namespace && ours.has(pod.name));
}

const namesOf = (pods: readonly SurveyedPod[]): string => named(pods.map(({ name }) => name));

function keptOff(
  pods: readonly SurveyedPod[],
  { where, fenceTaint }: { readonly where: string; readonly fenceTaint: string },
): readonly Checked[] {
  const lacking = pods.filter(
    ({ tolerations }) => !tolerations.some((written) => tolerates(written, fenceTaint)),
  );
  if (lacking.length === 0) return [];
  return [
    blocker({
      where,
      found:
        `${lacking.length} of ${counted(pods.length, "pod")} without a toleration of ` +
        `${fenceTaint}: ${namesOf(lacking)}`,
      expected: "one on every pod of the fleet: racks that are not lent bear this taint",
      fix:
        "spec.template.spec.tolerations: " +
        `[{key: ${fenceTaint}, operator: Exists, effect: NoSchedule}] in the workload`,
    }),
  ];
}

/** A pod that is bound to a rack by a label of it goes to no other. */
function straying(
  pods: readonly SurveyedPod[],
  { where, pool }: { readonly where: string; readonly pool: CompiledPool },
): readonly Checked[] {
  const racks = [...pool.rack.domainKeys, RACK_LABEL];
  const free = pods.filter(
    ({ avoids, boundBy }) =>
      !avoids.includes(LENT_LABEL) && !boundBy.some((key) => racks.includes(key)),
  );
  if (free.length === 0) return [];
  return [
    warning({
      where,
      found:
        `${free.length} of ${counted(pods.length, "pod")} may come to racks on loan: ` +
        namesOf(free),
      expected: `a node affinity that keeps them off nodes with the label ${LENT_LABEL}`,
      fix:
        "spec.template.spec.affinity.nodeAffinity." +
        "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: [{matchExpressions: " +
        `[{key: ${LENT_LABEL}, operator: DoesNotExist}]}] in the workload`,
    }),
  ];
}

/** As the scheduler has it, of a taint NoSchedule without a value. */
const tolerates = ({ key, operator, value, effect }: Toleration, taint: string): boolean =>
  (key === taint || (key === "" && operator === "Exists")) &&
  (operator === "Exists" || value === "") &&
  (effect === "" || effect === "NoSchedule");

export function loansFine(facts: ClusterFacts): string {
  const pools = lendingPools(facts);
  if (pools.length === 0 || facts.pods === null) return "";
  const found = `the fleets' pods tolerate the fences of ${counted(pools.length, "pool")}`;
  return `${found} and keep off racks on loan`;
}
