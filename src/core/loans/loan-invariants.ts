/**
 * What may never happen to a loan: INV-15, none of its pods is told to go before every node of the
 * decision is seen to bear the fence, and no gang goes in part; INV-16, no rack is lent that runs a
 * fleet's pods, or that the fleets' guarantees need.
 */
import { type CompiledPool, guaranteedRacks } from "../compiled.ts";
import type { Action } from "../decision.ts";
import type { GroupObservation, Intent, PoolObservation } from "../observation.ts";
import { drainedNodes } from "../racks/draining.ts";
import { gangId, isOfLoan } from "./gangs.ts";
import { upkeepOf } from "./fences.ts";
import { isLent, unfenced } from "./lent.ts";

type Evict = Extract<Action, { kind: "Evict" }>;
type Fence = Extract<Action, { kind: "Fence" }>;
type Unfence = Extract<Action, { kind: "Unfence" }>;

export interface Broken {
  readonly invariant: "INV-15" | "INV-16";
  readonly text: string;
}

export interface LoanCheck {
  readonly pool: CompiledPool;
  readonly observation: GroupObservation;
}

const observedOf = ({ pool, observation }: LoanCheck): PoolObservation | undefined =>
  observation.pools.find(({ name }) => name === pool.name);

/** @returns what an eviction for a reclaim breaks; null: nothing */
export function brokenByEviction(action: Evict, intent: Intent, check: LoanCheck): Broken | null {
  const racks = observedOf(check)?.racks ?? [];
  const nodes = drainedNodes(intent, racks);
  const open = unfenced(nodes);
  const broken = (text: string): Broken => ({ invariant: "INV-15", text });
  if (open.length > 0) return broken(`${action.intent}: ${open[0]?.name} is not fenced`);
  const named = new Set(nodes.map(({ name }) => name));
  const pods = racks.flatMap((rack) => rack.pods).filter(({ node }) => named.has(node));
  const going = new Set(action.pods.map(({ uid }) => uid));
  const foreign = pods.find((pod) => going.has(pod.uid) && !isOfLoan(pod, check.pool.name));
  if (foreign !== undefined) return broken(`${action.intent}: ${foreign.name} is not the loan's`);
  const gangs = new Set(pods.filter(({ uid }) => going.has(uid)).map(gangId));
  const left = pods.find(
    (pod) => gangs.has(gangId(pod)) && !pod.terminating && !going.has(pod.uid),
  );
  return left === undefined ? null : broken(`${action.intent}: ${left.name} is left of its gang`);
}

/** @returns what taking the fence off breaks; null: nothing */
export function brokenByLending(action: Unfence, check: LoanCheck): Broken | null {
  const { pool } = check;
  const observed = observedOf(check);
  const uids = new Set(action.nodes.map(({ uid }) => uid));
  const racks = observed?.racks ?? [];
  if (action.at === null) return brokenByClearing(action, pool);
  const concerned = racks.filter(({ nodes }) => nodes.some(({ uid }) => uids.has(uid)));
  const broken = (text: string): Broken => ({ invariant: "INV-16", text });
  const serving = concerned.find(({ pods }) => pods.some(({ fleet }) => fleet !== null));
  if (serving !== undefined) return broken(`${action.intent}: rack ${serving.id} runs a fleet`);
  const lent = racks.filter(
    (rack) => concerned.includes(rack) || isLent(rack) || rack.pods.some(({ loan }) => loan),
  );
  const guaranteed = guaranteedRacks(pool);
  const left = (observed?.count?.desired ?? 0) - lent.length;
  if (left >= guaranteed || concerned.every((rack) => rack.pods.some(({ loan }) => loan)))
    return null;
  return broken(`${action.intent}: ${left} racks would be left, ${guaranteed} are guaranteed`);
}

/** What a loan left is taken off where no loan needs it. */
const brokenByClearing = ({ intent }: Unfence, { loan, name }: CompiledPool): Broken | null =>
  loan === undefined ? null : { invariant: "INV-16", text: `${intent}: ${name} has a loan` };

/** Without a decision only what is empty is fenced. */
export function brokenByFence(action: Fence, check: LoanCheck): Broken | null {
  if (action.intent !== upkeepOf(check.pool.name)) return null;
  const uids = new Set(action.nodes.map(({ uid }) => uid));
  const used = (observedOf(check)?.racks ?? []).find(
    (rack) => rack.pods.length > 0 && rack.nodes.some(({ uid }) => uids.has(uid)),
  );
  if (used === undefined) return null;
  return { invariant: "INV-15", text: `${action.intent}: rack ${used.id} has pods` };
}
