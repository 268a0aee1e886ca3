/**
 * Invariants over our own actions, checked on every decision before anything is written. A broken
 * one is a bug in the engine: the tick is aborted and nothing is written.
 */
import type { CompiledGroup } from "./compiled.ts";
import type { Action, Decision } from "./decision.ts";
import { pausingOverride } from "./intents.ts";
import type { GroupObservation, Intent } from "./observation.ts";
import { drainedPods } from "./racks/draining.ts";

/** Thrown when a decision breaks an invariant. */
export class InvariantError extends Error {
  readonly invariant: string;

  constructor(invariant: string, message: string) {
    super(`${invariant}: ${message}`);
    this.name = "InvariantError";
    this.invariant = invariant;
  }
}

interface Checked {
  readonly group: CompiledGroup;
  readonly observation: GroupObservation;
  readonly decision: Decision;
}

/** @throws InvariantError naming the first invariant that the decision breaks */
export function checkDecision(checked: Checked): void {
  for (const action of checked.decision.plan) {
    checkReason(action);
    checkPermission(action, checked);
    if (action.kind === "SetCount") checkCount(action, checked);
  }
  for (const fleet of checked.decision.fleets) {
    demand(fleet.reasons.length > 0, "INV-10", `fleet ${fleet.fleet} has no reason`);
  }
}

function demand(holds: boolean, invariant: string, message: string): void {
  if (!holds) throw new InvariantError(invariant, message);
}

/** INV-10: every action has a reason. */
function checkReason(action: Action): void {
  demand(action.reason.text !== "", "INV-10", `${action.kind} has no reason`);
}

const nameOf = (action: Action): string =>
  action.kind === "OpenIntent" ? action.intent.name : action.intent;

/** INV-11: nothing executes while not leading, while paused, or without the approvals it needs. */
function checkPermission(action: Action, { observation, decision }: Checked): void {
  const name = nameOf(action);
  demand(observation.leading, "INV-11", `${name}: ${action.kind} without the lease`);
  if (action.kind === "OpenIntent" || action.kind === "SetPhase") return;
  const intent = observation.intents.find((candidate) => candidate.name === name);
  if (intent === undefined) throw new InvariantError("INV-11", `${name}: no such intent`);
  const started = decision.plan.some(
    (step) => step.kind === "SetPhase" && step.intent === name && step.phase === "Executing",
  );
  const allowed = intent.phase === "Executing" || (intent.phase === "Approved" && started);
  demand(allowed, "INV-11", `${name}: ${action.kind} in phase ${intent.phase}`);
  const paused = action.kind !== "Uncordon" && isPaused(intent, observation);
  demand(!paused, "INV-11", `${name}: ${action.kind} while paused`);
}

function isPaused(intent: Intent, observation: GroupObservation): boolean {
  const fleet = observation.fleets.find(({ key }) => key === intent.fleet);
  return pausingOverride(fleet?.overrides ?? [], intent.direction) !== undefined;
}

type SetCount = Extract<Action, { kind: "SetCount" }>;

function checkCount(action: SetCount, { group, observation }: Checked): void {
  const pool = group.pools.find(({ name }) => name === action.pool);
  const intent = observation.intents.find(({ name }) => name === action.intent);
  if (pool === undefined || intent === undefined) {
    throw new InvariantError("INV-2", `${action.intent}: unknown pool ${action.pool}`);
  }
  const where = `${action.intent}: ${action.pool} ${action.from} → ${action.to}`;
  if (action.to > action.from) {
    demand(action.to <= pool.limits.maxRacks, "INV-2", `${where} exceeds ${pool.limits.maxRacks}`);
    demand(action.to <= intent.toRacksAtMost, "INV-2", `${where} exceeds the consent`);
    return;
  }
  demand(action.to === action.from - 1, "INV-2", `${where} is not one rack`);
  checkEmpty(action, intent, { group, observation });
}

/** INV-12: we lower a count only after the rack is empty, or past a deadline that says Force. */
function checkEmpty(
  action: SetCount,
  intent: Intent,
  { group, observation }: Pick<Checked, "group" | "observation">,
): void {
  const observed = observation.pools.find(({ name }) => name === action.pool);
  const fleet = group.fleets.find(({ key }) => key === intent.fleet);
  const forced =
    fleet?.drain.onDeadline === "Force" &&
    intent.drainDeadline !== null &&
    observation.now >= intent.drainDeadline;
  const empty = drainedPods(intent, observed?.racks ?? []).length === 0;
  demand(empty || forced, "INV-12", `${action.intent}: rack ${intent.rack} still has pods`);
}
