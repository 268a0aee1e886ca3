/** Whether the fleets of a pool with a loan can run on the racks that are kept from the loan. */
import { type CompiledFleet, type CompiledPool, drawsOn } from "../../../core/compiled.ts";
import type { Toleration } from "../../../ports/cluster-survey.ts";
import type { ClusterFacts } from "../facts.ts";
import { blocker, type Checked, counted, named } from "../finding.ts";

export const loanFindings = (facts: ClusterFacts): readonly Checked[] =>
  lendingPools(facts).flatMap(({ pool, fenceTaint }) =>
    facts.desired.fleets
      .filter((fleet) => drawsOn(fleet, pool))
      .flatMap((fleet) => ofFleet(fleet, { pool, fenceTaint, facts })),
  );

interface Lending {
  readonly pool: CompiledPool;
  readonly fenceTaint: string;
}

const lendingPools = ({ desired }: ClusterFacts): readonly Lending[] =>
  desired.pools.flatMap((pool) =>
    pool.loan === undefined ? [] : [{ pool, fenceTaint: pool.loan.fenceTaint }],
  );

function ofFleet(
  fleet: CompiledFleet,
  { pool, fenceTaint, facts }: Lending & { readonly facts: ClusterFacts },
): readonly Checked[] {
  const { tolerations, workloads } = facts;
  if (tolerations === null) return [];
  const pods = workloads.pods.filter((pod) => pod.fleet === fleet.key);
  const lacking = pods.filter(({ namespace, name }) => {
    const written = tolerations.get(`${namespace}/${name}`) ?? [];
    return !written.some((toleration) => tolerates(toleration, fenceTaint));
  });
  if (lacking.length === 0) return [];
  return [
    blocker({
      where: `InferenceFleet ${fleet.key}, on RackPool ${pool.name} with a loan`,
      found:
        `${lacking.length} of ${counted(pods.length, "pod")} without a toleration of ` +
        `${fenceTaint}: ${named(lacking.map(({ name }) => name))}`,
      expected: "one on every pod of the fleet: racks that are not lent bear this taint",
      fix:
        "spec.template.spec.tolerations: " +
        `[{key: ${fenceTaint}, operator: Exists, effect: NoSchedule}] in the workload`,
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
  return pools.length === 0 || facts.tolerations === null
    ? ""
    : `the fleets' pods tolerate the fences of ${counted(pools.length, "pool")}`;
}
