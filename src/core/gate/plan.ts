/** Open intents move one step; a proposal that passed the gate becomes a new one. */
import type { Award } from "../arbitrate.ts";
import type { CompiledFleet, FleetKey, LoanTerms } from "../compiled.ts";
import type { Action, IntentProgress } from "../decision.ts";
import type { Intent, IntentPhase } from "../observation.ts";
import { drainStep, emptyStep } from "../racks/drain-step.ts";
import type { DrainView } from "../racks/drain-step.ts";
import type { DrainTraffic } from "../racks/eject-step.ts";
import { namedMembers } from "../racks/members.ts";
import { outStep } from "../racks/out-step.ts";
import { withdrawStep } from "../racks/withdraw-step.ts";
import type { PoolState } from "../racks/pool-state.ts";
import type { WorkflowStep } from "../racks/workflow-step.ts";
import { takenElsewhere } from "../racks/wrong-nodes.ts";
import { isComplete } from "../supply/partial.ts";
import { racksHandedOut } from "../supply/unfilled.ts";
import { reason } from "../reasons.ts";
import type { Reason, ReasonCode } from "../reasons.ts";
import { rackCount } from "../units.ts";
import type { EpochMs, RackCount } from "../units.ts";
import { refusal, verdictOn } from "./approval.ts";
import { marginalSpend } from "./confirm-rules.ts";
import { goesAnyway, isGrowth, isOfLoans, isScaleIn } from "../intents.ts";
import { lendStep } from "../loans/lend-step.ts";
import { reclaimStep } from "../loans/reclaim-step.ts";
import { NO_LOAN } from "../loans/standing.ts";
import type { LoanStanding } from "../loans/standing.ts";
import { moveStep } from "../moves/move-step.ts";
import type { MoveProspect } from "../moves/prospect.ts";
import { standingRacks } from "../racks/holdings.ts";
import { beyondBudget, overBudget } from "./guards/budget.ts";
import type { Spending } from "./spending.ts";

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
  /** What the fleet pays beside its share of the pool; absent: nothing, and it has it alone. */
  readonly spending?: Spending;
  /** Why a person stopped this direction; null when nobody did. */
  readonly paused: Reason | null;
  /** Why the fleet's signals do not allow scale-in; null when they do. */
  readonly untrusted: Reason | null;
  /** Of the fleet; absent where there is none. */
  readonly traffic?: DrainTraffic;
  /** How the pool's loan stands; absent where it has none. */
  readonly loan?: LoanStanding;
  /** Of a move: the other fleet, and whether it is worth it; absent elsewhere. */
  readonly move?: MoveProspect;
  /** All decisions of the group; absent: this one alone. */
  readonly intents?: readonly Intent[];
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
  if (view.paused !== null && intent.phase === "Approved") {
    return end(intent, "Cancelled", view.paused);
  }
  const waiting = unreadable(view);
  if (waiting !== null) return wait(intent, waiting);
  if (view.paused !== null) return stop(intent, view, view.paused);
  return intent.phase === "Approved" ? start(intent, view) : advance(intent, view);
}

/**
 * A pause takes back what can be: a drain gives its rack turns and pods again, a growth that was
 * not asked for never is. What is past that only waits, and so does a rack that is being called
 * back: the loan's work on it has ended.
 */
function stop(intent: Intent, view: IntentView, paused: Reason): IntentPlan {
  const given = refusal(intent) !== null || withdrawn(intent, view);
  if (intent.direction === "Reclaim" && !given) return wait(intent, paused);
  const step = nextStep(intent, view);
  const turnsBack = intent.direction === "Reclaim" || step.kind !== "Act";
  return turnsBack ? fromStep(intent, step, view) : wait(intent, paused);
}

/** @returns why nobody wants the intent carried on: it would bar the pool to others for ever */
function orphan({ fleet, taker, pool, direction }: Intent, view: IntentView): Reason | null {
  if (isOfLoans(direction) && view.state.pool.loan === undefined) {
    return reason("not-a-consumer", `RackPool ${pool} has no loan any more.`);
  }
  const gone = view.fleet === null ? fleet : view.move?.taker === null ? taker : undefined;
  if (gone === undefined) return null;
  return reason("not-a-consumer", `InferenceFleet ${gone} is gone, or draws on ${pool} no more.`);
}

const of = ({ name, fleet, pool }: Intent): Pick<IntentProgress, "intent" | "fleet" | "pool"> => ({
  intent: name,
  fleet,
  pool,
});

const racksWanted = ({ state, awards }: IntentView): number =>
  awards.reduce((total, { byPool }) => total + (byPool[state.pool.name] ?? 0), 0);

/**
 * The count that gives fleets what they want: racks that the loan keeps are in it too, and those
 * that are asked for once more because nobody should count on them.
 */
const countWanted = (view: IntentView): number =>
  racksWanted(view) + (view.loan?.away ?? 0) + view.state.doubt.replacedHere;

/** @returns whether the world no longer asks for what the intent does */
function withdrawn(intent: Intent, view: IntentView): boolean {
  const { count } = view.state.observed;
  const wanted = countWanted(view);
  if (isOfLoans(intent.direction)) return isUnwanted(intent, view);
  if (intent.direction === "Move") return view.move?.isWorth === false;
  if (intent.direction === "In") {
    if (goesAnyway(intent)) return isSpared(intent, view);
    return wanted + (view.kept ?? 0) > intent.toRacksAtMost;
  }
  return count !== null && wanted <= count.desired;
}

