/**
 * Every alert. `summary` is what a phone shows at 3 a.m.; `description` says what it means, and the
 * runbook what to do. Severity `critical` wakes somebody, `warning` waits for the morning.
 *
 * Every query aggregates over replicas: only the one that leads exports pools and fleets, and after
 * a change of leader the series of both are there for a few minutes.
 */
import { burnsFaster } from "./recording.mjs";

/** Two per cent of a month's allowance in an hour; 5 % in six (the workbook's table 5-8). */
const FAST = burnsFaster(14.4, 0.5);
const SLOW = burnsFaster(6, 0.25);

/** Signals that exist whatever the load; latencies have no samples while nothing is served. */
const STEADY_SIGNALS = "arrivals|runningTurns|waitingTurns|kvUsage|kvCapacity";

const within = (...lines) => lines.join("\n");
const problem = (name, query) => `label_replace(${query}, "problem", "${name}", "", "")`;
const openAge = (selector) =>
  `max by (pool, direction) (breakwater_open_decision_age_seconds{${selector}})`;
const stepP95 =
  "sum by (pool) (max by (pool, step) " +
  '(breakwater_rack_step_seconds{percentile="p95",step=~"grant|boot"}))';
const stage = (name) => `max by (fleet) (breakwater_hit_rate_stage_ratio{stage="${name}"})`;

