import { dashboard } from "./panels.mjs";

const poolMax = (metric, labels = [], more = "") =>
  `max by (${["pool", ...labels].join(", ")}) (${metric}{pool=~"$pool"${more}})`;
const fleetMax = (metric, ...labels) =>
  `max by (${["fleet", ...labels].join(", ")}) (${metric}{fleet=~"$fleet"})`;

/** `expr`, or a line of nothing: an empty panel looks like one that is broken. */
const orNothing = (expr, label, zero = NO_POOL) =>
  `${expr} or label_replace(${zero}, "${label}", "none", "", "")`;
const NO_POOL = `0 * ${poolMax("breakwater_pool_max_racks")}`;
const NO_FLEET = `0 * ${fleetMax("breakwater_fleet_held_racks")}`;

const inPhases = (phases) => `${poolMax("breakwater_racks", ["phase"], `,phase${phases}`)} > 0`;

/** What serves is green, what comes blue, what goes orange. */
const PHASE_COLOURS = {
  Serving: "green",
  Warming: "light-green",
  "Requested|Provisioning|Joining|Starting": "blue",
  "Draining|Releasing": "orange",
  Repairing: "red",
  Idle: "text",
  Loaned: "purple",
};

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
    text: "Every rack of the pool; Requested ones were asked for and have no node yet.",
    unit: "none",
    stacked: true,
    counts: true,
    colours: PHASE_COLOURS,
    // What serves is the ground that the others stand on: they come and go.
    queries: {
      "{{pool}} {{phase}}": inPhases('="Serving"'),
      "{{pool}} {{phase}} ": inPhases('!~"Serving|Gone"'),
    },
  },
  {
    title: "Count, commitment and limit",
    text: "What the pool's object asks for.",
    unit: "none",
    counts: true,
    dashed: "/ (committed|limit)$/",
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
    counts: true,
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
    counts: true,
    queries: {
      "{{pool}} degraded": poolMax("breakwater_degraded_racks"),
      "{{pool}} stuck in {{rack_step}}": orNothing(
        `${poolMax("breakwater_stuck_racks", ["rack_step"])} > 0`,
        "rack_step",
      ),
      "{{pool}} shortage {{shortage}}": orNothing(
        `${poolMax("breakwater_pool_out_of_stock", ["shortage"])} > 0`,
        "shortage",
      ),
    },
  },
  {
    title: "Racks on loan",
    text: "Lent to preemptible work, and how many may be.",
    unit: "none",
    counts: true,
    dashed: "/ at most$/",
    queries: {
      "{{pool}} lent": poolMax("breakwater_racks", [], ',phase="Loaned"'),
      "{{pool}} at most": poolMax("breakwater_loan_max_racks"),
    },
  },
];

/** A repair takes a day: beside it the others' minutes would be one line at the bottom. */
const OF_THE_WAY = ',step!="repair"';

const LEAD_TIME = [
  {
    title: "p95 of each step",
    text: "By measurement, and the less there is of that, by what the pool said. Without repairs.",
    unit: "s",
    queries: {
      "{{pool}} {{step}}": poolMax(
        "breakwater_rack_step_seconds",
        ["step"],
        `,percentile="p95"${OF_THE_WAY}`,
      ),
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
      "{{pool}} {{step}}": poolMax("breakwater_lead_time_prior_p95_seconds", ["step"], OF_THE_WAY),
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
    counts: true,
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
    queries: {
      "{{fleet}} {{cause}}": orNothing(
        `${fleetMax("breakwater_hit_rate_loss_ratio", "cause")} > 0`,
        "cause",
        NO_FLEET,
      ),
    },
  },
  {
    title: "Hit rate, measured and expected",
    text: "Share of prompt tokens from a prefix cache.",
    unit: "percentunit",
    dashed: "/ expected$/",
    queries: {
      "{{fleet}} measured": fleetMax("breakwater_hit_rate_ratio"),
      "{{fleet}} expected": fleetMax("breakwater_hit_rate_expected_ratio"),
    },
  },
  {
    title: "Diagnosis",
    text: "The cause that is named, one high, while there is one.",
    unit: "none",
    stacked: true,
    counts: true,
    queries: {
      "{{fleet}} {{cause}}": orNothing(
        'max by (fleet, cause) (breakwater_cache_cause{fleet=~"$fleet",cause!="none"}) == 1',
        "cause",
        NO_FLEET,
      ),
    },
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
