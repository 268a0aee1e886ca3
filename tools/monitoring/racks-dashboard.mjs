import { dashboard } from "./panels.mjs";

const poolMax = (metric, labels = [], more = "") =>
  `max by (${["pool", ...labels].join(", ")}) (${metric}{pool=~"$pool"${more}})`;
const fleetMax = (metric, ...labels) =>
  `max by (${["fleet", ...labels].join(", ")}) (${metric}{fleet=~"$fleet"})`;

export const racksDashboard = () =>
  dashboard({
    uid: "breakwater-racks",
    title: "Breakwater / Racks and cache",
    description: "Where every rack is, how long racks take, and what the prefix cache gives.",
    variables: ["pool", "fleet"],
    rows: [
      { title: "Racks", panels: RACKS },
      { title: "Lead time", panels: LEAD_TIME },
      { title: "Cache", panels: CACHE },
    ],
  });

const RACKS = [
  {
    title: "Racks by phase",
    text: "Every rack of the pool, and racks that were asked for and have no node yet.",
    unit: "none",
    stacked: true,
    queries: { "{{pool}} {{phase}}": `${poolMax("breakwater_racks", ["phase"])} > 0` },
  },
  {
    title: "Count, commitment and limit",
    text: "What the pool's object asks for.",
    unit: "none",
    queries: {
      "{{pool}} asked for": poolMax("breakwater_pool_desired_racks"),
      "{{pool}} committed": poolMax("breakwater_pool_committed_racks"),
      "{{pool}} limit": poolMax("breakwater_pool_max_racks"),
    },
  },
  {
    title: "Nodes",
    text: "A rack of 18 is planned on 16: below that its provider drains it whole.",
    unit: "none",
    queries: {
      "{{pool}} ready": poolMax("breakwater_pool_ready_nodes"),
      "{{pool}} all": poolMax("breakwater_pool_nodes"),
      "{{pool}} foreign": poolMax("breakwater_pool_foreign_nodes"),
    },
  },
  {
    title: "In trouble",
    text: "Racks short of nodes, racks stuck in a step, and pools whose provider has none to give.",
    unit: "none",
    queries: {
      "{{pool}} degraded": poolMax("breakwater_degraded_racks"),
      "{{pool}} stuck in {{rack_step}}": poolMax("breakwater_stuck_racks", ["rack_step"]),
      "{{pool}} {{shortage}}": poolMax("breakwater_pool_out_of_stock", ["shortage"]),
    },
  },
  {
    title: "Racks on loan",
    text: "Lent to preemptible work, and how many may be.",
    unit: "none",
    queries: {
      "{{pool}} lent": poolMax("breakwater_racks", [], ',phase="Loaned"'),
      "{{pool}} at most": poolMax("breakwater_loan_max_racks"),
    },
  },
];

const LEAD_TIME = [
  {
    title: "p95 of each step",
    text: "By measurement, and the less there is of that, by what the pool said.",
    unit: "s",
    queries: {
      "{{pool}} {{step}}": poolMax("breakwater_rack_step_seconds", ["step"], ',percentile="p95"'),
      "{{pool}} {{fleet}} start": poolMax(
        "breakwater_engine_start_seconds",
        ["fleet"],
        ',percentile="p95"',
      ),
    },
  },
  {
    title: "p95 as the pool said",
    text: "leadTimePrior and engineStartPrior: compare with what is measured, and correct them.",
    unit: "s",
    queries: {
      "{{pool}} {{step}}": poolMax("breakwater_lead_time_prior_p95_seconds", ["step"]),
      "{{pool}} {{fleet}} start": poolMax("breakwater_engine_start_prior_p95_seconds", ["fleet"]),
    },
  },
  {
    title: "Oldest rack that is waited for",
    text: "Asked for, and no node yet.",
    unit: "s",
    queries: { "{{pool}}": poolMax("breakwater_oldest_awaited_rack_seconds") },
  },
  {
    title: "Racks measured",
    text: "How many of the newest 64 each figure rests on; 0 is the prior alone.",
    unit: "none",
    queries: {
      "{{pool}} {{step}}": poolMax("breakwater_rack_step_measured", ["step"]),
      "{{pool}} {{fleet}} start": poolMax("breakwater_engine_start_measured", ["fleet"]),
    },
  },
];

const CACHE = [
  {
    title: "Hit rate by stage",
    text:
      "Usual; what size and load leave of it; what routing leaves of that; what is delivered. " +
      "The widest step is where to look.",
    unit: "percentunit",
    queries: { "{{fleet}} {{stage}}": fleetMax("breakwater_hit_rate_stage_ratio", "stage") },
  },
  {
    title: "Lost by cause",
    text: "Only capacity-bound is cured by a rack.",
    unit: "percentunit",
    stacked: true,
    queries: { "{{fleet}} {{cause}}": fleetMax("breakwater_hit_rate_loss_ratio", "cause") },
  },
  {
    title: "Hit rate, measured and expected",
    text: "Share of prompt tokens from a prefix cache.",
    unit: "percentunit",
    queries: {
      "{{fleet}} measured": fleetMax("breakwater_hit_rate_ratio"),
      "{{fleet}} expected": fleetMax("breakwater_hit_rate_expected_ratio"),
    },
  },
  {
    title: "Diagnosis",
    text: "The cause that is named, while there is one.",
    unit: "none",
    queries: { "{{fleet}} {{cause}}": `${fleetMax("breakwater_cache_cause", "cause")} == 1` },
  },
  {
    title: "Cold work beyond the usual",
    text: "Prompt tokens computed that a cache used to have.",
    unit: "none",
    queries: {
      "{{fleet}} tokens a second": fleetMax("breakwater_excess_cold_tokens_per_second"),
    },
  },
];
