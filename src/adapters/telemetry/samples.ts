/** What one tick means for the metrics, as plain values: every series of the group, zeroes too. */
import { decisionViews } from "./views/decision-views.ts";
import { fleetViews } from "./views/fleet-views.ts";
import { poolViews } from "./views/pool-views.ts";
import type { FleetView } from "../../api/fleet-view.ts";
import type { PoolView } from "../../api/pool-view.ts";
import { OUTCOMES } from "../../api/vocabulary.ts";
import type { CompiledPool } from "../../core/compiled.ts";
import type { Reason } from "../../core/reasons.ts";
import { seconds } from "../../core/units.ts";
import type { TickReport } from "../../ports/telemetry.ts";
import type { MetricName } from "./catalogue.ts";
import { decisionCounters, openGauges } from "./decision-samples.ts";
import { fleetGauges } from "./fleet-samples.ts";
import { LABELS } from "./labels.ts";
import {
  attainmentGauges,
  forecastCounters,
  hitRateGauges,
  predictionGauges,
} from "./quality-samples.ts";
import type { Sample } from "./sample.ts";
import { spendingGauges } from "./spending-samples.ts";
import { supplyGauges } from "./supply-samples.ts";

export interface TickSamples {
  /** A series of the group that is not among them is gone. */
  readonly gauges: readonly Sample[];
  /** What the tick adds; 0 for what exists and got no more. */
  readonly counters: readonly Sample[];
}

/** @returns everything that the tick says about the group's pools and fleets */
export function tickSamples(report: TickReport): TickSamples {
  const fleets = fleetViews(report);
  return { gauges: gaugeSamples(report, fleets), counters: counterSamples(report, fleets) };
}

function gaugeSamples(report: TickReport, fleets: readonly FleetView[]): Sample[] {
  const { observation, group } = report;
  const decisions = decisionViews(report);
  return [
    {
      metric: "breakwater_last_tick_timestamp_seconds",
      labels: { group: group.name },
      value: observation.now / 1_000,
    },
    ...poolViews(report).flatMap((view) => [
      ...poolGauges(view),
      ...openGauges(view.pool, decisions),
      ...supplyGauges(view, report),
    ]),
    ...group.pools.flatMap(priorGauges),
    ...group.fleets.flatMap(startGauges),
    ...fleets.flatMap((view) => [...fleetGauges(view), ...attainmentGauges(view)]),
    ...report.decision.fleets.flatMap(hitRateGauges),
    ...report.decision.fleets.flatMap(predictionGauges),
    ...spendingGauges(report),
    ...candidateGauges(report),
  ];
}

/** What is tried out, beside what is wanted. */
function candidateGauges({ candidate = [], decision }: TickReport): Sample[] {
  return candidate.flatMap(({ fleet, wantedRacks, attainment }) => {
    const labels = { fleet };
    const wanted = decision.fleets.find((decided) => decided.fleet === fleet)?.want.racks;
    const differs = wanted === wantedRacks ? 0 : 1;
    const predicted =
      attainment === null
        ? []
        : [
            {
              metric: "breakwater_candidate_predicted_attainment_ratio" as const,
              labels,
              value: attainment,
            },
          ];
    return [
      { metric: "breakwater_candidate_wanted_racks" as const, labels, value: wantedRacks },
      { metric: "breakwater_candidate_differs" as const, labels, value: differs },
      ...predicted,
    ];
  });
}

function poolGauges(view: PoolView): Sample[] {
  const { pool, racks, desiredRacks } = view;
  const nodes = racks.reduce((sum, rack) => sum + rack.nodes, 0);
  const ready = racks.reduce((sum, rack) => sum + rack.readyNodes, 0);
  const degraded = racks.filter((rack) => rack.degraded).length;
  const desired =
    desiredRacks === null ? [] : [gauge("breakwater_pool_desired_racks", desiredRacks)];
  function gauge(metric: MetricName, value: number): Sample {
    return { metric, labels: { pool }, value };
  }
  return [
    ...desired,
    gauge("breakwater_pool_max_racks", view.maxRacks),
    gauge("breakwater_pool_nodes", nodes),
    gauge("breakwater_pool_ready_nodes", ready),
    gauge("breakwater_degraded_racks", degraded),
    gauge("breakwater_pool_foreign_nodes", view.foreignNodes.length),
    ...stepGauges(view),
    ...LABELS.phase.map((phase) => ({
      metric: "breakwater_racks" as const,
      labels: { pool, phase },
      value: view.racksByPhase[phase] ?? 0,
    })),
  ];
}

function stepGauges({ pool, steps, racks, awaited }: PoolView): Sample[] {
  const stuck = [...racks, ...awaited].flatMap((rack) => rack.stuck?.step ?? []);
  return [
    ...steps.flatMap((time) => stepTimeGauges(pool, time)),
    ...LABELS.rack_step.map((step) => ({
      metric: "breakwater_stuck_racks" as const,
      labels: { pool, rack_step: step },
      value: stuck.filter((one) => one === step).length,
    })),
  ];
}

/** A start is the fleet's: its series carry its name. */
function stepTimeGauges(pool: string, { step, fleet, measured, ...time }: StepTimeView): Sample[] {
  const labels = fleet === null ? { pool, step } : { pool, fleet };
  const [quantile, count] =
    fleet === null
      ? (["breakwater_rack_step_seconds", "breakwater_rack_step_measured"] as const)
      : (["breakwater_engine_start_seconds", "breakwater_engine_start_measured"] as const);
  const of = (percentile: string, value: number): Sample => ({
    metric: quantile,
    labels: { ...labels, percentile },
    value,
  });
  return [
    of("p50", time.p50Seconds),
    of("p95", time.p95Seconds),
    of("p99", time.p99Seconds),
    { metric: count, labels, value: measured },
  ];
}

type StepTimeView = PoolView["steps"][number];

function priorGauges({ name, leadTimePrior }: CompiledPool): Sample[] {
  return LABELS.step.map((step) => ({
    metric: "breakwater_lead_time_prior_p95_seconds",
    labels: { pool: name, step },
    value: seconds(leadTimePrior[step].p95Ms),
  }));
}

function startGauges({ key, pools }: TickReport["group"]["fleets"][number]): Sample[] {
  return pools.map(({ name, engineStartPrior }) => ({
    metric: "breakwater_engine_start_prior_p95_seconds",
    labels: { fleet: key, pool: name },
    value: seconds(engineStartPrior.p95Ms),
  }));
}

function counterSamples(report: TickReport, fleets: readonly FleetView[]): Sample[] {
  const { decision } = report;
  return [
    ...decisionCounters(report),
    ...fleets.flatMap((view) => forecastCounters(view, report)),
    ...decision.fleets.flatMap(({ fleet, outcome, reasons }) => [
      ...OUTCOMES.map((word) => ({
        metric: "breakwater_decisions_total" as const,
        labels: { fleet, outcome: word },
        value: word === outcome ? 1 : 0,
      })),
      ...holds("breakwater_holds_total", { fleet }, outcome === "Hold" ? reasons : []),
    ]),
    ...decision.pools.flatMap(({ pool, holds: reasons }) =>
      holds("breakwater_pool_holds_total", { pool }, reasons),
    ),
  ];
}

function holds(metric: MetricName, owner: Sample["labels"], reasons: readonly Reason[]): Sample[] {
  const held = new Set<string>(reasons.map(({ code }) => code));
  return LABELS.reason.map((reason) => ({
    metric,
    labels: { ...owner, reason },
    value: held.has(reason) ? 1 : 0,
  }));
}
