import type { CompiledFleet, CompiledPool } from "../../compiled.ts";
import { reason } from "../../reasons.ts";
import type { Reason } from "../../reasons.ts";
import { rackCount } from "../../units.ts";
import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";

const HOURS_PER_DAY = 24;

/** Money is spent only where price and count are known: a budget fails closed (INV-14). */
export const budgetGuard: Guard = {
  name: "budget",
  check({ direction, from, to }, { pool, situation, replacedRacks = 0 }) {
    const { fleet } = situation;
    const beyond = beyondBudget(fleet, pool, replacedRacks);
    const why = direction === "In" ? null : overBudget(fleet, pool, to - beyond);
    if (why === null) return PASS;
    const affordable = affordableRacks(fleet, pool);
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

/** @returns why the fleet's budget does not allow `to` racks in the pool; null when it does */
export function overBudget(fleet: CompiledFleet, pool: CompiledPool, to: number): Reason | null {
  const { budget } = fleet;
  const free = freeRacks(fleet, pool);
  if (budget === null || to <= free) return null;
  const affordable = affordableRacks(fleet, pool);
  if (affordable === null) {
    const where = `RackPool ${pool.name}: spec.price is not set, ${to} racks exceed ${free}.`;
    return reason("price-unknown", where);
  }
  if (to <= affordable) return null;
  return reason("budget", `${budget.usdPerDay} USD a day pay for ${affordable} racks.`);
}

/** @returns racks that the budget pays for, free ones included; null when no price is known */
function affordableRacks(fleet: CompiledFleet, pool: CompiledPool): number | null {
  if (pool.price === null) return null;
  const perDay = pool.price.usdPerRackHour * HOURS_PER_DAY;
  return freeRacks(fleet, pool) + Math.floor((fleet.budget?.usdPerDay ?? 0) / perDay);
}

/** Racks that the budget does not count: those committed, unless it applies to everything. */
export const freeRacks = ({ budget }: CompiledFleet, pool: CompiledPool): number =>
  budget?.appliesTo === "AboveCommitment" ? pool.supply.committedRacks : 0;
