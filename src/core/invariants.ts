/**
 * Invariants over our own actions, checked on every decision before anything is written. A broken
 * one is a bug in the engine: the tick is aborted and nothing is written.
 */
import type { CompiledFleet, CompiledGroup } from "./compiled.ts";
import type { Action, Decision, ReplicaChange } from "./decision.ts";
import { pausingOverride } from "./intents.ts";
import type { GroupObservation, Intent } from "./observation.ts";
import { upkeepOf } from "./loans/fences.ts";
import { brokenByEviction, brokenByFence, brokenByLending } from "./loans/loan-invariants.ts";
import type { Broken, LoanCheck } from "./loans/loan-invariants.ts";
import { brokenByMove } from "./moves/move-invariants.ts";
import { drainedNodes, drainedPods } from "./racks/draining.ts";
import { evacuationOf, isGoing } from "./racks/evacuation.ts";
import { takenWith } from "./racks/members.ts";
import { racksHandedOut } from "./supply/unfilled.ts";

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
    if (action.kind === "SetReplicas") checkReplicas(action, checked);
    checkLoan(action, checked);
    checkMove(action, checked);
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
function checkPermission(action: Action, checked: Checked): void {
  const { observation, decision } = checked;
  const name = nameOf(action);
  demand(observation.leading, "INV-11", `${name}: ${action.kind} without the lease`);
  if (action.kind === "OpenIntent" || action.kind === "SetPhase") return;
  if (action.kind === "SetReplicas" || action.kind === "MarkPods") return;
  // Gives turns back to pods: never less safe than not to.
  if (action.kind === "Readmit") return;
  // Keeps pods off racks that have none, or takes off what a loan that is no more left on nodes.
  if (isUpkeep(action)) return;
  if (action.kind === "Eject" && isEvacuation(action, checked)) return;
  const intent = observation.intents.find((candidate) => candidate.name === name);
  if (intent === undefined) throw new InvariantError("INV-11", `${name}: no such intent`);
  const started = decision.plan.some(
    (step) => step.kind === "SetPhase" && step.intent === name && step.phase === "Executing",
  );
  const allowed = intent.phase === "Executing" || (intent.phase === "Approved" && started);
  demand(allowed, "INV-11", `${name}: ${action.kind} in phase ${intent.phase}`);
  const paused = !restores(action, intent) && isPaused(intent, observation);
  demand(!paused, "INV-11", `${name}: ${action.kind} while paused`);
}

/**
 * Turns are kept off a rack without a decision where its provider takes it, unless the fleet is in
 * shadow or a person paused scale-in.
 */
function isEvacuation(
  { intent, fleet, pods }: Extract<Action, { kind: "Eject" }>,
  { group, observation }: Checked,
): boolean {
  const pool = observation.pools.find(({ name }) => evacuationOf(name) === intent);
  if (pool === undefined) return false;
  const mode = group.fleets.find(({ key }) => key === fleet)?.mode.scaleIn ?? "Shadow";
  const overrides = observation.fleets.find(({ key }) => key === fleet)?.overrides ?? [];
  const allowed = mode !== "Shadow" && pausingOverride(overrides, "In") === undefined;
  demand(allowed, "INV-11", `${intent}: Eject against the fleet's mode`);
  const going = pool.racks.filter(isGoing).flatMap((rack) => rack.pods);
  const all = pods.every(({ uid }) => going.some((pod) => pod.uid === uid));
  demand(all, "INV-11", `${intent}: Eject of pods whose nodes stay`);
  return true;
}

/** What a decision did is undone whoever paused it. */
const restores = ({ kind }: Action, { direction }: Intent): boolean =>
  kind === "Uncordon" || (kind === "Unfence" && direction === "Reclaim");

/** INV-15 and INV-16. */
function checkLoan(action: Action, { group, observation }: Checked): void {
  if (action.kind !== "Evict" && action.kind !== "Fence" && action.kind !== "Unfence") return;
  const pool = group.pools.find(({ name }) => name === action.pool);
  const intent = observation.intents.find(({ name }) => name === action.intent);
  if (pool?.loan === undefined) return;
  const broken = brokenOf(action, intent, { pool, observation });
  if (broken !== null) throw new InvariantError(broken.invariant, broken.text);
}

/** INV-17. */
function checkMove(action: Action, { group, observation }: Checked): void {
  const intent = observation.intents.find(({ name }) => name === nameOf(action));
  const named = action.kind === "OpenIntent" ? action.intent.pool : intent?.pool;
  const pool = group.pools.find(({ name }) => name === named);
  const broken = pool === undefined ? null : brokenByMove(action, intent, { pool, observation });
  if (broken !== null) throw new InvariantError("INV-17", broken);
}

function brokenOf(
  action: Extract<Action, { kind: "Evict" | "Fence" | "Unfence" }>,
  intent: Intent | undefined,
  check: LoanCheck,
): Broken | null {
  if (action.kind === "Fence") return brokenByFence(action, check);
  if (action.kind === "Unfence") return brokenByLending(action, check);
  return intent?.direction === "Reclaim" ? brokenByEviction(action, intent, check) : null;
}

