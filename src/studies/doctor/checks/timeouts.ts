/** Controllers that would delete a rack while it boots. */
import type { CompiledPool } from "../../../core/compiled.ts";
import { sumOfSteps } from "../../../core/racks/lead-time.ts";
import { seconds } from "../../../core/units.ts";
import type { NodeTimeout } from "../../../ports/cluster-survey.ts";
import { blocker, type Checked, counted, warning } from "../finding.ts";
import type { ClusterFacts } from "../facts.ts";

export const timeoutFindings = ({ timeouts, desired }: ClusterFacts): readonly Checked[] =>
  timeouts.flatMap((timeout) => {
    const pool = desired.pools.find(({ name }) => name === timeout.pool);
    return pool === undefined ? [] : tooShort(pool, timeout);
  });

/** A node joins once its rack was granted and has booted; engines start after that. */
function tooShort(pool: CompiledPool, timeout: NodeTimeout): readonly Checked[] {
  const { grant, boot } = pool.leadTimePrior;
  const needed = seconds(sumOfSteps([grant, boot]).p95Ms);
  const given = seconds(timeout.afterMs);
  if (given >= needed) return [];
  const finding = {
    where: `${timeout.where} (RackPool ${pool.name})`,
    found: `${given} s${timeout.isDefault ? ", the default" : ""}: deletes nodes that still boot`,
    expected: `at least ${Math.ceil(needed)} s, the p95 of grant and boot in spec.leadTimePrior`,
    fix: timeout.fix.replace("{}", String(Math.ceil(needed))),
  };
  // Nothing on a cloud's node group says whether an autoscaler holds it as well.
  return [timeout.by === "cluster-autoscaler" ? warning(finding) : blocker(finding)];
}

export const timeoutsFine = ({ timeouts }: ClusterFacts): string =>
  timeouts.length === 0
    ? ""
    : `${counted(timeouts.length, "node timeout")} longer than a rack takes to boot`;
