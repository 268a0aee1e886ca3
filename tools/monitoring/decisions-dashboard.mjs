import { dashboard } from "./panels.mjs";

const F = '{fleet=~"$fleet"}';
const P = '{pool=~"$pool"}';
const RATE = "$__rate_interval";
const p99 = (metric, ...labels) => {
  const by = ["le", ...labels].join(", ");
  return `histogram_quantile(0.99, sum by (${by}) (rate(${metric}_bucket[${RATE}])))`;
};
/** Of a counter in the last hour, without what did not happen. */
const lastHour = (metric, selector, ...labels) =>
  `sum by (${labels.join(", ")}) (increase(${metric}${selector}[1h])) > 0`;
const oldest = (...labels) =>
  `max by (${labels.join(", ")}) (breakwater_open_decision_age_seconds${P})`;
const perMinute = (metric, ...labels) =>
  `60 * sum by (${labels.join(", ")}) (rate(${metric}${F}[${RATE}]))`;
/** 0 for every pool or fleet: nothing happened, which is not the same as a panel that is broken. */
const NO_POOL = `0 * max by (pool) (breakwater_pool_max_racks${P})`;
const NO_FLEET = `0 * max by (fleet) (breakwater_fleet_held_racks${F})`;
const named = (expr, label, text) => `label_replace(${expr}, "${label}", "${text}", "", "")`;
const OPEN = "{{pool}} {{direction}} {{intent_phase}}";
const NOTHING_OPEN = named(named(NO_POOL, "direction", "nothing"), "intent_phase", "open");

export const decisionsDashboard = () =>
  dashboard({
    uid: "breakwater-decisions",
    title: "Breakwater / Decisions and controller",
    description: "What was decided and why, who is waited for, and whether the controller is well.",
    variables: ["fleet", "pool"],
    rows: [
      { title: "Decisions", panels: DECISIONS },
      { title: "People", panels: PEOPLE },
      { title: "Signals", panels: SIGNALS },
      { title: "Controller", panels: CONTROLLER },
    ],
  });

const DECISIONS = [
  {
    title: "Decisions opened, by reason",
    text: "In the last hour.",
    unit: "none",
    stacked: true,
    softMax: 1,
    queries: {
      "{{fleet}} {{why}}": lastHour("breakwater_opened_decisions_total", F, "fleet", "why"),
    },
  },
  {
    title: "Held, by reason",
    text:
      "The share of the last hour's ticks in which each reason held, from 1 % on; steady means " +
      "that nothing was to be done.",
    unit: "percentunit",
    busy: true,
    queries: {
      "{{fleet}} {{reason}}":
        `sum by (fleet, reason) (increase(breakwater_holds_total${F}[1h])) ` +
        "/ on (fleet) group_left () " +
        `(sum by (fleet) (increase(breakwater_decisions_total${F}[1h])) > 0) > 0.01`,
    },
  },
  {
    title: "Outcomes",
    text: "Ticks a minute in which the fleet was to grow, to shrink, or held.",
    unit: "none",
    queries: {
      "{{fleet}} {{outcome}}": perMinute("breakwater_decisions_total", "fleet", "outcome"),
    },
  },
  {
    title: "Guards that spoke",
    text: "Ticks of the last hour in which a guard held or limited a proposal, or asked a person.",
    unit: "none",
    queries: {
      "{{fleet}} {{guard}}": lastHour("breakwater_guard_verdicts_total", F, "fleet", "guard"),
    },
  },
  {
    title: "Pools held, by reason",
    text: "Ticks of the last hour.",
    unit: "none",
    softMax: 1,
    queries: {
      "{{pool}} {{reason}}":
        `${lastHour("breakwater_pool_holds_total", P, "pool", "reason")} ` +
        `or ${named(NO_POOL, "reason", "none")}`,
    },
  },
];

const PEOPLE = [
  {
    title: "Decisions that are open",
    text: "Pending ones wait for a person.",
    unit: "none",
    stacked: true,
    counts: true,
    queries: {
      [OPEN]:
        `max by (pool, direction, intent_phase) (breakwater_pool_open_decisions${P}) > 0 ` +
        `or ${NOTHING_OPEN}`,
    },
  },
  {
    title: "Age of the oldest open decision",
    text: "Pending: how long a person has been waited for. Executing: how long it takes.",
    unit: "s",
    queries: {
      [OPEN]: `${oldest("pool", "direction", "intent_phase")} > 0 or ${NOTHING_OPEN}`,
    },
  },
  {
    title: "Time left to approve",
    text: "Of the decision that expires next; 0 while none waits.",
    unit: "s",
    queries: {
      "{{pool}}": `min by (pool) (breakwater_approval_remaining_seconds${P}) or ${NO_POOL}`,
    },
  },
];

const SIGNALS = [
  {
    title: "Not trusted",
    text: "Missing, stale or implausible. What an engine does not export stays here.",
    unit: "none",
    stacked: true,
    counts: true,
    queries: {
      "{{fleet}} {{signal}}":
        `1 - max by (fleet, signal) (breakwater_signal_trusted${F}) > 0 ` +
        `or ${named(NO_FLEET, "signal", "none")}`,
    },
  },
  {
    title: "Age",
    text: "Of the newest sample under the signal that is oldest.",
    unit: "s",
    queries: { "{{fleet}}": `max by (fleet) (breakwater_signal_age_seconds${F})` },
  },
  {
    title: "Coverage",
    text: "Share of the expected scrape targets under the signal that has least of them.",
    unit: "percentunit",
    max: 1,
    queries: { "{{fleet}}": `min by (fleet) (breakwater_signal_coverage_ratio${F})` },
  },
];

const CONTROLLER = [
  {
    title: "Leaders and replicas",
    text: "One leads.",
    unit: "none",
    counts: true,
    queries: {
      leading: "sum (breakwater_leader)",
      "replicas of {{version}}": "count by (version) (breakwater_build_info)",
    },
  },
  {
    title: "Since the last decision",
    text: "More than a few ticks: the group is not decided on.",
    unit: "s",
    queries: {
      "{{group}}": "time() - max by (group) (breakwater_last_tick_timestamp_seconds)",
    },
  },
  {
    title: "Tick, p99",
    text: "From observing to the last action of a group.",
    unit: "s",
    queries: { tick: p99("breakwater_tick_duration_seconds") },
  },
  {
    title: "Ticks that failed, by code",
    text: "A tick that fails writes nothing.",
    unit: "none",
    softMax: 1,
    queries: {
      "{{code}}":
        `sum by (code) (increase(breakwater_tick_failures_total[${RATE}])) > 0 ` +
        `or ${named("vector(0)", "code", "none")}`,
    },
  },
  {
    title: "Actions, by result",
    text: "In the last hour.",
    unit: "none",
    softMax: 1,
    queries: {
      "{{action}} {{result}}":
        "sum by (action, result) (increase(breakwater_actions_total[1h])) > 0",
    },
  },
  {
    title: "Calls that failed",
    text: "Share of calls to the API server, to Prometheus, and of records of the decision log.",
    unit: "percentunit",
    softMax: 0.01,
    queries: {
      "{{client}}":
        `sum by (client) (rate(breakwater_client_calls_total{answer!="ok"}[${RATE}])) ` +
        `/ (sum by (client) (rate(breakwater_client_calls_total[${RATE}])) > 0)`,
    },
  },
  {
    title: "Calls, p99",
    text: "How long the outside takes to answer.",
    unit: "s",
    queries: { "{{client}}": p99("breakwater_client_call_duration_seconds", "client") },
  },
];
