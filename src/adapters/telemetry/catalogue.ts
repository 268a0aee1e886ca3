/** Every metric of Breakwater, one row each: registry, documentation and dashboards read this. */
import type { LabelName } from "./labels.ts";

export interface MetricEntry {
  readonly name: `breakwater_${string}`;
  readonly type: "gauge" | "counter" | "histogram";
  readonly unit: string;
  readonly labels: readonly LabelName[];
  readonly meaning: string;
}

export const CATALOGUE = [
  {
    name: "breakwater_build_info",
    type: "gauge",
    unit: "1",
    labels: ["version"],
    meaning: "Always 1; the label says which version runs.",
  },
  {
    name: "breakwater_leader",
    type: "gauge",
    unit: "0 or 1",
    labels: [],
    meaning: "Whether this replica holds the lease.",
  },
  {
    name: "breakwater_tick_duration_seconds",
    type: "histogram",
    unit: "seconds",
    labels: [],
    meaning: "Time from observing to the last action of one tick of one group.",
  },
  {
    name: "breakwater_tick_failures_total",
    type: "counter",
    unit: "ticks",
    labels: ["code"],
    meaning: "Ticks that were aborted, with nothing written, by error code.",
  },
  {
    name: "breakwater_last_tick_timestamp_seconds",
    type: "gauge",
    unit: "seconds since the epoch",
    labels: ["group"],
    meaning: "When the group was last decided on; simulated time in a demo.",
  },
  {
    name: "breakwater_actions_total",
    type: "counter",
    unit: "actions",
    labels: ["action", "result"],
    meaning: "Steps of plans that were carried out or tried.",
  },
  {
    name: "breakwater_racks",
    type: "gauge",
    unit: "racks",
    labels: ["pool", "phase"],
    meaning: "Racks of the pool by phase.",
  },
  {
    name: "breakwater_degraded_racks",
    type: "gauge",
    unit: "racks",
    labels: ["pool"],
    meaning: "Racks in use with fewer usable nodes than planned.",
  },
  {
    name: "breakwater_pool_ready_nodes",
    type: "gauge",
    unit: "nodes",
    labels: ["pool"],
    meaning: "Nodes of the pool that are ready.",
  },
  {
    name: "breakwater_pool_nodes",
    type: "gauge",
    unit: "nodes",
    labels: ["pool"],
    meaning: "Nodes of the pool, ready or not.",
  },
  {
    name: "breakwater_pool_desired_racks",
    type: "gauge",
    unit: "racks",
    labels: ["pool"],
    meaning: "Count of the pool's object; absent while it cannot be read.",
  },
  {
    name: "breakwater_pool_max_racks",
    type: "gauge",
    unit: "racks",
    labels: ["pool"],
    meaning: "Limit of the pool.",
  },
  {
    name: "breakwater_pool_holds_total",
    type: "counter",
    unit: "ticks",
    labels: ["pool", "reason"],
    meaning: "Ticks in which the pool was held, by reason.",
  },
  {
    name: "breakwater_pool_open_decisions",
    type: "gauge",
    unit: "decisions",
    labels: ["pool", "direction", "intent_phase"],
    meaning: "Decisions that wait for approval or are being carried out.",
  },
  {
    name: "breakwater_lead_time_prior_p95_seconds",
    type: "gauge",
    unit: "seconds",
    labels: ["pool", "step"],
    meaning: "p95 of each step of a rack's arrival, as the pool's prior says.",
  },
  {
    name: "breakwater_engine_start_prior_p95_seconds",
    type: "gauge",
    unit: "seconds",
    labels: ["fleet", "pool"],
    meaning: "p95 from an allocatable rack to its first served token, as the fleet's prior says.",
  },
  {
    name: "breakwater_fleet_held_racks",
    type: "gauge",
    unit: "racks",
    labels: ["fleet"],
    meaning: "Racks the fleet holds or has on the way.",
  },
  {
    name: "breakwater_fleet_serving_racks",
    type: "gauge",
    unit: "racks",
    labels: ["fleet"],
    meaning: "Racks that serve the fleet.",
  },
  {
    name: "breakwater_fleet_wanted_racks",
    type: "gauge",
    unit: "racks",
    labels: ["fleet"],
    meaning: "Racks that sizing asks for.",
  },
  {
    name: "breakwater_fleet_awarded_racks",
    type: "gauge",
    unit: "racks",
    labels: ["fleet"],
    meaning: "Racks that arbitration gives.",
  },
  {
    name: "breakwater_fleet_target_racks",
    type: "gauge",
    unit: "racks",
    labels: ["fleet"],
    meaning: "Racks that the gate lets through now.",
  },
  {
    name: "breakwater_decisions_total",
    type: "counter",
    unit: "ticks",
    labels: ["fleet", "outcome"],
    meaning: "Ticks by what was decided for the fleet.",
  },
  {
    name: "breakwater_holds_total",
    type: "counter",
    unit: "ticks",
    labels: ["fleet", "reason"],
    meaning: "Ticks in which the fleet was held, by reason; a tick counts for each of its reasons.",
  },
  {
    name: "breakwater_demand_turns_per_second",
    type: "gauge",
    unit: "turns per second",
    labels: ["fleet"],
    meaning: "Turns that arrived, as observed.",
  },
  {
    name: "breakwater_demand_forecast_turns_per_second",
    type: "gauge",
    unit: "turns per second",
    labels: ["fleet", "percentile"],
    meaning: "Forecast over the horizon by quantile.",
  },
  {
    name: "breakwater_demand_sizing_turns_per_second",
    type: "gauge",
    unit: "turns per second",
    labels: ["fleet"],
    meaning: "The forecast quantile that sizing used.",
  },
  {
    name: "breakwater_forecast_horizon_seconds",
    type: "gauge",
    unit: "seconds",
    labels: ["fleet"],
    meaning: "How far ahead the forecast looks: lead time plus review interval.",
  },
  {
    name: "breakwater_latency_seconds",
    type: "gauge",
    unit: "seconds",
    labels: ["fleet", "metric", "percentile"],
    meaning: "Latency as read from the fleet's engines.",
  },
  {
    name: "breakwater_objective_observed_ratio",
    type: "gauge",
    unit: "ratio",
    labels: ["fleet", "objective"],
    meaning: "Share of turns or tokens within the objective's threshold.",
  },
  {
    name: "breakwater_objective_required_ratio",
    type: "gauge",
    unit: "ratio",
    labels: ["fleet", "objective"],
    meaning: "Share that the objective asks for.",
  },
  {
    name: "breakwater_objective_threshold_seconds",
    type: "gauge",
    unit: "seconds",
    labels: ["fleet", "objective"],
    meaning: "Threshold of the objective.",
  },
  {
    name: "breakwater_predicted_attainment_ratio",
    type: "gauge",
    unit: "ratio",
    labels: ["fleet"],
    meaning: "Share of turns predicted inside every objective with the target's racks.",
  },
  {
    name: "breakwater_hit_rate_ratio",
    type: "gauge",
    unit: "ratio",
    labels: ["fleet"],
    meaning: "Share of prompt tokens served from a prefix cache; absent while unknown.",
  },
  {
    name: "breakwater_hit_rate_expected_ratio",
    type: "gauge",
    unit: "ratio",
    labels: ["fleet"],
    meaning: "Hit rate that the racks should give; absent while unknown.",
  },
  {
    name: "breakwater_cache_cause",
    type: "gauge",
    unit: "0 or 1",
    labels: ["fleet", "cause"],
    meaning: "1 for the cause that the cache diagnosis names.",
  },
  {
    name: "breakwater_signal_age_seconds",
    type: "gauge",
    unit: "seconds",
    labels: ["fleet", "signal"],
    meaning: "Age of the newest sample under the signal; absent while the signal is.",
  },
  {
    name: "breakwater_signal_trusted",
    type: "gauge",
    unit: "0 or 1",
    labels: ["fleet", "signal"],
    meaning: "1 while the signal is fresh, complete and plausible.",
  },
] as const satisfies readonly MetricEntry[];

export type MetricName = (typeof CATALOGUE)[number]["name"];

/** One tick of a few groups takes milliseconds; a slow API server or Prometheus takes seconds. */
export const TICK_DURATION_BUCKETS_SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15,
];
