import type { CompiledFleet, CompiledPool } from "../../compiled.ts";
import { reason } from "../../reasons.ts";
import { rackCount } from "../../units.ts";
import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";

const HOURS_PER_DAY = 24;

/** Money is spent only where price and count are known: a budget fails closed (INV-14). */
export const budgetGuard: Guard = {
  name: "budget",
  check({ direction, from, to }, { pool, situation }) {
    const { budget } = situation.fleet;
    if (direction === "In" || budget === null) return PASS;
    const free = freeRacks(pool, budget);
    if (to <= free) return PASS;
    if (pool.price === null) {
      const where = `RackPool ${pool.name}: spec.price is not set, ${to} racks exceed ${free}.`;
      return hold(reason("price-unknown", where));
    }
    const perDay = pool.price.usdPerRackHour * HOURS_PER_DAY;
    const affordable = free + Math.floor(budget.usdPerDay / perDay);
    if (to <= affordable) return PASS;
    const found = `${budget.usdPerDay} USD a day pay for ${affordable} racks.`;
    const why = reason("budget", found);
    return affordable <= from
      ? hold(why)
      : { kind: "Limit", to: rackCount(affordable), reason: why };
  },
};

/** Racks that the budget does not count: those committed, unless it applies to everything. */
const freeRacks = (pool: CompiledPool, budget: NonNullable<CompiledFleet["budget"]>): number =>
  budget.appliesTo === "AboveCommitment" ? pool.supply.committedRacks : 0;
