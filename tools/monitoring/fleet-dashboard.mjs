import { dashboard } from "./panels.mjs";

const F = '{fleet=~"$fleet"}';
const fleetMax = (metric, ...labels) =>
  `max by (${["fleet", ...labels].join(", ")}) (${metric}${F})`;
const forecast = (percentile) =>
  "max by (fleet) (breakwater_demand_forecast_turns_per_second" +
  `{fleet=~"$fleet",percentile="${percentile}"})`;
const latency = (metric) =>
  "max by (fleet, percentile) " +
  `(breakwater_latency_seconds{fleet=~"$fleet",metric="${metric}"})`;
const threshold = (metric) =>
  "max by (fleet, objective) " +
  `(breakwater_objective_threshold_seconds{fleet=~"$fleet",metric="${metric}"})`;
const burn = (window) => `max by (fleet, objective) (breakwater:objective_burn:rate${window}${F})`;

export const fleetDashboard = () =>
  dashboard({
    uid: "breakwater-fleet",
    title: "Breakwater / Fleet",
    description: "Is the fleet inside its objectives, what is coming, and what is being done.",
    variables: ["fleet"],
    rows: [
      { title: "At a glance", panels: GLANCE },
      { title: "Objectives", panels: OBJECTIVES },
      { title: "Demand and racks", panels: DEMAND },
      { title: "Money", panels: MONEY },
    ],
  });

const stat = (title, text, { query, ...more }) => ({
  kind: "stat",
  ...more,
  title,
  text,
  queries: { "{{fleet}}": query },
});

/** Where the allowance is used up exactly, and what the two burn alerts begin at. */
const BURNS = [
  [1, "yellow"],
  [6, "orange"],
  [14.4, "red"],
];

const GLANCE = [
  stat(
    "Inside every objective, at most",
    "The least of the measured shares: the share inside all of them is not more.",
    {
      unit: "percentunit",
      query: 'max by (fleet) (breakwater_attainment_bound_ratio{fleet=~"$fleet",bound="upper"})',
    },
  ),
  stat(
    "Worst burn rate, 1 h",
    "Times faster than the objective allows; 1 uses the allowance up exactly.",
    {
      unit: "none",
      query: `max by (fleet) (breakwater:objective_burn:rate1h${F})`,
      levels: BURNS,
    },
  ),
  stat("Racks serving", "Serving or warming.", {
    unit: "none",
    query: fleetMax("breakwater_fleet_serving_racks"),
    counts: true,
  }),
  stat("Racks wanted", "What sizing asks for.", {
    unit: "none",
    query: fleetMax("breakwater_fleet_wanted_racks"),
    counts: true,
  }),
  stat("Hit rate", "Prompt tokens from a prefix cache.", {
    unit: "percentunit",
    query: fleetMax("breakwater_hit_rate_ratio"),
  }),
  stat("Signals not trusted", "Missing, stale or implausible now.", {
    unit: "none",
    query:
      `count by (fleet) (max by (fleet, signal) (breakwater_signal_trusted${F}) == 0) ` +
      `or 0 * ${fleetMax("breakwater_fleet_held_racks")}`,
    counts: true,
    levels: [[1, "orange"]],
  }),
];

