/**
 * The next step of calling a rack back from the loan: fence every node first, so that no scheduler
 * puts new pods there; then evict, gangs whole; then see that none of the loan's pods is left.
 */
import type { LoanTerms } from "../compiled.ts";
import type { Action, NodeRef } from "../decision.ts";
import type { Intent, NodeObservation, PodObservation, RackObservation } from "../observation.ts";
import { drainedNodes, namedNodes, podRefs } from "../racks/draining.ts";
import { evictionDue } from "../racks/eviction-pace.ts";
import type { WorkflowStep } from "../racks/workflow-step.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import type { EpochMs } from "../units.ts";
import { openReclaims } from "./call-back.ts";
import { gangsOn, isOfLoan } from "./gangs.ts";
import { unfenced } from "./lent.ts";

export interface ReclaimView {
  readonly now: EpochMs;
  readonly loan: LoanTerms;
  /** The pool's racks. */
  readonly racks: readonly RackObservation[];
  readonly intents: readonly Intent[];
  /** Ids of gangs that run beyond the pool's racks as well; absent: none does. */
  readonly gangsElsewhere?: readonly string[];
  /** Why the rack should be left to the loan after all; null to go on. */
  readonly cancel: Reason | null;
}

export function reclaimStep(intent: Intent, view: ReclaimView): WorkflowStep {
  const nodes = drainedNodes(intent, view.racks);
  const giveUp = view.cancel ?? overdue(intent, view) ?? notToBeHad(intent, view);
  if (giveUp !== null) {
    return {
      kind: "Cancel",
      restore: lendAgain(intent, nodes, { view, why: giveUp }),
      reason: giveUp,
    };
  }
  const pods = podsToGo(intent, view.racks);
  // Other racks are fenced for the gangs' sake alone: they are lent again once those are gone.
  const open = unfenced(pods.length > 0 ? nodes : ownNodes(intent, view.racks));
  if (open.length > 0) return fence(intent, open, view.loan);
  if (pods.length > 0) return evict(intent, pods, view);
  const beside = lendAgain(intent, besideRack(intent, view), {
    view,
    why: reason("loan-lend", `Its gangs were called back with rack ${intent.rack}.`),
  });
  const why = reason("loan-back", `Rack ${intent.rack}.`);
  if (beside.length === 0) return { kind: "Done", reason: why };
  return { kind: "Act", actions: beside, reason: why };
}

const refs = (nodes: readonly NodeRef[]): readonly NodeRef[] =>
  nodes.map(({ name, uid }) => ({ name, uid }));

function overdue(intent: Intent, { now, racks }: ReclaimView): Reason | null {
  if (intent.drainDeadline === null || now < intent.drainDeadline) return null;
  return podsToGo(intent, racks).length === 0
    ? null
    : reason("drain-deadline", `The loan's pods are not gone from rack ${intent.rack}.`);
}

/** A rack out of sight, with others' pods, or with a gang that has grown onto racks not named. */
function notToBeHad(intent: Intent, view: ReclaimView): Reason | null {
  const { racks, gangsElsewhere = [] } = view;
  const rack = racks.find(({ id }) => id === intent.rack);
  if (rack === undefined) return reason("no-victim", `Rack ${intent.rack} is not seen any more.`);
  const other = rack.pods.find((pod) => !isOfLoan(pod, intent.pool) && pod.fleet === null);
  if (other !== undefined) {
    return reason("no-victim", `Rack ${intent.rack} runs ${other.namespace}/${other.name}.`);
  }
  const named = new Set(drainedNodes(intent, racks).map(({ name }) => name));
  const grown = gangsOn(rack, racks, intent.pool).find(
    ({ id, pods }) =>
      // Of a gang that is ending, pods elsewhere are its next life.
      pods.every(({ terminating }) => !terminating) &&
      (gangsElsewhere.includes(id) || pods.some(({ node }) => !named.has(node))),
  );
  return grown === undefined ? null : reason("loan-gang", `${grown.id}.`);
}

