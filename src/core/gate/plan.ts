/** Open intents move one step; a proposal that passed the gate becomes a new one. */
import type { Award } from "../arbitrate.ts";
import type { CompiledFleet } from "../compiled.ts";
import type { Action, IntentProgress } from "../decision.ts";
import type { Intent, IntentPhase } from "../observation.ts";
import { drainStep } from "../racks/drain-step.ts";
import type { DrainView } from "../racks/drain-step.ts";
import type { DrainTraffic } from "../racks/eject-step.ts";
import { namedMembers } from "../racks/members.ts";
import { outStep } from "../racks/out-step.ts";
import { withdrawStep } from "../racks/withdraw-step.ts";
import type { PoolState } from "../racks/pool-state.ts";
import type { WorkflowStep } from "../racks/workflow-step.ts";
import { isComplete } from "../supply/partial.ts";
import { racksHandedOut } from "../supply/unfilled.ts";
import { reason } from "../reasons.ts";
import type { Reason, ReasonCode } from "../reasons.ts";
import { rackCount } from "../units.ts";
import type { EpochMs, RackCount } from "../units.ts";
import { marginalSpend, refusal, verdictOn } from "./approval.ts";
import { goesAnyway } from "../intents.ts";
import { overBudget } from "./guards/budget.ts";

export interface IntentView {
  readonly now: EpochMs;
  /** null when the fleet was deleted, or has nothing to do with the pool any more. */
  readonly fleet: CompiledFleet | null;
  readonly state: PoolState;
  readonly awards: readonly Award[];
  /** Racks of the pool that stay though no award counts on them; absent: none. */
  readonly kept?: number;
  /** Whether within the last minutes more racks were wanted than are asked for. */
  readonly wantedLately: boolean;
  readonly leading: boolean;
  /** Why a person stopped writes in this direction; null when nobody did. */
  readonly paused: Reason | null;
  /** Why the fleet's signals do not allow scale-in; null when they do. */
  readonly untrusted: Reason | null;
  /** Of the fleet; absent where there is none. */
  readonly traffic?: DrainTraffic;
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
  const refused = refusal(intent);
  if (refused !== null && intent.phase === "Approved") return end(intent, "Rejected", refused);
  const waiting = unreadable(view) ?? (givesBack(intent, view) ? null : view.paused);
  if (waiting !== null) return wait(intent, waiting);
  return intent.phase === "Approved" ? start(intent, view) : advance(intent, view);
}

/** A pause keeps racks, so it does not stop a drain from being given up. */
const givesBack = (intent: Intent, view: IntentView): boolean =>
  intent.direction === "In" &&
  intent.phase === "Executing" &&
  (refusal(intent) !== null || withdrawn(intent, view));

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
  if (intent.direction === "In") {
    if (goesAnyway(intent)) return isSpared(intent, view);
    return wanted + (view.kept ?? 0) > intent.toRacksAtMost;
  }
  return count !== null && wanted <= count.desired;
}

/** A rack that is given back for being half a one is spared once it is whole. */
function isSpared(intent: Intent, { state }: IntentView): boolean {
  if (intent.reason.code === "partial-arrival") {
    return isComplete(intent, state.observed.racks, state.pool);
  }
  return intent.toRacksAtMost < state.ceiling;
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

/** What is read off demand moves from tick to tick; what people asked for does not. */
const FROM_DEMAND: readonly ReasonCode[] = ["demand-forecast", "burst", "backlog"];

/**
 * A question is not taken back for a moment in which it is not needed: whoever reads it would never
 * answer in time.
 */
const lapsing = ({ direction, reason: { code } }: Intent, view: IntentView): boolean =>
  direction === "Out" && view.wantedLately && FROM_DEMAND.includes(code);

function planPending(intent: Intent, view: IntentView): IntentPlan {
  if (withdrawn(intent, view) && !lapsing(intent, view)) {
    return end(intent, "Superseded", reason("steady"));
  }
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
  if (withdrawn(intent, view)) {
    const why = reason("steady");
    return lapsing(intent, view) ? wait(intent, why) : end(intent, "Superseded", why);
  }
  if (view.now > intent.actBefore) return end(intent, "Expired", reason("expired"));
  const blind = intent.direction === "In" && !goesAnyway(intent);
  if (blind && view.untrusted !== null) return wait(intent, view.untrusted);
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
  return fromStep(intent, nextStep(intent, view), view);
}

function nextStep(intent: Intent, view: IntentView): WorkflowStep {
  if (intent.direction === "Out") return nextOutStep(intent, view);
  return intent.rack === null ? nextWithdrawal(intent, view) : nextDrainStep(intent, view);
}

function nextOutStep(intent: Intent, view: IntentView): WorkflowStep {
  const asked = intent.askedRacks ?? intent.toRacksAtMost;
  const step = outStep(intent, view.state.observed.count, asked);
  const refused =
    step.kind === "Act"
      ? (refusal(intent) ?? lapsed(intent, view) ?? outgrown(intent, asked, view))
      : null;
  return refused === null ? step : { kind: "Cancel", restore: [], reason: refused };
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

/** What was asked for and never came is not drained: only the count changes. */
function nextWithdrawal(intent: Intent, view: IntentView): WorkflowStep {
  const { observed, pool } = view.state;
  const returned = withdrawn(intent, view) ? reason("demand-returned") : null;
  return withdrawStep(intent, {
    count: observed.count,
    handedOut: racksHandedOut(observed.racks, observed.count, pool.rack.nodes),
    cancel: orphan(intent, view) ?? refusal(intent) ?? returned,
  });
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
    cancel: orphan(intent, view) ?? refusal(intent) ?? returned,
    ...trafficFor(intent, view),
  });
  return step.kind === "Act" && view.untrusted !== null && !goesAnyway(intent)
    ? { kind: "Wait", reason: view.untrusted }
    : step;
}

/** A rack that goes anyway does not wait until its fleet is well: its turns would be cut off. */
function trafficFor(intent: Intent, { traffic }: IntentView): Pick<DrainView, "traffic"> {
  if (traffic === undefined) return {};
  return { traffic: goesAnyway(intent) ? { ...traffic, hold: null } : traffic };
}

/** Of an object set, a growth that ends early may have got some racks: they stay asked for. */
function gotRacks({ direction, objects = [] }: Intent, { state }: IntentView): boolean {
  if (direction !== "Out") return false;
  const members = state.observed.count?.members ?? [];
  return namedMembers(objects, members, 1).changed.length > 0;
}

function fromStep(intent: Intent, step: WorkflowStep, view: IntentView): IntentPlan {
  if (step.kind === "Wait") return wait(intent, step.reason);
  if (step.kind === "Done") return end(intent, "Done", step.reason);
  if (step.kind === "Cancel" || step.kind === "Fail") {
    const phase = step.kind === "Cancel" ? "Cancelled" : "Failed";
    return end(intent, gotRacks(intent, view) ? "PartiallyDone" : phase, step.reason, step.restore);
  }
  return {
    actions: step.actions,
    progress: { ...of(intent), state: "Acting", reason: step.reason },
  };
}
