/** The next step of lending a rack: emptied as for giving it back, then opened to the loan. */
import type { LoanTerms } from "../compiled.ts";
import type { NodeRef } from "../decision.ts";
import type { Intent } from "../observation.ts";
import { emptyStep } from "../racks/drain-step.ts";
import type { DrainView } from "../racks/drain-step.ts";
import { drainedNodes, drainedPods, isCordonedByUs } from "../racks/draining.ts";
import type { WorkflowStep } from "../racks/workflow-step.ts";
import { reason } from "../reasons.ts";

export interface LendView extends Omit<DrainView, "onDeadline"> {
  readonly loan: LoanTerms;
}

/**
 * Cancellable until the first node was handed over: from then on the loan's pods may be there. A
 * rack that still has pods at its deadline is never handed over, whatever the fleet's drains do.
 */
export function lendStep(intent: Intent, view: LendView): WorkflowStep {
  const nodes = drainedNodes(intent, view.racks);
  const used = drainedPods(intent, view.racks).some(({ fleet }) => fleet !== null);
  const handed = nodes.filter(({ lentAt }) => lentAt !== undefined && !used);
  const left = nodes.filter((node) => !handed.includes(node) || isCordonedByUs(node));
  if (nodes.length > 0 && left.length === 0) {
    return { kind: "Done", reason: reason("loan-lent", `Rack ${intent.rack}.`) };
  }
  if (handed.length === 0) {
    const step = emptyStep(intent, { ...view, onDeadline: "Cancel" });
    if (step !== null) return step;
  }
  return handOver(intent, left, view);
}

/** The cordon goes last: it keeps the fleet's own pods off until the nodes are marked as lent. */
function handOver(intent: Intent, left: readonly NodeRef[], { loan, now }: LendView): WorkflowStep {
  const { name, pool, rack } = intent;
  const why = reason("loan-lend", `${left.length} nodes of rack ${rack} go to the loan.`);
  const nodes = left.map(({ name: node, uid }) => ({ name: node, uid }));
  const of = { intent: name, pool, nodes, reason: why };
  return {
    kind: "Act",
    reason: why,
    actions: [
      { kind: "Unfence", ...of, taint: loan.fenceTaint, at: now },
      { kind: "Uncordon", ...of },
    ],
  };
}
