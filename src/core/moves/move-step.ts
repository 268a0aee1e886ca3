/** The next step of moving a rack: emptied as for giving it back, then opened to the taker. */
import type { FleetKey } from "../compiled.ts";
import type { NodeRef } from "../decision.ts";
import type { Intent } from "../observation.ts";
import { emptyStep } from "../racks/drain-step.ts";
import type { DrainView } from "../racks/drain-step.ts";
import { drainedNodes, drainedPods, isCordonedByUs } from "../racks/draining.ts";
import type { WorkflowStep } from "../racks/workflow-step.ts";
import { reason } from "../reasons.ts";
import { isHandedOver } from "./hand-over.ts";

export interface MoveView extends Omit<DrainView, "onDeadline"> {
  readonly taker: FleetKey;
}

/**
 * Cancellable until the rack is handed over, which the last node without a cordon is. A rack that
 * still has pods at its deadline is never handed over, whatever the fleet's drains do.
 */
export function moveStep(intent: Intent, view: MoveView): WorkflowStep {
  if (isHandedOver(intent, view.racks)) return settle(intent, view);
  const pods = drainedPods(intent, view.racks);
  const cordoned = drainedNodes(intent, view.racks).filter(isCordonedByUs);
  const free = pods.every(({ fleet }) => fleet === view.taker);
  if (free && cordoned.length > 0 && view.cancel === null) return handOver(intent, cordoned);
  const step = emptyStep(intent, { ...view, onDeadline: "Cancel" });
  return step ?? { kind: "Wait", reason: reason("evicting", `Rack ${intent.rack}.`) };
}

/** Until its units are there the rack is the taker's by this decision; then by its pods. */
function settle(intent: Intent, { racks, taker, now, cancel }: MoveView): WorkflowStep {
  const there = drainedPods(intent, racks).filter(({ fleet }) => fleet === taker).length;
  if (there > 0) return { kind: "Done", reason: reason("moved", `Rack ${intent.rack}: ${taker}.`) };
  const late = intent.drainDeadline !== null && now >= intent.drainDeadline;
  const why = reason("handed-over", `Rack ${intent.rack} runs no unit of ${taker} yet.`);
  return { kind: late || cancel !== null ? "Done" : "Wait", reason: why };
}

/** Nodes that somebody else cordoned stay so. */
function handOver(intent: Intent, left: readonly NodeRef[]): WorkflowStep {
  const { name, pool, rack } = intent;
  const why = reason("hand-over", `${left.length} nodes of rack ${rack}.`);
  const nodes = left.map(({ name: node, uid }) => ({ name: node, uid }));
  const action = { kind: "Uncordon" as const, intent: name, pool, nodes, reason: why };
  return { kind: "Act", reason: why, actions: [action] };
}
