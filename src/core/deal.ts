/** Who gets what of which pool, and what each then holds: wants and supply become awards. */
import { arbitrate } from "./arbitrate.ts";
import type { Award } from "./arbitrate.ts";
import { drawsOn } from "./compiled.ts";
import type { CompiledGroup, FleetKey } from "./compiled.ts";
import type { FleetPicture } from "./fleet-picture.ts";
import type { GroupObservation, Intent } from "./observation.ts";
import { loanView } from "./loans/loan-view.ts";
import { loanStanding } from "./loans/standing.ts";
import type { LoanStanding } from "./loans/standing.ts";
import { mayMove, standingOf } from "./moves/due.ts";
import type { Standing } from "./moves/due.ts";
import { heldByFleet, standingRacks } from "./racks/holdings.ts";
import type { PoolState } from "./racks/pool-state.ts";
import type { Reason } from "./reasons.ts";
import { keptRacks } from "./supply/kept.ts";
import { poolShares } from "./supply/shares.ts";
import type { Need, PoolShare, PoolShares } from "./supply/shares.ts";
import { stockReason } from "./supply/stock-reason.ts";
import { millis, rackCount } from "./units.ts";
import type { RackCount } from "./units.ts";

type Holdings = Readonly<Record<string, Readonly<Record<FleetKey, RackCount>>>>;

export interface Deal {
  readonly awards: readonly Award[];
  /** By pool, racks that stay though no award counts on them. */
  readonly kept: Readonly<Record<string, number>>;
  /** By pool, how its loan stands; pools without one are left out. */
  readonly loans: Readonly<Record<string, LoanStanding>>;
  /** How the racks that stand should be dealt; absent where no rack is to go to another fleet. */
  readonly standing?: Standing;
  /** By pool and fleet, racks that are held or on their way. */
  readonly held: Holdings;
  /** The same, with racks asked for that nobody counts on. */
  readonly asked: Holdings;
}

export interface DealInput {
  readonly group: CompiledGroup;
  readonly pools: readonly PoolState[];
  readonly observation: GroupObservation;
  /** Whether ends of capacity blocks are seen before they come, and racks lent and moved. */
  readonly foresees: boolean;
}

export function deal(
  fleets: readonly FleetPicture[],
  { group, pools, observation, foresees }: DealInput,
): Deal {
  const { now, intents } = observation;
  const supply = { pools, needs: fleets.map(needOf), now, foresees };
  const shares = poolShares(supply);
  const awards = awardsOf(fleets, group, shares);
  const kept = keptRacks({ shares, awards, ...supply });
  const loans = foresees ? loansOf(fleets, { pools, observation, awards, kept }) : {};
  const holdings = (uncountedIn: (state: PoolState) => number): Holdings =>
    Object.fromEntries(
      pools.map((state) => {
        const uncounted = uncountedIn(state);
        return [state.pool.name, heldIn(state, { awards, intents, uncounted, loans })];
      }),
    );
  return {
    awards,
    kept,
    loans,
    ...(foresees &&
      mayMove(fleets, intents) && {
        standing: standingOf({ fleets, pools, observation, loans }),
      }),
    held: holdings(({ supply, doubt }) => supply.uncounted + doubt.replacedHere),
    asked: holdings(() => 0),
  };
}

function awardsOf(
  fleets: readonly FleetPicture[],
  group: CompiledGroup,
  shares: PoolShares,
): readonly Award[] {
  const claimants = fleets.map(({ situation, sizing, owned, claim }) => ({
    fleet: situation.fleet,
    want: { ...sizing.want, curve: claim ?? sizing.want.curve },
    owned,
  }));
  const of = (part: keyof PoolShare) =>
    Object.fromEntries(Object.entries(shares).map(([pool, share]) => [pool, share[part]]));
  return arbitrate(claimants, group.pools, of("firm"), of("open"));
}

const needOf = ({ situation, sizing }: FleetPicture): Need => ({
  fleet: situation.fleet,
  wanted: sizing.want.racks,
  serving: situation.servingRacks,
  horizonMs: situation.horizonMs,
});

interface HeldView {
  readonly awards: readonly Award[];
  readonly intents: readonly Intent[];
  /** Racks asked for that are nobody's until they come. */
  readonly uncounted: number;
  readonly loans: Deal["loans"];
}

function heldIn(
  { pool, observed, owned }: PoolState,
  { awards, intents, uncounted, loans }: HeldView,
): ReturnType<typeof heldByFleet> {
  if (observed.count === null) return heldByFleet(pool, rackCount(0), owned, {});
  const all = standingRacks(observed.count, pool.name, intents);
  const away = loans[pool.name]?.away ?? 0;
  const standing = rackCount(Math.max(0, all - uncounted - away));
  const awarded = awards.map(({ fleet, byPool }) => [fleet, byPool[pool.name] ?? 0] as const);
  return heldByFleet(pool, standing, owned, Object.fromEntries(awarded));
}

interface Dealt extends Pick<DealInput, "pools" | "observation">, Pick<Deal, "awards" | "kept"> {}

function loansOf(
  fleets: readonly FleetPicture[],
  { pools, observation, awards, kept }: Dealt,
): Deal["loans"] {
  return Object.fromEntries(
    pools.flatMap((state) => {
      const { pool, observed } = state;
      if (pool.loan === undefined || observed.count === null) return [];
      const drawing = fleets.filter(({ situation }) => drawsOn(situation.fleet, pool));
      const awarded = awards.reduce((sum, { byPool }) => sum + (byPool[pool.name] ?? 0), 0);
      const need = {
        standing: standingRacks(observed.count, pool.name, observation.intents),
        needed: awarded + (kept[pool.name] ?? 0),
        withinMs: millis(Math.max(0, ...drawing.map(({ situation }) => situation.horizonMs))),
      };
      return [[pool.name, loanStanding(loanView(state, { fleets, observation }), need)] as const];
    }),
  );
}

/** @returns by pool, why it gives no more racks; pools that do are left out */
export const shortagesOf = (pools: readonly PoolState[]): Readonly<Record<string, Reason>> =>
  Object.fromEntries(
    pools.flatMap(({ pool, supply }) => {
      const why = stockReason(pool.name, supply);
      return why === null ? [] : [[pool.name, why] as const];
    }),
  );
