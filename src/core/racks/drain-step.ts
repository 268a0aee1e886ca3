/**
 * The next step of giving a rack back: cordon, evict, wait until empty, lower the count by one
 * rack, verify that this rack left. Cancellable until the count is lowered.
 */
import type { CompiledFleet } from "../compiled.ts";
import type { Action, NodeRef } from "../decision.ts";
import type { Intent, PoolCount, RackObservation } from "../observation.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import type { EpochMs } from "../units.ts";
import { drainedNodes, drainedPods, namedNodes } from "./draining.ts";
import type { WorkflowStep } from "./workflow-step.ts";

export interface DrainView {
  readonly now: EpochMs;
  readonly count: PoolCount | null;
  /** The pool's racks. */
  readonly racks: readonly RackObservation[];
  readonly onDeadline: CompiledFleet["drain"]["onDeadline"];
  /** Racks that served before and are gone, other than the one being drained. */
  readonly lostRacks: readonly string[];
  /** Why the drain should be given up while it can be; null to go on. */
  readonly cancel: Reason | null;
}

export function drainStep(intent: Intent, view: DrainView): WorkflowStep {
  if (view.count === null) return { kind: "Wait", reason: reason("pool-unknown") };
  if (view.count.desired === intent.toRacksAtMost) return verify(intent, view);
  if (view.count.desired !== intent.fromRacks) {
    const found = `Found ${view.count.desired}, expected ${intent.fromRacks}.`;
    const restore = uncordon(intent, view, reason("count-conflict", found));
    return { kind: "Fail", restore, reason: reason("count-conflict", found) };
  }
  const giveUp = view.cancel ?? overdue(intent, view) ?? notOurs(intent, view);
  if (giveUp !== null) {
    return { kind: "Cancel", restore: uncordon(intent, view, giveUp), reason: giveUp };
  }
  return empty(intent, view) ?? lower(intent, view.count);
}

const refs = (nodes: readonly NodeRef[]): readonly NodeRef[] =>
  nodes.map(({ name, uid }) => ({ name, uid }));

function overdue(intent: Intent, view: DrainView): Reason | null {
  if (view.onDeadline === "Force" || !pastDeadline(intent, view)) return null;
  return reason("drain-deadline", "Cancelled, as the fleet's drain.onDeadline says.");
}

/** A rack out of sight is not known to be empty; one with others' pods is not ours to empty. */
function notOurs(intent: Intent, { racks }: DrainView): Reason | null {
  if (drainedNodes(intent, racks).length === 0) {
    return reason("no-victim", `No node of rack ${intent.rack} is seen any more.`);
  }
  const stranger = drainedPods(intent, racks).find(({ fleet }) => fleet !== intent.fleet);
  if (stranger === undefined) return null;
  return reason("no-victim", `Rack ${intent.rack} runs ${stranger.namespace}/${stranger.name}.`);
}

const pastDeadline = (intent: Intent, { now }: DrainView): boolean =>
  intent.drainDeadline !== null && now >= intent.drainDeadline;

function uncordon(intent: Intent, view: DrainView, why: Reason): readonly Action[] {
  const nodes = refs(drainedNodes(intent, view.racks).filter(({ cordoned }) => cordoned));
  if (nodes.length === 0) return [];
  return [{ kind: "Uncordon", intent: intent.name, pool: intent.pool, nodes, reason: why }];
}

/** Cordon, then evict. @returns null once the rack is empty, or its deadline says Force */
function empty(intent: Intent, view: DrainView): WorkflowStep | null {
  const open = drainedNodes(intent, view.racks).filter(({ cordoned }) => !cordoned);
  const { name, pool } = intent;
  if (open.length > 0) {
    const why = reason("cordoning", `${open.length} nodes of rack ${intent.rack}.`);
    const action = { kind: "Cordon" as const, intent: name, pool, nodes: refs(open), reason: why };
    return { kind: "Act", reason: why, actions: [action] };
  }
  const pods = drainedPods(intent, view.racks);
  if (pods.length === 0 || pastDeadline(intent, view)) return null;
  const running = pods.filter(({ terminating }) => !terminating);
  const why = reason("evicting", `${pods.length} pods left on rack ${intent.rack}.`);
  if (running.length === 0) return { kind: "Wait", reason: why };
  const targets = running.map(({ namespace, name: pod, uid }) => ({ namespace, name: pod, uid }));
  return {
    kind: "Act",
    reason: why,
    actions: [{ kind: "Evict", intent: name, pool, pods: targets, reason: why }],
  };
}

function lower(intent: Intent, count: PoolCount): WorkflowStep {
  const why = reason(
    intent.reason.code,
    `Rack ${intent.rack} is empty: ${intent.fromRacks} → ${intent.toRacksAtMost} racks.`,
  );
  const change = { uid: count.uid, from: intent.fromRacks, to: intent.toRacksAtMost };
  const action = { kind: "SetCount" as const, intent: intent.name, pool: intent.pool, ...change };
  return { kind: "Act", reason: why, actions: [{ ...action, reason: why }] };
}

/**
 * The count is lowered: no way back. The rack that left must be the one that was emptied. Where the
 * provider has not taken it by the deadline the intent ends, lest it bar growth for ever.
 */
function verify(intent: Intent, view: DrainView): WorkflowStep {
  if (namedNodes(intent, view.racks).length === 0) {
    return { kind: "Done", reason: reason("released", `Rack ${intent.rack}.`) };
  }
  if (view.lostRacks.length > 0) {
    const why = reason(
      "wrong-node-left",
      `Rack ${intent.rack} was emptied, but ${view.lostRacks.join(", ")} left. Scale-in stops ` +
        "until the RackPool is edited.",
    );
    return { kind: "Fail", restore: uncordon(intent, view, why), reason: why };
  }
  if (!pastDeadline(intent, view)) {
    return { kind: "Wait", reason: reason("releasing", `Rack ${intent.rack}.`) };
  }
  const late = `The count was lowered, but the provider has not taken rack ${intent.rack} away.`;
  const why = reason("drain-deadline", late);
  return { kind: "Fail", restore: uncordon(intent, view, why), reason: why };
}
