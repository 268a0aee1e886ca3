import type { FleetView } from "../../../api/fleet-view.ts";
import type { CompiledFleet, CompiledPool } from "../../../core/compiled.ts";
import type { PoolDecision } from "../../../core/decision.ts";
import { unpaidRacks, usdPerDayOf } from "../../../core/gate/spending.ts";
import type { TickReport } from "../../../ports/telemetry.ts";

/**
 * @returns the budget, and what the racks that the fleet holds would cost in a day, as the budget
 *   counts it; nothing for a fleet without one
 */
export function budgetView(
  fleet: CompiledFleet,
  { group, decision }: TickReport,
): Pick<FleetView, "budget"> {
  const { budget } = fleet;
  if (budget === null) return {};
  const { usdPerDay, appliesTo } = budget;
  const costs = group.pools.map((pool) => {
    const decided = decision.pools.find((each) => each.pool === pool.name);
    return decided === undefined ? 0 : costPerDay(fleet, pool, decided);
  });
  const plannedUsdPerDay = costs.reduce<number | null>(
    (sum, cost) => (sum === null || cost === null ? null : sum + cost),
    0,
  );
  return { budget: { usdPerDay, appliesTo, plannedUsdPerDay } };
}

/** @returns null where racks are to be paid for and nobody knows what they cost */
function costPerDay(
  fleet: CompiledFleet,
  pool: CompiledPool,
  { racks, awaited }: PoolDecision,
): number | null {
  const alone = pool.consumers.every(
    ({ fleet: { namespace, name } }) => `${namespace}/${name}` === fleet.key,
  );
  const own = racks.filter(({ fleet: user }) => user === fleet.key || (alone && user === null));
  const others = racks.filter(({ fleet: user }) => user !== null && user !== fleet.key).length;
  const held = own.length + (alone ? awaited.length : 0);
  return usdPerDayOf(held + others - unpaidRacks(fleet, pool, others), pool);
}