/**
 * A rack stays unlent once a fleet needs one that is on loan, or has none too many; it stays on
 * loan once none is needed, or others that were called back before suffice. What is under way is
 * not turned round: the loan's work has ended by then.
 */
function isUnwanted(intent: Intent, view: IntentView): boolean {
  const { loan = NO_LOAN, state, kept = 0 } = view;
  if (intent.direction === "Reclaim") {
    const place = loan.calledBack.indexOf(intent.name);
    return intent.phase !== "Executing" && (place < 0 || place >= loan.due);
  }
  if (intent.phase === "Executing") return loan.due > 0;
  const { count } = state.observed;
  if (count === null) return false;
  const standing = standingRacks(count, state.pool.name, view.intents ?? []) - loan.away;
  return standing - racksWanted(view) - kept < 1;
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
  isGrowth(direction) && view.wantedLately && FROM_DEMAND.includes(code);

function planPending(intent: Intent, view: IntentView): IntentPlan {
  const refused = refusal(intent);
  if (view.paused !== null && refused === null) return end(intent, "Cancelled", view.paused);
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
  const blind = isScaleIn(intent.direction) && !goesAnyway(intent);
  if (blind && view.untrusted !== null) return wait(intent, view.untrusted);
  const asked =
    intent.direction === "Out"
      ? rackCount(Math.min(intent.toRacksAtMost, countWanted(view)))
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
  const { loan } = view.state.pool;
  if (isOfLoans(intent.direction)) {
    return loan === undefined ? unlent(intent, view) : nextLoanStep(intent, view, loan);
  }
  if (intent.taker !== undefined) return nextMoveStep(intent, intent.taker, view);
  return intent.rack === null ? nextWithdrawal(intent, view) : nextDrainStep(intent, view);
}

const nextMoveStep = (intent: Intent, taker: FleetKey, view: IntentView): WorkflowStep =>
  seeing(intent, view, moveStep(intent, { ...drainView(intent, view), taker }));

function nextOutStep(intent: Intent, view: IntentView): WorkflowStep {
  const asked = intent.askedRacks ?? intent.toRacksAtMost;
  const step = outStep(intent, view.state.observed.count, asked);
  const refused =
    step.kind === "Act"
      ? (refusal(intent) ?? view.paused ?? lapsed(intent, view) ?? outgrown(intent, asked, view))
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
  if (view.fleet === null) return orphan(intent, view);
  const beyond = beyondBudget(view.fleet, pool, view.state.doubt.replacedHere);
  const { spending } = view;
  return overBudget(view.fleet, { pool, to: asked - beyond, spending });
}

/** What was asked for and never came is not drained: only the count changes. */
function nextWithdrawal(intent: Intent, view: IntentView): WorkflowStep {
  const { observed, pool } = view.state;
  const returned = withdrawn(intent, view) ? reason("demand-returned") : null;
  return withdrawStep(intent, {
    count: observed.count,
    handedOut: racksHandedOut(observed.racks, observed.count, pool.rack.nodes),
    cancel: orphan(intent, view) ?? refusal(intent) ?? returned ?? view.paused,
  });
}

function nextDrainStep(intent: Intent, view: IntentView): WorkflowStep {
  const onDeadline = view.fleet?.drain.onDeadline ?? "Cancel";
  return seeing(intent, view, drainStep(intent, { ...drainView(intent, view), onDeadline }));
}

/** Blind, a drain may be given up or verified, but goes no further (INV-7). */
const seeing = (intent: Intent, { untrusted }: IntentView, step: WorkflowStep): WorkflowStep =>
  step.kind === "Act" && untrusted !== null && !goesAnyway(intent)
    ? { kind: "Wait", reason: untrusted }
    : step;

function drainView(intent: Intent, view: IntentView): Omit<DrainView, "onDeadline"> {
  const { count, racks } = view.state.observed;
  const returned = withdrawn(intent, view) ? reason("demand-returned") : null;
  return {
    now: view.now,
    count,
    racks,
    lostRacks: view.state.lostRacks.filter((id) => id !== intent.rack),
    takenElsewhere: takenElsewhere(intent, view.state),
    cancel: orphan(intent, view) ?? refusal(intent) ?? returned ?? view.paused,
    ...trafficFor(intent, view),
  };
}

function nextLoanStep(intent: Intent, view: IntentView, loan: LoanTerms): WorkflowStep {
  const { intents = [intent] } = view;
  if (intent.direction === "Lend") {
    return seeing(intent, view, lendStep(intent, { ...drainView(intent, view), loan }));
  }
  const { racks, gangsElsewhere = [] } = view.state.observed;
  const cancel = orphan(intent, view) ?? refusal(intent);
  return reclaimStep(intent, { now: view.now, loan, racks, intents, gangsElsewhere, cancel });
}

/** The pool has no loan any more: its racks are as if they had never been lent. */
function unlent(intent: Intent, view: IntentView): WorkflowStep {
  const why = orphan(intent, view) ?? reason("superseded");
  if (intent.direction === "Reclaim") return { kind: "Cancel", restore: [], reason: why };
  const step = emptyStep(intent, { ...drainView(intent, view), onDeadline: "Cancel" });
  return step ?? { kind: "Cancel", restore: [], reason: why };
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
