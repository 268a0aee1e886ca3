/**
 * The next step of giving a rack back: cordon, keep new turns off it, let the running ones end,
 * evict, wait until empty, lower the count by one rack, verify that this rack left. Cancellable
 * until the count is lowered.
 */
import type { CompiledFleet } from "../compiled.ts";
import type { Action, NodeRef } from "../decision.ts";
import type { Intent, PodObservation, PoolCount, RackObservation } from "../observation.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import type { EpochMs } from "../units.ts";
import { drainedNodes, drainedPods, isEjected, namedNodes, podRefs } from "./draining.ts";
import { ejectStep } from "./eject-step.ts";
import type { DrainTraffic } from "./eject-step.ts";
import { evictionDue } from "./eviction-pace.ts";
import { namedMembers, takenWith } from "./members.ts";
import type { WorkflowStep } from "./workflow-step.ts";

export interface DrainView {
  readonly now: EpochMs;
  readonly count: PoolCount | null;
  /** The pool's racks. */
  readonly racks: readonly RackObservation[];
  readonly onDeadline: CompiledFleet["drain"]["onDeadline"];
  /** Racks that served before and are gone, other than the one being drained. */
  readonly lostRacks: readonly string[];
  /** Nodes of other racks that the provider took instead, by rack, as words; absent: none. */
  readonly takenElsewhere?: readonly string[];
  /** Why the drain should be given up while it can be; null to go on. */
  readonly cancel: Reason | null;
  /** What its turns would bring upon the other racks; absent where nobody knows: then it waits. */
  readonly traffic?: DrainTraffic;
}

export function drainStep(intent: Intent, view: DrainView): WorkflowStep {
  if (view.count === null) return { kind: "Wait", reason: reason("pool-unknown") };
  const standing = standingOf(intent, view.count);
  if (standing === "Lowered" || isOver(intent, view, standing)) return verify(intent, view);
  if (standing !== "Standing") {
    const why = reason("count-conflict", standing.found);
    return { kind: "Fail", restore: restore(intent, view, why), reason: why };
  }
  return emptyStep(intent, view) ?? lower(intent, view.count, view.racks);
}

/** @returns the next step of emptying the rack; null once it is empty, or by force given up */
export function emptyStep(intent: Intent, view: DrainView): WorkflowStep | null {
  const giveUp = view.cancel ?? overdue(intent, view) ?? notOurs(intent, view);
  if (giveUp === null) return empty(intent, view);
  return { kind: "Cancel", restore: restore(intent, view, giveUp), reason: giveUp };
}

type Standing = "Standing" | "Lowered" | { readonly found: string };

/** Whether the rack is still asked for: of a set its object says so, elsewhere the count. */
function standingOf(intent: Intent, count: PoolCount): Standing {
  const { fromRacks, toRacksAtMost, objects } = intent;
  if (objects !== undefined) {
    const { vanished, changed } = namedMembers(objects, count.members ?? [], 0);
    if (vanished.length > 0) return { found: `${vanished.join(", ")} left the set.` };
    if (changed.length === objects.length) return "Lowered";
  } else if (count.desired === toRacksAtMost) return "Lowered";
  if (count.desired === fromRacks) return "Standing";
  return { found: `Found ${count.desired}, expected ${fromRacks}.` };
}

/** Whoever took the object away took the rack: nothing is left to fail at. */
const isOver = (intent: Intent, { racks }: DrainView, standing: Standing): boolean =>
  intent.objects !== undefined && standing !== "Standing" && namedNodes(intent, racks).length === 0;

const refs = (nodes: readonly NodeRef[]): readonly NodeRef[] =>
  nodes.map(({ name, uid }) => ({ name, uid }));

function overdue(intent: Intent, view: DrainView): Reason | null {
  if (view.onDeadline === "Force" || !pastDeadline(intent, view)) return null;
  return reason("drain-deadline", "Cancelled, as the fleet's drain.onDeadline says.");
}

/** A rack out of sight is not known to be empty; one with others' pods is not ours to empty. */
function notOurs(intent: Intent, { racks }: DrainView): Reason | null {
  const drained = drainedNodes(intent, racks);
  if (drained.length === 0) {
    return reason("no-victim", `No node of rack ${intent.rack} is seen any more.`);
  }
  const [other] = takenWith(intent.objects ?? [], racks, drained);
  if (other !== undefined) {
    const found = `Node ${other.name} is of ${other.member} too, and not of rack ${intent.rack}.`;
    return reason("no-victim", found);
  }
  const stranger = drainedPods(intent, racks).find(({ fleet }) => fleet !== intent.fleet);
  if (stranger === undefined) return null;
  return reason("no-victim", `Rack ${intent.rack} runs ${stranger.namespace}/${stranger.name}.`);
}

