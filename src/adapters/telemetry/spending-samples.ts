/** What racks cost, and what of a budget is used. An unknown price yields no series. */
import { drawsOn, type CompiledFleet, type CompiledPool } from "../../core/compiled.ts";
import type { PoolDecision } from "../../core/decision.ts";
import type { TickReport } from "../../ports/telemetry.ts";
import type { Sample } from "./sample.ts";

const HOURS_PER_DAY = 24;

/** @returns costs per pool, and per fleet with a budget what the budget guard counts */
export function spendingGauges({ group, decision }: TickReport): Sample[] {
  const counted = group.pools.map((policy) => ({ policy, racks: racksOf(policy, decision.pools) }));
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
}

const racksOf = ({ name }: CompiledPool, pools: readonly PoolDecision[]): number | null =>
  pools.find(({ pool }) => pool === name)?.desiredRacks ?? null;

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

/** As `core/gate/guards/budget.ts` counts: the whole pool, without what the budget leaves out. */
function usedGauge({ key, budget }: CompiledFleet, { policy, racks }: CountedPool): Sample[] {
  if (budget === null || racks === null || policy.price === null) return [];
  const free = budget.appliesTo === "AboveCommitment" ? policy.supply.committedRacks : 0;
  return [
    {
      metric: "breakwater_budget_used_usd_per_day",
      labels: { fleet: key, pool: policy.name },
      value: Math.max(0, racks - free) * policy.price.usdPerRackHour * HOURS_PER_DAY,
    },
  ];
}
