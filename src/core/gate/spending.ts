/** What a fleet's racks cost a day, as its budget counts them: one budget over all its pools. */
import type { CompiledFleet, CompiledPool, FleetKey } from "../compiled.ts";
import type { RackCount } from "../units.ts";

/** What of a fleet's money is spent before anything changes in the pool at hand. */
export interface Spending {
  /** Racks of the pool that other fleets hold or ask for. */
  readonly othersInPool: number;
  /** US dollars in the fleet's other pools; null where racks are to be paid for without a price. */
  readonly elsewhereUsdPerDay: number | null;
}

/** Of a fleet with one pool, which is its alone. */
export const NO_OTHER_SPENDING: Spending = { othersInPool: 0, elsewhereUsdPerDay: 0 };

const HOURS_PER_DAY = 24;

/** Racks that the budget does not count: those committed, unless it applies to everything. */
const freeRacks = ({ budget }: CompiledFleet, { supply }: CompiledPool): number =>
  budget?.appliesTo === "AboveCommitment" ? supply.committedRacks : 0;

/**
 * @returns of a pool's count, racks that the fleet need not pay for: those of others, or those
 *   committed where they are more; what others leave of the commitment is the fleet's
 */
export const unpaidRacks = (fleet: CompiledFleet, pool: CompiledPool, others: number): number =>
  Math.max(freeRacks(fleet, pool), others);

/** @returns US dollars for so many racks; null when they cost and nobody knows how much */
export function usdPerDayOf(racks: number, { price }: CompiledPool): number | null {
  if (racks <= 0) return 0;
  return price === null ? null : racks * price.usdPerRackHour * HOURS_PER_DAY;
}

export interface SpendingSeen {
  readonly pools: readonly CompiledPool[];
  /** Racks held and asked for by pool and fleet, what is not written yet included. */
  readonly asked: Readonly<Record<string, Readonly<Record<FleetKey, RackCount>>>>;
  /** Of the pool at hand; null: not known. Racks that stand beyond it are on their way out. */
  readonly count: number | null;
}

/** @returns what the fleet spends beside its share of `pool` */
export function spendingBeside(
  fleet: CompiledFleet,
  pool: CompiledPool,
  { pools, asked, count }: SpendingSeen,
): Spending {
  const elsewhere = pools.filter(({ name }) => name !== pool.name);
  const costs = elsewhere.map((other) => {
    const { own, others } = sharesOf(fleet, asked[other.name] ?? {});
    return usdPerDayOf(own + others - unpaidRacks(fleet, other, others), other);
  });
  const { others: inPool } = sharesOf(fleet, asked[pool.name] ?? {});
  return {
    othersInPool: Math.min(inPool, count ?? inPool),
    elsewhereUsdPerDay: costs.reduce<number | null>(
      (sum, cost) => (sum === null || cost === null ? null : sum + cost),
      0,
    ),
  };
}

function sharesOf({ key }: CompiledFleet, byFleet: Readonly<Record<FleetKey, RackCount>>) {
  const own = byFleet[key] ?? 0;
  const all = Object.values(byFleet).reduce((sum, racks) => sum + racks, 0);
  return { own, others: all - own };
}