function fence(
  intent: Intent,
  open: readonly NodeObservation[],
  { fenceTaint: taint }: LoanTerms,
): WorkflowStep {
  const why = reason("fencing", `${open.length} nodes for rack ${intent.rack}.`);
  const { name, pool } = intent;
  const nodes = refs(open);
  const action = { kind: "Fence" as const, intent: name, pool, taint, nodes, reason: why };
  return { kind: "Act", reason: why, actions: [action] };
}

/**
 * The rack's pods and the rest of their gangs on the other named nodes. Those on other racks first:
 * as long as one on the rack is left, the gang is known, whoever dies in between.
 */
export function podsToGo(
  intent: Intent,
  racks: readonly RackObservation[],
): readonly PodObservation[] {
  const rack = racks.find(({ id }) => id === intent.rack);
  if (rack === undefined) return [];
  const named = new Set(drainedNodes(intent, racks).map(({ name }) => name));
  const own = new Set(rack.nodes.map(({ name }) => name));
  const pods = gangsOn(rack, racks, intent.pool).flatMap((gang) => gang.pods);
  const going = pods.filter(({ node }) => named.has(node));
  return [
    ...going.filter(({ node }) => !own.has(node)),
    ...going.filter(({ node }) => own.has(node)),
  ];
}

function evict(
  intent: Intent,
  pods: readonly PodObservation[],
  { now, loan: { graceMs } }: ReclaimView,
): WorkflowStep {
  const why = reason("loan-grace", `${pods.length} pods left for rack ${intent.rack}.`);
  const running = pods.filter(({ terminating }) => !terminating);
  if (running.length === 0) return { kind: "Wait", reason: why };
  if (!evictionDue(intent, pods, now)) {
    const found = `${running.length} pods of the loan left; tried again within a minute.`;
    return { kind: "Wait", reason: reason("drain-blocked", found) };
  }
  const { name, pool } = intent;
  // Once some are told to go the gangs are broken: what is left of them only holds the rack.
  const whole = running.length === pods.length && { together: true as const };
  const of = { intent: name, pool, pods: podRefs(running), graceMs, ...whole, reason: why };
  return { kind: "Act", reason: why, actions: [{ kind: "Evict", ...of }] };
}

const ownNodes = (intent: Intent, racks: readonly RackObservation[]): readonly NodeObservation[] =>
  racks.find(({ id }) => id === intent.rack)?.nodes ?? [];

/** Fenced nodes of other racks, which were only concerned for a gang. */
function besideRack(intent: Intent, { racks }: ReclaimView): readonly NodeObservation[] {
  const own = new Set(ownNodes(intent, racks).map(({ uid }) => uid));
  return namedNodes(intent, racks).filter(({ uid, fenced }) => fenced === true && !own.has(uid));
}

/** What another decision calls back stays fenced, and so does what a fleet's pods run on. */
function lendAgain(
  intent: Intent,
  nodes: readonly NodeObservation[],
  { view, why }: { readonly view: ReclaimView; readonly why: Reason },
): readonly Action[] {
  const { racks, intents, loan, now: at } = view;
  const others = openReclaims(intent.pool, intents).filter(({ name }) => name !== intent.name);
  const kept = new Set([
    ...others.flatMap((other) => drainedNodes(other, racks).map(({ uid }) => uid)),
    ...racks
      .filter(({ pods }) => pods.some(({ fleet }) => fleet !== null))
      .flatMap((rack) => rack.nodes.map(({ uid }) => uid)),
  ]);
  const back = nodes.filter(({ uid, fenced }) => fenced === true && !kept.has(uid));
  if (back.length === 0) return [];
  const { name, pool } = intent;
  const of = { intent: name, pool, taint: loan.fenceTaint, nodes: refs(back), at, reason: why };
  return [{ kind: "Unfence", ...of }];
}
