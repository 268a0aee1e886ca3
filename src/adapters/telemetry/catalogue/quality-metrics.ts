/** How well turns are served, what the cache loses, and how good signals and forecasts are. */
import type { MetricEntry } from "./entry.ts";

export const QUALITY_METRICS = [
  {
    name: "breakwater_attainment_bound_ratio",
    type: "gauge",
    unit: "ratio",
    labels: ["fleet", "bound"],
    meaning:
      "Bounds on the share inside every objective: they are measured one by one, never jointly.",
  },
  {
    name: "breakwater_objective_predicted_ratio",
    type: "gauge",
    unit: "ratio",
    labels: ["fleet", "objective"],
    meaning:
      "Share within the objective's threshold that the capacity model, with what it learned, " +
      "says of the racks and the load there are.",
    example:
      "breakwater_objective_observed_ratio - on (fleet, objective) " +
      "breakwater_objective_predicted_ratio",
  },
  {
    name: "breakwater_objective_floor_ratio",
    type: "gauge",
    unit: "ratio",
    labels: ["fleet", "objective"],
    meaning: "Share that misses the objective even on idle racks, as learned: no rack cures it.",
  },
  {
    name: "breakwater_hit_rate_stage_ratio",
    type: "gauge",
    unit: "ratio",
    labels: ["fleet", "stage"],
    meaning:
      "Hit rate by stage: usual, what size and load leave of it, what routing leaves of that, " +
      "and what is delivered.",
  },
  {
    name: "breakwater_hit_rate_loss_ratio",
    type: "gauge",
    unit: "ratio",
    labels: ["fleet", "cause"],
    meaning: "What each cause takes off the usual hit rate while there is a regression, else 0.",
  },
  {
    name: "breakwater_excess_cold_tokens_per_second",
    type: "gauge",
    unit: "tokens per second",
    labels: ["fleet"],
    meaning: "Prompt tokens that are computed beyond what is usual.",
  },
  {
    name: "breakwater_forecasts_settled_total",
    type: "counter",
    unit: "forecasts",
    labels: ["fleet"],
    meaning: "Forecasts whose horizon ended, so that they could be held against what came.",
  },
  {
    name: "breakwater_forecasts_inside_total",
    type: "counter",
    unit: "forecasts",
    labels: ["fleet", "interval"],
    meaning: "Of these, forecasts whose 80 % or 95 % interval held what came.",
    example:
      "sum by (fleet, interval) (increase(breakwater_forecasts_inside_total[1d])) / on (fleet) " +
      "group_left () (sum by (fleet) (increase(breakwater_forecasts_settled_total[1d])) > 0)",
  },
  {
    name: "breakwater_signal_coverage_ratio",
    type: "gauge",
    unit: "ratio",
    labels: ["fleet", "signal"],
    meaning: "Share of the expected scrape targets under the signal; absent while it is.",
    example: "min by (fleet) (breakwater_signal_coverage_ratio)",
  },
] as const satisfies readonly MetricEntry[];
