/** The gauges of one fleet. What is unknown yields no series: absent tells more than a zero. */
import type { FleetView, LatencyView } from "../../api/fleet-view.ts";
import type { MetricName } from "./catalogue.ts";
import { LABELS } from "./labels.ts";
import type { Sample } from "./sample.ts";

export function fleetGauges(view: FleetView): Sample[] {
  return [
    ...rackGauges(view),
    ...demandGauges(view),
    ...latencyGauges(view),
    ...objectiveGauges(view),
    ...cacheGauges(view),
    ...signalGauges(view),
    ...overrideGauges(view),
  ];
}

/** @returns the sample, or nothing where the value is unknown. */
function known(metric: MetricName, labels: Sample["labels"], value: number | null): Sample[] {
  return value !== null && Number.isFinite(value) ? [{ metric, labels, value }] : [];
}

function rackGauges({ fleet, racks, attainmentByRacks }: FleetView): Sample[] {
  const at = attainmentByRacks.find((point) => point.racks === racks.target)?.attainment ?? null;
  return [
    ...known("breakwater_fleet_held_racks", { fleet }, racks.held),
    ...known("breakwater_fleet_serving_racks", { fleet }, racks.serving),
    ...known("breakwater_fleet_wanted_racks", { fleet }, racks.want),
    ...known("breakwater_fleet_awarded_racks", { fleet }, racks.award),
    ...known("breakwater_fleet_target_racks", { fleet }, racks.target),
    ...known("breakwater_predicted_attainment_ratio", { fleet }, at),
  ];
}

function demandGauges({ fleet, forecast, signals }: FleetView): Sample[] {
  const arrivals = signals.find(({ name }) => name === "arrivals")?.value ?? null;
  const observed = known("breakwater_demand_turns_per_second", { fleet }, arrivals);
  if (forecast === null) return observed;
  const quantile = (percentile: "p10" | "p50" | "p90" | "p99"): Sample[] =>
    known(
      "breakwater_demand_forecast_turns_per_second",
      { fleet, percentile },
      forecast[percentile],
    );
  return [
    ...observed,
    ...quantile("p10"),
    ...quantile("p50"),
    ...quantile("p90"),
    ...quantile("p99"),
    ...known("breakwater_demand_sizing_turns_per_second", { fleet }, forecast.sizing),
    ...known("breakwater_forecast_horizon_seconds", { fleet }, forecast.horizonSeconds),
  ];
}

function latencyGauges({ fleet, latency }: FleetView): Sample[] {
  const of = (metric: "ttft" | "itl", percentile: string, value: number | null): Sample[] =>
    known("breakwater_latency_seconds", { fleet, metric, percentile }, value);
  const all = (metric: "ttft" | "itl", view: LatencyView): Sample[] => [
    ...of(metric, "p50", view.p50Seconds),
    ...of(metric, "p95", view.p95Seconds),
    ...of(metric, "p99", view.p99Seconds),
  ];
  return [...all("ttft", latency.ttft), ...all("itl", latency.itl)];
}

function objectiveGauges({ fleet, objectives }: FleetView): Sample[] {
  return objectives.flatMap((objective) => {
    const { thresholdSeconds, requiredShare, observedShare } = objective;
    const labels = { fleet, objective: objective.name };
    const metric = objective.metric === "TTFT" ? "ttft" : "itl";
    return [
      ...known("breakwater_objective_observed_ratio", labels, observedShare),
      ...known("breakwater_objective_required_ratio", labels, requiredShare),
      ...known("breakwater_objective_threshold_seconds", { ...labels, metric }, thresholdSeconds),
    ];
  });
}

function cacheGauges({ fleet, cache }: FleetView): Sample[] {
  return [
    ...known("breakwater_hit_rate_ratio", { fleet }, cache.hitRate),
    ...known("breakwater_hit_rate_expected_ratio", { fleet }, cache.expectedHitRate),
    ...LABELS.cause.flatMap((cause) =>
      known("breakwater_cache_cause", { fleet, cause }, cause === cache.cause ? 1 : 0),
    ),
  ];
}

function signalGauges({ fleet, signals }: FleetView): Sample[] {
  return signals.flatMap(({ name, ageSeconds, coverage, trust }) => {
    const labels = { fleet, signal: name };
    return [
      ...known("breakwater_signal_age_seconds", labels, ageSeconds),
      ...known("breakwater_signal_coverage_ratio", labels, coverage),
      ...known("breakwater_signal_trusted", labels, trust === "Fresh" ? 1 : 0),
    ];
  });
}

type Override = FleetView["overrides"][number];

const DOES: readonly (readonly [(typeof LABELS.override)[number], (one: Override) => boolean])[] = [
  ["pause-out", ({ pauseOut }) => pauseOut],
  ["pause-in", ({ pauseIn }) => pauseIn],
  ["floor", ({ floorRacks }) => floorRacks !== null],
  ["ceiling", ({ ceilingRacks }) => ceilingRacks !== null],
  ["break-glass", ({ breakGlass }) => breakGlass === true],
];

function overrideGauges({ fleet, overrides }: FleetView): Sample[] {
  return DOES.flatMap(([override, does]) =>
    known("breakwater_fleet_overrides", { fleet, override }, overrides.filter(does).length),
  );
}
