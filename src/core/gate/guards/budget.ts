import type { CompiledFleet, CompiledPool } from "../../compiled.ts";
import { reason } from "../../reasons.ts";
import type { Reason } from "../../reasons.ts";
import { rackCount } from "../../units.ts";
import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";
import { NO_OTHER_SPENDING, unpaidRacks, usdPerDayOf } from "../spending.ts";
import type { Spending } from "../spending.ts";

/** Money is spent only where price and count are known: a budget fails closed (INV-14). */
export const budgetGuard: Guard = {
  name: "budget",
  check({ direction, from, to }, { pool, situation, replacedRacks = 0, spending }) {
    const { fleet } = situation;
    const beyond = beyondBudget(fleet, pool, replacedRacks);
    const why = direction === "In" ? null : overBudget(fleet, { pool, to: to - beyond, spending });
    if (why === null) return PASS;
    const affordable = affordableRacks(fleet, pool, spending);
    return affordable === null || affordable + beyond <= from
      ? hold(why)
      : { kind: "Limit", to: rackCount(affordable + beyond), reason: why };
  },
};

/**
 * @returns of the racks that stand in for lost ones, those that the budget does not count; 0 while
 *   nobody knows what they cost
 */
export const beyondBudget = (
  { budget }: CompiledFleet,
  { price }: CompiledPool,
  replacedRacks: number,
): number => (budget?.replaceLostRack === true && price !== null ? replacedRacks : 0);

export interface Growth {
  readonly pool: CompiledPool;
  /** What the pool's count is to become. */
  readonly to: number;
  /** Absent: the pool is the fleet's alone, and its only one. */
  readonly spending?: Spending | undefined;
}

/** @returns why the fleet's budget does not allow `to` racks in the pool; null when it does */
export function overBudget(
  fleet: CompiledFleet,
  { pool, to, spending = NO_OTHER_SPENDING }: Growth,
): Reason | null {
  const { budget } = fleet;
  const unpaid = unpaidRacks(fleet, pool, spending.othersInPool);
  if (budget === null || to <= unpaid) return null;
  const { elsewhereUsdPerDay } = spending;
  if (elsewhereUsdPerDay === null) {
    return reason("price-unknown", "Racks of its other pools have no spec.price.");
  }
  const affordable = affordableRacks(fleet, pool, spending);
  if (affordable === null) {
    const where = `RackPool ${pool.name}: spec.price is not set, ${to} racks exceed ${unpaid}.`;
    return reason("price-unknown", where);
  }
  if (to <= affordable) return null;
  const beside =
    elsewhereUsdPerDay > 0 ? `, ${Math.round(elsewhereUsdPerDay)} USD go to its other pools` : "";
  return reason("budget", `${budget.usdPerDay} USD a day pay for ${affordable} racks${beside}.`);
}

/** @returns racks that the budget pays for, unpaid ones included; null when a price is not known */
function affordableRacks(
  fleet: CompiledFleet,
  pool: CompiledPool,
  { othersInPool, elsewhereUsdPerDay }: Spending = NO_OTHER_SPENDING,
): number | null {
  const perRack = usdPerDayOf(1, pool);
  if (perRack === null || elsewhereUsdPerDay === null) return null;
  const left = Math.max(0, (fleet.budget?.usdPerDay ?? 0) - elsewhereUsdPerDay);
  return unpaidRacks(fleet, pool, othersInPool) + Math.floor(left / perRack);
}
