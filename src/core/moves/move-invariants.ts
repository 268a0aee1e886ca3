/**
 * What may never happen to a rack that moves: INV-17, it changes no count, ends no pod but its
 * giver's, and never leaves its giver with less than it is guaranteed.
 */
import { fleetKey } from "../compiled.ts";
import type { CompiledPool } from "../compiled.ts";
import type { Action } from "../decision.ts";
import type { GroupObservation, Intent } from "../observation.ts";
import { rackOwner } from "../racks/rack-owner.ts";

export interface MoveCheck {
  readonly pool: CompiledPool;
  readonly observation: GroupObservation;
}

/** @returns what the action breaks, in words; null: nothing. Actions of no move break nothing */
export function brokenByMove(
  action: Action,
  intent: Intent | undefined,
  check: MoveCheck,
): string | null {
  if (action.kind === "OpenIntent") return brokenByOpening(action.intent, check);
  if (intent?.direction !== "Move") return null;
  if (action.kind === "SetCount") return `${action.intent}: ${action.from} → ${action.to} racks`;
  return action.kind === "Evict" ? brokenByEviction(action, intent, check) : null;
}

const racksOf = ({ pool, observation }: MoveCheck) =>
  observation.pools.find(({ name }) => name === pool.name)?.racks ?? [];

function brokenByOpening(intent: Intent, check: MoveCheck): string | null {
  const { direction, fleet, taker, rack: id, name } = intent;
  if (direction !== "Move") return null;
  if (taker === undefined || taker === fleet) return `${name}: no other fleet takes rack ${id}`;
  const consumer = check.pool.consumers.find((each) => fleetKey(each.fleet) === fleet);
  const owned = racksOf(check).filter((rack) => rackOwner(rack) === fleet);
  if (!owned.some((rack) => rack.id === id)) return `${name}: rack ${id} is not ${fleet}'s`;
  const guaranteed = consumer?.guaranteed ?? 0;
  if (owned.length - 1 >= guaranteed) return null;
  return `${name}: ${fleet} would be left ${owned.length - 1} racks, ${guaranteed} are guaranteed`;
}

function brokenByEviction(
  { pods }: Extract<Action, { kind: "Evict" }>,
  { name, fleet }: Intent,
  check: MoveCheck,
): string | null {
  const going = new Set(pods.map(({ uid }) => uid));
  const other = racksOf(check)
    .flatMap((rack) => rack.pods)
    .find((pod) => going.has(pod.uid) && pod.fleet !== fleet);
  return other === undefined ? null : `${name}: ${other.name} is not of ${fleet}`;
}
