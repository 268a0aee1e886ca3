/** Open intents move one step; a proposal that passed the gate becomes a new one. */
import type { Award } from "../arbitrate.ts";
import type { CompiledFleet } from "../compiled.ts";
import type { Action, IntentProgress } from "../decision.ts";
import type { Intent, IntentPhase } from "../observation.ts";
import { drainStep } from "../racks/drain-step.ts";
import { outStep } from "../racks/out-step.ts";
import type { PoolState } from "../racks/pool-state.ts";
import type { WorkflowStep } from "../racks/workflow-step.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import { rackCount } from "../units.ts";
import type { EpochMs, RackCount } from "../units.ts";
import { marginalSpend, verdictOn } from "./approval.ts";
import { overBudget } from "./guards/budget.ts";

export interface IntentView {
  readonly now: EpochMs;
  /** null when the fleet was deleted, or has nothing to do with the pool any more. */
  readonly fleet: CompiledFleet | null;
  readonly state: PoolState;
  readonly awards: readonly Award[];
  readonly leading: boolean;
  /** Why a person stopped writes in this direction; null when nobody did. */
  readonly paused: Reason | null;
  /** Why the fleet's signals do not allow scale-in; null when they do. */
  readonly untrusted: Reason | null;
}

export interface IntentPlan {
  readonly actions: readonly Action[];
  readonly progress: IntentProgress;
}

/** @returns the next actions of one open intent */
export function planIntent(intent: Intent, view: IntentView): IntentPlan {
  if (!view.leading) return wait(intent, reason("not-leader"));
  const orphaned = orphan(intent, view);
  if (orphaned !== null && intent.phase !== "Executing") return end(intent, "Cancelled", orphaned);
  if (intent.phase === "Pending") return planPending(intent, view);
  const waiting = unreadable(view) ?? (givesBack(intent, view) ? null : view.paused);
  if (waiting !== null) return wait(intent, waiting);
  return intent.phase === "Approved" ? start(intent, view) : advance(intent, view);
}

/** A pause keeps racks, so it does not stop a drain from being given up. */
const givesBack = (intent: Intent, view: IntentView): boolean =>
  intent.direction === "In" && intent.phase === "Executing" && withdrawn(intent, view);

/** @returns why nobody wants the intent carried on: it would bar the pool to others for ever */
function orphan({ fleet, pool }: Intent, view: IntentView): Reason | null {
  if (view.fleet !== null) return null;
  return reason("not-a-consumer", `InferenceFleet ${fleet} is gone, or draws on ${pool} no more.`);
}

const of = ({ name, fleet, pool }: Intent): Pick<IntentProgress, "intent" | "fleet" | "pool"> => ({
  intent: name,
  fleet,
  pool,
});

const racksWanted = ({ state, awards }: IntentView): number =>
  awards.reduce((total, { byPool }) => total + (byPool[state.pool.name] ?? 0), 0);

/** @returns whether the world no longer asks for what the intent does */
function withdrawn(intent: Intent, view: IntentView): boolean {
  const { count } = view.state.observed;
  const wanted = racksWanted(view);
  if (intent.direction === "In") return wanted > intent.toRacksAtMost;
  return count !== null && wanted <= count.desired;
}

const wait = (intent: Intent, why: Reason): IntentPlan => ({
  actions: [],
  progress: { ...of(intent), state: "Waiting", reason: why },
});

function end(
  intent: Intent,
  phase: IntentPhase,
  why: Reason,
  before: readonly Action[] = [],
): IntentPlan {
  const state = phase === "Done" ? "Done" : phase === "Failed" ? "Failed" : "Cancelled";
  return {
    actions: [...before, setPhase(intent, phase, why)],
    progress: { ...of(intent), state, reason: why },
  };
}

const setPhase = (
  intent: Intent,
  phase: IntentPhase,
  why: Reason,
  asked: RackCount | null = intent.askedRacks,
): Action => ({
  kind: "SetPhase",
  intent: intent.name,
  fleet: intent.fleet,
  phase,
  askedRacks: asked,
  reason: why,
});