export const ALERTS = [
  {
    alert: "BreakwaterObjectiveBurnFast",
    severity: "critical",
    for: "2m",
    expr: within(FAST("1h"), "and on (fleet, objective)", FAST("5m")),
    summary: "{{ $labels.fleet }} misses objective {{ $labels.objective }} badly",
    description:
      "{{ $value | humanizePercentage }} missed it over the last hour, and it goes on: at this " +
      "rate the month's allowance is gone in two days.",
  },
  {
    alert: "BreakwaterObjectiveBurnSlow",
    severity: "warning",
    for: "15m",
    expr: within(SLOW("6h"), "and on (fleet, objective)", SLOW("30m")),
    summary: "{{ $labels.fleet }} has been missing objective {{ $labels.objective }} for hours",
    description:
      "{{ $value | humanizePercentage }} missed it over the last six hours, and it goes on: at " +
      "this rate the month's allowance is gone in five days.",
  },
  {
    alert: "BreakwaterSignalsStale",
    severity: "critical",
    for: "5m",
    expr: within(
      "count by (fleet) (",
      `  max by (fleet, signal) (breakwater_signal_trusted{signal=~"${STEADY_SIGNALS}"}) == 0`,
      "  and on (fleet, signal)",
      "  max by (fleet, signal) (max_over_time(breakwater_signal_trusted[6h])) == 1",
      ")",
    ),
    summary: "Breakwater no longer trusts what it reads of {{ $labels.fleet }}",
    description:
      "{{ $value }} signals are missing, stale or implausible that were fine within six hours. " +
      "Meanwhile no rack is given back, and none is bought beyond the last trusted size.",
  },
  {
    alert: "BreakwaterHitRateRegression",
    severity: "warning",
    for: "10m",
    expr: within(
      `(${stage("usual")} - ${stage("delivered")} > 0.05)`,
      "* on (fleet) group_right ()",
      '(max by (fleet, cause) (breakwater_cache_cause{cause!~"none|broken-signal"}) == 1)',
    ),
    summary: "The prefix cache of {{ $labels.fleet }} hits less than usual: {{ $labels.cause }}",
    description:
      "The hit rate is {{ $value | humanizePercentage }} of prompt tokens below what is usual. " +
      "Of all causes only capacity-bound is cured by a rack.",
  },
  {
    alert: "BreakwaterRacksLate",
    severity: "warning",
    for: "5m",
    // One problem a pool, the one that says most: all three are often true of the same rack.
    expr: within(
      problem("no-stock", "max by (pool, shortage) (breakwater_pool_out_of_stock) == 1"),
      "or on (pool)",
      problem("stuck", "max by (pool, rack_step) (breakwater_stuck_racks) > 0"),
      "or on (pool)",
      problem(
        "beyond-p95",
        `max by (pool) (breakwater_oldest_awaited_rack_seconds) > on (pool) ${stepP95}`,
      ),
    ),
    summary: "Racks of {{ $labels.pool }} do not come in time ({{ $labels.problem }})",
    description:
      "beyond-p95: asked for longer ago than 95 % of racks need to boot. stuck: in one step for " +
      "longer than 99 % need. no-stock: the provider has none to give, or gives none.",
  },
  {
    alert: "BreakwaterRackDegraded",
    severity: "warning",
    for: "10m",
    expr: within(
      "max by (pool) (breakwater_degraded_racks) + on (pool)",
      'max by (pool) (breakwater_racks{phase="Repairing"}) > 0',
    ),
    summary: "{{ $value }} racks of {{ $labels.pool }} have fewer usable nodes than planned",
    description:
      "A rack below its usable nodes is drained whole by most providers; plan on losing it.",
  },
  {
    // Past drain.deadline as it is by default, at which a drain ends or is forced.
    alert: "BreakwaterDrainStuck",
    severity: "warning",
    for: "5m",
    expr: `${openAge('direction=~"In|Move|Reclaim",intent_phase="Executing"')} > 2700`,
    summary: "A rack of {{ $labels.pool }} has been draining for {{ $value | humanizeDuration }}",
    description:
      "Turns do not end, a disruption budget refuses evictions, or the provider does not take " +
      "the rack back. Until it ends no other rack of the pool is drained.",
  },
  {
    alert: "BreakwaterApprovalWaiting",
    severity: "warning",
    for: "1m",
    expr: within(
      `2 * ${openAge('intent_phase="Pending"')}`,
      "> on (pool) group_left ()",
      "min by (pool) (breakwater_approval_remaining_seconds)",
    ),
    summary: "A decision on {{ $labels.pool }} ({{ $labels.direction }}) waits for your approval",
    description: "A third of its time has passed. Unanswered, it expires.",
  },
  {
    alert: "BreakwaterBudgetNearlySpent",
    severity: "warning",
    for: "10m",
    expr: within(
      "sum by (fleet) (max by (fleet, pool) (breakwater_budget_used_usd_per_day))",
      "/ on (fleet) max by (fleet) (breakwater_budget_usd_per_day) > 0.8",
      "or on (fleet)",
      'sum by (fleet) (increase(breakwater_guard_verdicts_total{guard="budget"}[10m])) > 0',
    ),
    summary: "The budget of {{ $labels.fleet }} leaves no room for growth",
    description:
      "Four fifths of the day's budget are in use, or it has just kept racks from being bought.",
  },
  {
    alert: "BreakwaterForeignWriter",
    severity: "warning",
    for: "1m",
    expr: within(
      "sum by (pool) (",
      '  increase(breakwater_pool_holds_total{reason="foreign-write"}[5m])',
      ") > 0",
      "or",
      "sum by (fleet) (",
      '  increase(breakwater_holds_total{reason=~"foreign-write|workload-owned"}[5m])',
      ") > 0 unless on (fleet) sum by (fleet) (",
      '  increase(breakwater_guard_verdicts_total{guard="foreign-writer"}[5m])',
      ") > 0",
    ),
    summary: "Somebody else sizes {{ $labels.pool }}{{ $labels.fleet }}: Breakwater holds",
    description:
      "A count was changed that Breakwater had set, or another autoscaler owns a workload. It " +
      "holds rather than fight, for as long as the pool says (onForeignWrite).",
  },
  {
    alert: "BreakwaterControllerDown",
    severity: "critical",
    for: "2m",
    expr: within(
      problem("no-replica", "absent(breakwater_build_info)"),
      `or ${problem("no-leader", "max(breakwater_leader) == 0")}`,
      `or ${problem(
        "no-decisions",
        "time() - max by (group) (breakwater_last_tick_timestamp_seconds) > 300",
      )}`,
    ),
    summary: "Breakwater decides nothing ({{ $labels.problem }})",
    description:
      "Racks stay as they are: nothing is bought, lent, moved or given back until it runs again.",
  },
  {
    alert: "BreakwaterTicksFailing",
    severity: "warning",
    for: "5m",
    expr: "sum by (code) (increase(breakwater_tick_failures_total[10m])) > 5",
    summary: "Breakwater's ticks fail with {{ $labels.code }}",
    description:
      "{{ $value | humanize }} in ten minutes. A tick that fails writes nothing. The code " +
      "invariant is a bug: keep the decision log and report it.",
  },
  {
    alert: "BreakwaterAuditFailing",
    severity: "critical",
    for: "0m",
    expr: within(
      "sum by (answer) (increase(",
      '  breakwater_client_calls_total{client="decision-log",answer!="ok"}[10m]',
      ")) > 0",
    ),
    summary: "Decisions cannot be recorded ({{ $labels.answer }})",
    description:
      "No record, no action: until the decision log can be written again nothing is carried out.",
  },
];