const OBJECTIVES = [
  {
    title: "Share within the objective",
    text: "As measured, and as asked for. Below the dashed share more is missed than allowed.",
    unit: "percentunit",
    dashed: "/asked for$/",
    queries: {
      "{{fleet}} {{objective}}": fleetMax("breakwater_objective_observed_ratio", "objective"),
      "{{fleet}} {{objective}} asked for": fleetMax(
        "breakwater_objective_required_ratio",
        "objective",
      ),
    },
  },
  {
    title: "Burn rate",
    text: "Times faster than allowed, over an hour and over six. 14 is an alarm, 6 for hours too.",
    unit: "none",
    levels: BURNS,
    queries: {
      "{{fleet}} {{objective}} 1 h": burn("1h"),
      "{{fleet}} {{objective}} 6 h": burn("6h"),
    },
  },
  {
    title: "Time to first token",
    text: "As read from the engines, and the threshold of each objective.",
    unit: "s",
    dashed: "/threshold$/",
    queries: {
      "{{fleet}} {{percentile}}": latency("ttft"),
      "{{fleet}} {{objective}} threshold": threshold("ttft"),
    },
  },
  {
    title: "Inter-token latency",
    text: "As read from the engines, and the threshold of each objective.",
    unit: "s",
    dashed: "/threshold$/",
    queries: {
      "{{fleet}} {{percentile}}": latency("itl"),
      "{{fleet}} {{objective}} threshold": threshold("itl"),
    },
  },
  {
    title: "Attainment, predicted and observed",
    text: "Predicted for the racks let through; observed as bounds on the share inside all.",
    unit: "percentunit",
    dashed: "/ predicted$/",
    queries: {
      "{{fleet}} predicted": fleetMax("breakwater_predicted_attainment_ratio"),
      "{{fleet}} observed, {{bound}} bound": fleetMax("breakwater_attainment_bound_ratio", "bound"),
    },
  },
];

const DEMAND = [
  {
    title: "Demand and forecast",
    text:
      "Turns that arrived, and quantiles of what is expected by the time a rack could serve: " +
      "each is drawn when it was forecast, a horizon before the turns it is about.",
    unit: "reqps",
    dashed: "/ p\\d+$/",
    busy: true,
    queries: {
      "{{fleet}} arrived": fleetMax("breakwater_demand_turns_per_second"),
      "{{fleet}} p10": forecast("p10"),
      "{{fleet}} p50": forecast("p50"),
      "{{fleet}} p90": forecast("p90"),
      "{{fleet}} p99": forecast("p99"),
      "{{fleet}} sized for": fleetMax("breakwater_demand_sizing_turns_per_second"),
    },
  },
  {
    title: "Racks: wanted, awarded, let through, held, serving",
    text: "Wanted by sizing, awarded by arbitration, let through by the gate.",
    unit: "none",
    counts: true,
    dashed: "/ (wanted|awarded)$/",
    queries: {
      "{{fleet}} wanted": fleetMax("breakwater_fleet_wanted_racks"),
      "{{fleet}} awarded": fleetMax("breakwater_fleet_awarded_racks"),
      "{{fleet}} let through": fleetMax("breakwater_fleet_target_racks"),
      "{{fleet}} held": fleetMax("breakwater_fleet_held_racks"),
      "{{fleet}} serving": fleetMax("breakwater_fleet_serving_racks"),
    },
  },
  {
    title: "Forecast horizon",
    text: "Lead time plus review interval: how far ahead sizing has to look.",
    unit: "s",
    queries: { "{{fleet}}": fleetMax("breakwater_forecast_horizon_seconds") },
  },
  {
    title: "Forecasts that came true",
    text: "Forecasts whose interval held what came, in six hours: 80 and 95 % are right.",
    unit: "percentunit",
    max: 1,
    queries: {
      "{{fleet}} {{interval}} % interval":
        `sum by (fleet, interval) (increase(breakwater_forecasts_inside_total${F}[6h])) ` +
        "/ on (fleet) group_left () " +
        `(sum by (fleet) (increase(breakwater_forecasts_settled_total${F}[6h])) > 0)`,
    },
  },
];

const MONEY = [
  {
    title: "Cost an hour, and above the commitment",
    text: "Of the pools' counts, whatever fleet they are for.",
    unit: "currencyUSD",
    queries: {
      "{{pool}} in all": "max by (pool) (breakwater_pool_cost_usd_per_hour)",
      "{{pool}} above": "max by (pool) (breakwater_pool_marginal_cost_usd_per_hour)",
    },
  },
  {
    title: "Budget used",
    text: "Share of the day's budget that the present counts of all pools would use up.",
    unit: "percentunit",
    softMax: 1,
    levels: [[0.8, "orange"]],
    queries: {
      "{{fleet}}":
        `sum by (fleet) (${fleetMax("breakwater_budget_used_usd_per_day", "pool")}) ` +
        `/ on (fleet) ${fleetMax("breakwater_budget_usd_per_day")}`,
    },
  },
];
