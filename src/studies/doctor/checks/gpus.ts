/** Whether the GPUs of the pools' nodes can be had: from the device plugin or through claims. */
import type { CompiledPool } from "../../../core/compiled.ts";
import { blocker, type Checked, counted, named, warning } from "../finding.ts";
import type { ClusterFacts } from "../facts.ts";

export const gpuFindings = (facts: ClusterFacts): readonly Checked[] =>
  facts.desired.pools.flatMap((pool) => ofPool(pool, facts));

function ofPool(pool: CompiledPool, { nodes }: ClusterFacts): readonly Checked[] {
  const { gpusPerNode } = pool.rack;
  const ours = nodes.filter((node) => node.pool === pool.name);
  // A node that is not Ready has other worries first.
  const lacking = ours.filter(
    ({ ready, gpusAllocatable }) => ready && gpusAllocatable < gpusPerNode,
  );
  if (lacking.length === 0) return [];
  const most = Math.max(...lacking.map(({ gpusAllocatable }) => gpusAllocatable));
  const names = lacking.map(({ name }) => name);
  const finding = {
    where: `RackPool ${pool.name} spec.rack.gpusPerNode`,
    found:
      `${lacking.length} of ${counted(ours.length, "node")} with ` +
      `${most === 0 ? "no" : `at most ${most}`} allocatable GPUs: ${named(names)}`,
    expected: `${gpusPerNode}, as nvidia.com/gpu of the device plugin or in ResourceSlices of DRA`,
    fix:
      `kubectl describe node ${names[0] ?? ""} | grep nvidia.com/gpu; ` +
      "kubectl get resourceslices; check that the device plugin or DRA driver runs on the node",
  };
  return [lacking.length === ours.length ? blocker(finding) : warning(finding)];
}

export function gpusFine({ nodes }: ClusterFacts): string {
  const gpus = nodes.reduce((sum, { gpusAllocatable }) => sum + gpusAllocatable, 0);
  return nodes.length === 0
    ? ""
    : `${counted(gpus, "GPU")} allocatable on ${counted(nodes.length, "node")}`;
}
