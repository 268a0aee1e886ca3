/** The objects whose counts are the sizes of the pools. */
import { blocker, type Checked, counted } from "../finding.ts";
import type { ClusterFacts, PoolFacts } from "../facts.ts";
import { taken } from "../said.ts";

export const poolObjectFindings = ({ pools }: ClusterFacts): readonly Checked[] =>
  pools.flatMap(poolFindings);

function poolFindings({ pool, reading, problem }: PoolFacts): readonly Checked[] {
  const place = `RackPool ${pool.name} spec.backend`;
  if (reading === null) {
    const expected = "an object whose count can be read";
    return [blocker({ where: place, found: problem, expected, fix: getCommand(pool) })];
  }
  return reading.refusals.map(({ code, text }) =>
    blocker(taken(text, { place, fix: code === "pool-unknown" ? getCommand(pool) : "" })),
  );
}

function getCommand({ backend: { kind, target, members } }: PoolFacts["pool"]): string {
  if (kind === "manual") return "kubectl get nodes --show-labels";
  const { apiVersion, kind: name, namespace } = members ?? target;
  const group = apiVersion.includes("/") ? `.${apiVersion.slice(0, apiVersion.indexOf("/"))}` : "";
  const where = namespace === "" ? "" : ` -n ${namespace}`;
  return `kubectl get ${name.toLowerCase()}${group}${where}, then set spec.backend`;
}

export const poolObjectsFine = ({ pools }: ClusterFacts): string =>
  pools.length === 0 ? "" : `the ${counted(pools.length, "pool object")} can be read and sized`;
