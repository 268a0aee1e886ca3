/** The preemptible work that a rack is on loan to: one pod a node, of no fleet. */
import type { CompiledPool } from "../core/compiled.ts";
import type { SimPod, SimRack } from "./rack-state.ts";

export function loanPods(
  rack: SimRack,
  { rack: { gpusPerNode } }: Pick<CompiledPool, "rack">,
  readySince: number,
): readonly SimPod[] {
  return rack.nodes.map((node) => ({
    name: `loan-${node.name}`,
    uid: `pod-loan-${node.name}`,
    fleet: null,
    workload: "loan",
    role: "Aggregated",
    gpus: gpusPerNode,
    nodes: [node],
    revision: 0,
    replica: null,
    readySince,
    served: false,
    ejectedAt: null,
    terminating: false,
    gone: false,
  }));
}