const pastDeadline = (intent: Intent, { now }: DrainView): boolean =>
  intent.drainDeadline !== null && now >= intent.drainDeadline;

/**
 * Turns come to the rack again, and pods. Nodes that a person uncordoned are named as well: marks
 * on the provider's objects are theirs too.
 */
function restore(intent: Intent, { racks }: DrainView, why: Reason): readonly Action[] {
  const { name, fleet, pool } = intent;
  const ejected = drainedPods(intent, racks).filter(isEjected);
  const pods = podRefs(ejected);
  const nodes = refs(drainedNodes(intent, racks));
  const readmit = { kind: "Readmit" as const, intent: name, fleet, pods, reason: why };
  const uncordon = { kind: "Uncordon" as const, intent: name, pool, nodes, reason: why };
  return [...(pods.length === 0 ? [] : [readmit]), ...(nodes.length === 0 ? [] : [uncordon])];
}

/** Cordon, eject, evict. @returns null once the rack is empty, or its deadline says Force */
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
  return unroute(intent, pods, view) ?? evict(intent, pods, view);
}

/** @returns null where no pod has a route that could be taken away, and once turns have ended */
function unroute(
  intent: Intent,
  pods: readonly PodObservation[],
  { now, traffic }: DrainView,
): WorkflowStep | null {
  if (pods.every(({ route }) => route === undefined)) return null;
  if (traffic !== undefined) return ejectStep(pods, { intent, now, traffic });
  return { kind: "Wait", reason: reason("signals-untrusted", "The fleet's traffic is not known.") };
}

function evict(intent: Intent, pods: readonly PodObservation[], { now }: DrainView): WorkflowStep {
  const { name, pool } = intent;
  const routed = pods.some(({ route }) => route !== undefined);
  const direct = routed ? "" : " Nothing kept new turns off them: their workloads set no eject.";
  const why = reason("evicting", `${pods.length} pods left on rack ${intent.rack}.${direct}`);
  const running = pods.filter(({ terminating }) => !terminating);
  if (running.length === 0) return { kind: "Wait", reason: why };
  if (!evictionDue(intent, pods, now)) {
    const left = `${running.length} pods left on rack ${intent.rack}`;
    const found = `${left}; tried again within a minute.`;
    return { kind: "Wait", reason: reason("drain-blocked", found) };
  }
  const action = {
    kind: "Evict" as const,
    intent: name,
    pool,
    pods: podRefs(running),
    reason: why,
  };
  return { kind: "Act", reason: why, actions: [action] };
}

function lower(
  intent: Intent,
  { uid }: PoolCount,
  racks: readonly RackObservation[],
): WorkflowStep {
  const { fromRacks: from, toRacksAtMost: to, objects } = intent;
  const why = reason(intent.reason.code, `Rack ${intent.rack} is empty: ${from} → ${to} racks.`);
  const named = {
    ...(objects !== undefined && { objects }),
    victims: refs(drainedNodes(intent, racks)),
  };
  const change = { uid, from, to, ...named, reason: why };
  const action = { kind: "SetCount" as const, intent: intent.name, pool: intent.pool, ...change };
  return { kind: "Act", reason: why, actions: [action] };
}

const TOO_LATE = "It was to be cancelled, but the count is lowered: there is no way back.";

/**
 * The count is lowered: no way back. The rack that left must be the one that was emptied. Where the
 * provider has not taken it by the deadline the intent ends, lest it bar growth for ever.
 */
function verify(intent: Intent, view: DrainView): WorkflowStep {
  if (namedNodes(intent, view.racks).length === 0) {
    return { kind: "Done", reason: reason("released", `Rack ${intent.rack}.`) };
  }
  const wrong = [...view.lostRacks, ...(view.takenElsewhere ?? [])];
  if (wrong.length > 0) {
    const why = reason(
      "wrong-node-left",
      `Rack ${intent.rack} was emptied, but ${wrong.join(", ")} left. It serves again, ` +
        "the fleet is sized anew, and scale-in stops until the RackPool is edited.",
    );
    return { kind: "Fail", restore: restore(intent, view, why), reason: why };
  }
  if (!pastDeadline(intent, view)) {
    const refused = view.cancel?.code === "rejected" ? ` ${TOO_LATE}` : "";
    return { kind: "Wait", reason: reason("releasing", `Rack ${intent.rack}.${refused}`) };
  }
  const late = `The count was lowered, but the provider has not taken rack ${intent.rack} away.`;
  const why = reason("drain-deadline", late);
  return { kind: "Fail", restore: restore(intent, view, why), reason: why };
}
