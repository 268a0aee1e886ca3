/** What was decided, who held it, and who is waited for. */
import type { MetricEntry } from "./entry.ts";

export const DECISION_METRICS = [
  {
    name: "breakwater_opened_decisions_total",
    type: "counter",
    unit: "decisions",
    labels: ["fleet", "why"],
    meaning: "ScaleDecisions that were created, by the reason for the change.",
  },
  {
    name: "breakwater_guard_verdicts_total",
    type: "counter",
    unit: "ticks",
    labels: ["fleet", "guard"],
    meaning: "Ticks in which the guard held or limited a proposal, or asked for a confirmation.",
  },
  {
    name: "breakwater_open_decision_age_seconds",
    type: "gauge",
    unit: "seconds",
    labels: ["pool", "direction", "intent_phase"],
    meaning: "Age of the oldest decision that is open; 0 while none is.",
    example:
      'max by (pool, direction) (breakwater_open_decision_age_seconds{intent_phase="Pending"})',
  },
  {
    name: "breakwater_approval_remaining_seconds",
    type: "gauge",
    unit: "seconds",
    labels: ["pool"],
    meaning: "Until the next decision that waits for approval expires; absent while none waits.",
    example: "min by (pool) (breakwater_approval_remaining_seconds)",
  },
  {
    name: "breakwater_fleet_overrides",
    type: "gauge",
    unit: "overrides",
    labels: ["fleet", "override"],
    meaning: "FleetOverrides in force by what they do; break-glass lifts the fleet's own limit.",
  },
] as const satisfies readonly MetricEntry[];
