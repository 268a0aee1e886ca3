/** What a provider has to give, and what is lent. */
import type { MetricEntry } from "./entry.ts";

export const SUPPLY_METRICS = [
  {
    name: "breakwater_pool_out_of_stock",
    type: "gauge",
    unit: "0 or 1",
    labels: ["pool", "shortage"],
    meaning: "1 while the provider has no rack to give, by what it says or what was seen.",
  },
  {
    name: "breakwater_oldest_awaited_rack_seconds",
    type: "gauge",
    unit: "seconds",
    labels: ["pool"],
    meaning: "How long the oldest rack without a node has been asked for; 0 while none is.",
  },
  {
    name: "breakwater_loan_max_racks",
    type: "gauge",
    unit: "racks",
    labels: ["pool"],
    meaning: "Racks that may be on loan at a time; absent where none are lent.",
    example: 'breakwater_racks{phase="Loaned"} / on (pool) breakwater_loan_max_racks',
  },
] as const satisfies readonly MetricEntry[];
