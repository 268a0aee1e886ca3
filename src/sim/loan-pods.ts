/** The preemptible work that a rack is on loan to: one pod a node, of no fleet. */
import type { CompiledPool } from "../core/compiled.ts";
import type { SimPod, SimRack } from "./rack-state.ts";

export interface LoanRun {
  readonly readySince: number;
  /** Tells pods that come later from those that were there at the start, which are run 0. */
  readonly run: number;
}

export function loanPods(
  rack: SimRack,
  { rack: { gpusPerNode } }: Pick<CompiledPool, "rack">,
  { readySince, run }: LoanRun,
): readonly SimPod[] {
  const suffix = run === 0 ? "" : `-${run}`;
  return rack.nodes.map((node) => ({
    name: `loan-${node.name}${suffix}`,
    uid: `pod-loan-${node.name}${suffix}`,
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