function planPending(intent: Intent, view: IntentView): IntentPlan {
  if (withdrawn(intent, view)) return end(intent, "Superseded", reason("steady"));
  const verdict = verdictOn(intent, view.now);
  if (verdict === null) {
    const { approvals, requiredApprovals } = intent;
    const found = `${approvals.length} of ${requiredApprovals} approvals.`;
    return wait(intent, reason("awaiting-approval", found));
  }
  if (verdict.phase !== "Approved") return end(intent, verdict.phase, verdict.reason);
  return {
    actions: [setPhase(intent, "Approved", verdict.reason)],
    progress: { ...of(intent), state: "Acting", reason: verdict.reason },
  };
}

function unreadable({ state }: IntentView): Reason | null {
  const [refusal] = state.observed.refusals;
  if (refusal !== undefined) return reason(refusal.code, refusal.text);
  return state.observed.count === null ? reason("pool-unknown") : null;
}

function start(intent: Intent, view: IntentView): IntentPlan {
  if (withdrawn(intent, view)) return end(intent, "Superseded", reason("steady"));
  if (view.now > intent.actBefore) return end(intent, "Expired", reason("expired"));
  if (intent.direction === "In" && view.untrusted !== null) return wait(intent, view.untrusted);
  const asked =
    intent.direction === "Out"
      ? rackCount(Math.min(intent.toRacksAtMost, racksWanted(view)))
      : intent.toRacksAtMost;
  const executing: Intent = { ...intent, phase: "Executing", askedRacks: asked };
  const plan = advance(executing, view);
  const begin = setPhase(intent, "Executing", intent.reason, asked);
  return { ...plan, actions: [begin, ...plan.actions] };
}

function advance(intent: Intent, view: IntentView): IntentPlan {
  return fromStep(intent, nextStep(intent, view));
}

function nextStep(intent: Intent, view: IntentView): WorkflowStep {
  return intent.direction === "Out" ? nextOutStep(intent, view) : nextDrainStep(intent, view);
}

function nextOutStep(intent: Intent, view: IntentView): WorkflowStep {
  const asked = intent.askedRacks ?? intent.toRacksAtMost;
  const step = outStep(intent, view.state.observed.count, asked);
  const refusal =
    step.kind === "Act" ? (lapsed(intent, view) ?? outgrown(intent, asked, view)) : null;
  return refusal === null ? step : { kind: "Cancel", restore: [], reason: refusal };
}

/** @returns why a growth that never got through is no longer to be asked for */
function lapsed(intent: Intent, view: IntentView): Reason | null {
  if (withdrawn(intent, view)) return reason("steady");
  return view.now > intent.actBefore ? reason("expired") : null;
}

/** @returns why a growth is no longer allowed as consented: limit, price or budget changed */
function outgrown(intent: Intent, asked: RackCount, view: IntentView): Reason | null {
  const { pool, ceiling } = view.state;
  if (asked > ceiling) {
    return reason("pool-limit", `${asked} racks consented to, ${ceiling} allowed now.`);
  }
  const spend = marginalSpend(asked, pool) ?? Number.POSITIVE_INFINITY;
  if (intent.maxUsdPerHour !== null && spend > intent.maxUsdPerHour) {
    const found = `${intent.maxUsdPerHour} USD/h consented to, ${spend} USD/h now.`;
    return reason(pool.price === null ? "price-unknown" : "budget", found);
  }
  return view.fleet === null ? orphan(intent, view) : overBudget(view.fleet, pool, asked);
}

/** Blind, a drain may be given up or verified, but goes no further (INV-7). */
function nextDrainStep(intent: Intent, view: IntentView): WorkflowStep {
  const { count, racks } = view.state.observed;
  const returned = withdrawn(intent, view) ? reason("demand-returned") : null;
  const step = drainStep(intent, {
    now: view.now,
    count,
    racks,
    onDeadline: view.fleet?.drain.onDeadline ?? "Cancel",
    lostRacks: view.state.lostRacks.filter((id) => id !== intent.rack),
    cancel: orphan(intent, view) ?? returned,
  });
  return step.kind === "Act" && view.untrusted !== null
    ? { kind: "Wait", reason: view.untrusted }
    : step;
}

function fromStep(intent: Intent, step: WorkflowStep): IntentPlan {
  if (step.kind === "Wait") return wait(intent, step.reason);
  if (step.kind === "Done") return end(intent, "Done", step.reason);
  if (step.kind === "Cancel") return end(intent, "Cancelled", step.reason, step.restore);
  if (step.kind === "Fail") return end(intent, "Failed", step.reason, step.restore);
  return {
    actions: step.actions,
    progress: { ...of(intent), state: "Acting", reason: step.reason },
  };
}
