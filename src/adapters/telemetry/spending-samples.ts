/** What racks cost, and what of a budget is used. An unknown price yields no series. */
import { drawsOn } from "../../core/compiled.ts";
import type { CompiledFleet, CompiledPool, FleetKey } from "../../core/compiled.ts";
import { unpaidRacks, usdPerDayOf } from "../../core/gate/spending.ts";
import type { TickReport } from "../../ports/telemetry.ts";
import type { Sample } from "./sample.ts";

/** @returns costs per pool, and per fleet with a budget what the budget guard counts */
export function spendingGauges({ group, decision }: TickReport): Sample[] {
  const counted = group.pools.map((policy) => {
    const decided = decision.pools.find(({ pool }) => pool === policy.name);
    const users = (decided?.racks ?? []).map(({ fleet }) => fleet);
    return { policy, racks: decided?.desiredRacks ?? null, users };
  });
  return [
    ...counted.flatMap(poolGauges),
    ...group.fleets.flatMap((fleet) => [
      ...budgetGauge(fleet),
      ...counted
        .filter(({ policy }) => drawsOn(fleet, policy))
        .flatMap((pool) => usedGauge(fleet, pool)),
    ]),
  ];
}

interface CountedPool {
  readonly policy: CompiledPool;
  /** null while the pool's object cannot be read. */
  readonly racks: number | null;
  /** Of each rack, the fleet that runs on it; null: none does. */
  readonly users: readonly (FleetKey | null)[];
}

function poolGauges({ policy, racks }: CountedPool): Sample[] {
  const labels = { pool: policy.name };
  const { committedRacks } = policy.supply;
  const committed: Sample = {
    metric: "breakwater_pool_committed_racks",
    labels,
    value: committedRacks,
  };
  if (racks === null || policy.price === null) return [committed];
  const { usdPerRackHour } = policy.price;
  const above = Math.max(0, racks - committedRacks);
  return [
    committed,
    {
      metric: "breakwater_pool_cost_usd_per_hour",
      labels,
      value: Math.max(racks, committedRacks) * usdPerRackHour,
    },
    {
      metric: "breakwater_pool_marginal_cost_usd_per_hour",
      labels,
      value: above * usdPerRackHour,
    },
  ];
}

function budgetGauge({ key, budget }: CompiledFleet): Sample[] {
  if (budget === null) return [];
  const { usdPerDay } = budget;
  return [{ metric: "breakwater_budget_usd_per_day", labels: { fleet: key }, value: usdPerDay }];
}

/** As `core/gate/spending.ts` counts: without what others run, and what the budget leaves out. */
function usedGauge(fleet: CompiledFleet, { policy, racks, users }: CountedPool): Sample[] {
  const { key, budget } = fleet;
  if (budget === null || racks === null || policy.price === null) return [];
  const others = users.filter((user) => user !== null && user !== key).length;
  const value = usdPerDayOf(racks - unpaidRacks(fleet, policy, others), policy);
  if (value === null) return [];
  return [
    {
      metric: "breakwater_budget_used_usd_per_day",
      labels: { fleet: key, pool: policy.name },
      value,
    },
  ];
}
