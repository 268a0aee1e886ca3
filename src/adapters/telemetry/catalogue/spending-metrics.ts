/** What racks cost, and what may be spent. Unknown prices yield no series. */
import type { MetricEntry } from "./entry.ts";

export const SPENDING_METRICS = [
  {
    name: "breakwater_pool_cost_usd_per_hour",
    type: "gauge",
    unit: "USD per hour",
    labels: ["pool"],
    meaning: "What the pool's count costs, commitment included; absent without a price.",
    example: "sum (breakwater_pool_cost_usd_per_hour)",
  },
  {
    name: "breakwater_pool_marginal_cost_usd_per_hour",
    type: "gauge",
    unit: "USD per hour",
    labels: ["pool"],
    meaning: "What the racks above the commitment cost; absent while that is unknown.",
    example: "sum (avg_over_time(breakwater_pool_marginal_cost_usd_per_hour[1d])) * 24",
  },
  {
    name: "breakwater_pool_committed_racks",
    type: "gauge",
    unit: "racks",
    labels: ["pool"],
    meaning: "Racks that are paid for whether they are used or not.",
  },
  {
    name: "breakwater_budget_usd_per_day",
    type: "gauge",
    unit: "USD per day",
    labels: ["fleet"],
    meaning: "The fleet's budget; absent without one.",
  },
  {
    name: "breakwater_budget_used_usd_per_day",
    type: "gauge",
    unit: "USD per day",
    labels: ["fleet", "pool"],
    meaning: "What the pool's count costs of the fleet's budget, as the budget guard counts it.",
    example:
      "sum by (fleet) (breakwater_budget_used_usd_per_day) / " +
      "on (fleet) breakwater_budget_usd_per_day",
  },
] as const satisfies readonly MetricEntry[];