function isUpkeep(action: Action): boolean {
  if (action.kind === "Unfence")
    return action.at === null && action.intent === upkeepOf(action.pool);
  return action.kind === "Fence" && action.intent === upkeepOf(action.pool);
}

/** A move is paused by either of its fleets: scale-in of the one, growth of the other. */
function isPaused({ fleet, taker, direction }: Intent, { fleets }: GroupObservation): boolean {
  return fleets.some(
    ({ key, overrides }) =>
      (key === fleet && pausingOverride(overrides, direction) !== undefined) ||
      (key === taker && pausingOverride(overrides, "Out") !== undefined),
  );
}

/** INV-11 for counts of workloads, which need no intent; INV-2: never more units than room. */
function checkReplicas(action: SetReplicas, { group, observation }: Checked): void {
  const fleet = group.fleets.find(({ key }) => key === action.fleet);
  const observed = observation.fleets.find(({ key }) => key === action.fleet);
  if (fleet === undefined || observed === undefined) {
    throw new InvariantError("INV-11", `${action.intent}: unknown fleet ${action.fleet}`);
  }
  const up = action.changes.some(({ from, to }) => to > from);
  const mode = up ? fleet.mode.scaleOut : fleet.mode.scaleIn;
  const paused = pausingOverride(observed.overrides, up ? "Out" : "In") !== undefined;
  demand(mode !== "Shadow" && !paused, "INV-11", `${action.intent}: SetReplicas against its mode`);
  demand(!observed.rollout, "INV-11", `${action.intent}: SetReplicas during a rollout`);
  for (const change of action.changes) {
    const excess = change.to > change.from ? excessUnits(change, { fleet, observation }) : 0;
    const where = `${action.intent}: ${change.workload} ${change.from} → ${change.to}`;
    demand(excess <= 0, "INV-2", `${where} is ${excess} units more than the racks hold`);
  }
}

/** Reckoned from whole racks, not by the packing that the plan was made with. */
function excessUnits(
  { workload: name, to }: ReplicaChange,
  { fleet, observation }: { readonly fleet: CompiledFleet; readonly observation: GroupObservation },
): number {
  const workload = fleet.workloads.find((entry) => entry.name === name);
  if (workload === undefined || workload.manage !== "Replicas") return to;
  const most = workload.unitsRange?.max ?? workload.unitsPerRack;
  if (workload.layout === "ObjectPerRack") return to - most;
  const racks = observation.pools
    .filter((pool) => fleet.pools.some((drawn) => drawn.name === pool.name))
    .flatMap((pool) => pool.racks);
  const open = racks.filter(({ nodes }) => nodes.some(({ ready, cordoned }) => ready && !cordoned));
  return to - open.length * most;
}

type SetReplicas = Extract<Action, { kind: "SetReplicas" }>;
type SetCount = Extract<Action, { kind: "SetCount" }>;

function checkCount(action: SetCount, { group, observation }: Checked): void {
  const pool = group.pools.find(({ name }) => name === action.pool);
  const intent = observation.intents.find(({ name }) => name === action.intent);
  if (pool === undefined || intent === undefined) {
    throw new InvariantError("INV-2", `${action.intent}: unknown pool ${action.pool}`);
  }
  const where = `${action.intent}: ${action.pool} ${action.from} → ${action.to}`;
  checkObjects(action, intent, { observation, where });
  if (action.to > action.from) {
    demand(action.to <= pool.limits.maxRacks, "INV-2", `${where} exceeds ${pool.limits.maxRacks}`);
    demand(action.to <= intent.toRacksAtMost, "INV-2", `${where} exceeds the consent`);
    return;
  }
  if (intent.rack === null) {
    checkNobodyHasThem(action, pool.rack.nodes, { observation, where });
    return;
  }
  demand(action.to === action.from - 1, "INV-2", `${where} is not one rack`);
  checkEmpty(action, intent, { group, observation });
}

/**
 * INV-2, of an object set: one object for each rack, those that were consented to; and the object
 * that is turned off has no nodes but the drained rack's.
 */
function checkObjects(
  { objects = [], pool, from, to }: SetCount,
  intent: Intent,
  { observation, where }: { readonly observation: GroupObservation; readonly where: string },
): void {
  const observed = observation.pools.find(({ name }) => name === pool);
  if (observed?.count?.members === undefined) return;
  const consented = objects.every((object) => intent.objects?.includes(object));
  const named = consented && objects.length === Math.abs(to - from);
  demand(named, "INV-2", `${where} by ${objects.join(", ") || "no object"}`);
  if (to > from) return;
  const taken = takenWith(objects, observed.racks, drainedNodes(intent, observed.racks));
  const others = taken.map(({ name }) => name).join(", ");
  demand(taken.length === 0, "INV-2", `${where} takes ${others} as well`);
}

/** INV-12, of racks that were asked for and never came: none that is there may go for them. */
function checkNobodyHasThem(
  { pool, to }: SetCount,
  nodesPerRack: number,
  { observation, where }: { readonly observation: GroupObservation; readonly where: string },
): void {
  const observed = observation.pools.find(({ name }) => name === pool);
  const there = racksHandedOut(observed?.racks ?? [], observed?.count ?? null, nodesPerRack);
  demand(to >= there, "INV-12", `${where} is below the ${there} racks that are there`);
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
