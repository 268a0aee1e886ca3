/** The next step of withdrawing a request: racks that were asked for and never came. */
import type { Intent, PoolCount, PoolMember } from "../observation.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import { namedMembers, racksOnTheWay } from "./members.ts";
import type { WorkflowStep } from "./workflow-step.ts";

export interface WithdrawView {
  readonly count: PoolCount | null;
  /** Racks that are there or handed out: the count stays at least that. */
  readonly handedOut: number;
  /** Why the request should stand after all; null to go on. */
  readonly cancel: Reason | null;
}

/**
 * Nothing is drained: what is there stays, so that a rack that came meanwhile ends the withdrawal.
 * At `from` the count is written, at `to` it is done, anything else is somebody else's doing.
 */
export function withdrawStep(intent: Intent, view: WithdrawView): WorkflowStep {
  const { count, handedOut, cancel } = view;
  const { fromRacks: from, toRacksAtMost: to, objects } = intent;
  if (count === null) return { kind: "Wait", reason: reason("pool-unknown") };
  if (isLowered(intent, count)) {
    return { kind: "Done", reason: reason("count-written", `${intent.pool} asks for ${to}.`) };
  }
  const expected = expectedOf(intent, count);
  if (count.desired !== expected) {
    const why = reason("count-conflict", `Found ${count.desired}, expected ${expected}.`);
    return { kind: "Fail", restore: [], reason: why };
  }
  const why = cancel ?? arrived(to, handedOut);
  if (why !== null) return { kind: "Cancel", restore: [], reason: why };
  const told = reason(intent.reason.code, `${from} → ${to} racks; ${handedOut} are there.`);
  const named = objects === undefined ? {} : { objects };
  const change = { uid: count.uid, from, to, ...named, reason: told };
  const action = { kind: "SetCount" as const, intent: intent.name, pool: intent.pool, ...change };
  return { kind: "Act", reason: told, actions: [action] };
}

const arrived = (to: number, handedOut: number): Reason | null =>
  handedOut <= to
    ? null
    : reason("superseded", `${handedOut} racks are there by now, ${to} were to be asked for.`);

const membersOf = ({ members = [] }: PoolCount): readonly PoolMember[] => members;

function isLowered({ toRacksAtMost, objects }: Intent, count: PoolCount): boolean {
  if (objects === undefined) return count.desired === toRacksAtMost;
  const { vanished, changed } = namedMembers(objects, membersOf(count), 0);
  return vanished.length + changed.length === objects.length;
}

/** Of an object set each object is its own write: some may be lowered already. */
const expectedOf = (intent: Intent, count: PoolCount): number =>
  intent.objects === undefined
    ? intent.fromRacks
    : racksOnTheWay(intent, namedMembers(intent.objects, membersOf(count), 0));
