/**
 * What each fleet should have of the racks that stand. Awards count on racks that may be bought or
 * may come; a move is about those that are there, and dealt anew they tell who has one too many.
 */
import { arbitrate } from "../arbitrate.ts";
import type { Award } from "../arbitrate.ts";
import type { CompiledPool, FleetKey } from "../compiled.ts";
import type { RackPhase } from "../decision.ts";
import type { FleetPicture } from "../fleet-picture.ts";
import { isOpen } from "../intents.ts";
import { callBacks } from "../loans/call-back.ts";
import { loanView } from "../loans/loan-view.ts";
import type { LoanStanding } from "../loans/standing.ts";
import type { GroupObservation, Intent } from "../observation.ts";
import { heldByFleet } from "../racks/holdings.ts";
import type { PoolState } from "../racks/pool-state.ts";
import { rackCount } from "../units.ts";

export interface DueInput {
  readonly fleets: readonly FleetPicture[];
  readonly pools: readonly PoolState[];
  readonly observation: GroupObservation;
  /** By pool, how its loan stands. */
  readonly loans: Readonly<Record<string, LoanStanding>>;
}

type ByFleet = Readonly<Record<FleetKey, number>>;

/** How the racks of the pools that stand are dealt, and how they should be. */
export interface Standing {
  readonly due: readonly Award[];
  /** By pool and fleet: racks that run its units, and those that will before a moved one could. */
  readonly soon: Readonly<Record<string, ByFleet>>;
}

/** @returns whether a rack may go from fleet to fleet: one is going, or a fleet wants one more */
export const mayMove = (fleets: readonly FleetPicture[], intents: readonly Intent[]): boolean =>
  fleets.length > 1 &&
  (intents.some(({ direction, phase }) => direction === "Move" && isOpen(phase)) ||
    fleets.some(({ owned, sizing }) => sum(Object.values(owned)) < sizing.want.racks));

export function standingOf(input: DueInput): Standing {
  const { fleets, pools } = input;
  const spare = new Map(pools.map((state) => [state.pool.name, spareRacks(state, input)]));
  const claimants = fleets.map(({ situation, sizing, owned }) => ({
    fleet: situation.fleet,
    want: sizing.want,
    owned,
  }));
  const ceilings = pools.map((state) => {
    const { name } = state.pool;
    const there = sum(Object.values(ownedIn(state, input))) + (spare.get(name) ?? 0);
    return [name, rackCount(Math.min(there, state.ceiling))] as const;
  });
  const all: readonly CompiledPool[] = pools.map(({ pool }) => pool);
  const due = arbitrate(claimants, all, Object.fromEntries(ceilings));
  const soon = pools.map((state) => {
    const { name } = state.pool;
    const owned = ownedIn(state, input);
    const standing = rackCount(sum(Object.values(owned)) + (spare.get(name) ?? 0));
    const dealt = due.map(({ fleet, byPool }) => [fleet, byPool[name] ?? 0] as const);
    return [name, heldByFleet(state.pool, standing, owned, Object.fromEntries(dealt))] as const;
  });
  return { due, soon: Object.fromEntries(soon) };
}

const sum = (counts: readonly number[]): number => counts.reduce((total, n) => total + n, 0);

/** Racks that run each fleet's units and stay, and those that a move is bringing it. */
function ownedIn({ pool, owned, summaries }: PoolState, { observation }: DueInput): ByFleet {
  const counts: Record<FleetKey, number> = { ...owned };
  for (const { fleet: giver, taker, rack: id, phase } of openMoves(
    pool.name,
    observation.intents,
  )) {
    const rack = summaries.find((summary) => summary.id === id);
    const isTakers = rack === undefined || rack.fleet === taker;
    if (taker === undefined || isTakers) continue;
    counts[taker] = (counts[taker] ?? 0) + 1;
    if (phase !== "Executing") counts[giver] = Math.max(0, (counts[giver] ?? 0) - 1);
  }
  return counts;
}

/** @returns the open moves of the pool */
export const openMoves = (pool: string, intents: readonly Intent[]): readonly Intent[] =>
  intents.filter(
    (intent) => intent.pool === pool && intent.direction === "Move" && isOpen(intent.phase),
  );

/** Phases of racks that are there and nobody's: units start on them sooner than on a moved one. */
const FREE: readonly RackPhase[] = ["Idle", "Joining"];

/** Nobody's racks, and those on loan that a fleet needs and that may be called back now. */
function spareRacks(state: PoolState, { fleets, observation, loans }: DueInput): number {
  const { pool, summaries } = state;
  const free = summaries.filter(
    ({ phase, fleet, stuck }) => fleet === null && stuck === undefined && FREE.includes(phase),
  );
  const { due = 0 } = loans[pool.name] ?? {};
  if (due === 0) return free.length;
  const back = callBacks(loanView(state, { fleets, observation }));
  return free.length + Math.min(due, back.filter(({ at }) => at <= observation.now).length);
}
