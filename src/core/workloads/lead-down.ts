/**
 * Before a rack's pods are evicted its workloads are lowered by its units: else their controllers
 * would start the evicted ones again, pending on racks that are full.
 */
import type { Action, PodRef } from "../decision.ts";
import type { IntentPlan } from "../gate/plan.ts";
import { podRefs } from "../racks/draining.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import type { HoldInput } from "./holds.ts";
import { replicasHold } from "./holds.ts";
import { giveBack, giveBackText } from "./removal.ts";
import type { GiveBack } from "./removal.ts";
import { replicaActions } from "./replica-actions.ts";
import type { SizedChange } from "./replica-actions.ts";
import type { BoundUnit } from "./units.ts";
import type { ObjectWanted } from "./wanted.ts";

/** @returns whether the plan of an intent evicts pods this tick */
export const evicts = ({ actions }: IntentPlan): boolean =>
  actions.some(({ kind }) => kind === "Evict");

export interface LeadInput extends HoldInput {
  /** Objects that Breakwater sizes; those with units on the rack are lowered. */
  readonly wanted: readonly ObjectWanted[];
  /** Sized workloads whose objects are not known: their racks are not emptied. */
  readonly unknown: readonly string[];
}

/** @returns the plan of a drain that evicts, led by what must come before; or waiting for it */
export function leadDown(plan: IntentPlan, rack: string, input: LeadInput): IntentPlan {
  const [unknown] = input.unknown;
  if (unknown !== undefined) return waiting(plan, reason("workload-unknown", `${unknown}.`));
  const steps = input.wanted
    .filter(({ bound }) => bound.some((unit) => unit.rack === rack))
    .map((entry) => stepFor(entry, input));
  const held = steps.find((step) => step.kind === "Wait");
  if (held?.kind === "Wait") return waiting(plan, held.reason);
  const marks = steps.flatMap((step) => (step.kind === "Mark" ? step.pods : []));
  if (marks.length > 0) return marking(plan, marks, input);
  const changes = steps.flatMap((step) => (step.kind === "Lower" ? [step.change] : []));
  const { intent } = plan.progress;
  const actions = replicaActions(changes, { fleet: input.fleet.key, intent });
  return actions.length === 0 ? plan : { ...plan, actions: [...actions, ...plan.actions] };
}

type LeadStep =
  | { readonly kind: "Pass" }
  | { readonly kind: "Wait"; readonly reason: Reason }
  | { readonly kind: "Mark"; readonly pods: readonly PodRef[] }
  | { readonly kind: "Lower"; readonly change: SizedChange };

function stepFor(entry: ObjectWanted, input: LeadInput): LeadStep {
  const { workload, object, bound, emptied } = entry;
  const back = giveBack(object, bound, { racks: emptied, wanted: entry.wanted });
  if (back.to >= object.replicas) return { kind: "Pass" };
  const text = giveBackText(workload.name, object.replicas, back);
  const hold = replicasHold("Down", workload, object, input) ?? tooManyRestarts(entry, back, text);
  if (hold !== null) return { kind: "Wait", reason: hold };
  const unmarked = bound.filter((unit) => emptied.includes(unit.rack) && !unit.marked);
  if (object.removes === "LowestCost" && unmarked.length > 0) {
    return { kind: "Mark", pods: podsOf(unmarked) };
  }
  const why = reason("lowering", text);
  return { kind: "Lower", change: { workload, object, to: back.to, reason: why } };
}

function tooManyRestarts(
  { workload }: ObjectWanted,
  { restarts }: GiveBack,
  text: string,
): Reason | null {
  const most = workload.sharedSetRestarts ?? 0;
  if (restarts <= most) return null;
  return reason("drain-shuffle", `${text} sharedSetRestarts allows ${most}.`);
}

export const podsOf = (units: readonly BoundUnit[]): readonly PodRef[] =>
  units.flatMap(({ pods }) => podRefs(pods));

const waiting = (plan: IntentPlan, why: Reason): IntentPlan => ({
  actions: withoutEvictions(plan),
  progress: { ...plan.progress, state: "Waiting", reason: why },
});

/** Marks must be seen before the count is lowered: they reach the kind's controller by a watch. */
function marking(plan: IntentPlan, pods: readonly PodRef[], { fleet }: LeadInput): IntentPlan {
  const why = reason("lowering", `${pods.length} pods are marked as the first to go.`);
  const { intent } = plan.progress;
  const mark = { kind: "MarkPods" as const, intent, fleet: fleet.key, pods, marked: true };
  return {
    actions: [...withoutEvictions(plan), { ...mark, reason: why }],
    progress: { ...plan.progress, state: "Acting", reason: why },
  };
}

const withoutEvictions = ({ actions }: IntentPlan): readonly Action[] =>
  actions.filter(({ kind }) => kind !== "Evict");
