/** Attainment, what the cache loses at which stage, and how forecasts fared. */
import type { FleetView } from "../../api/fleet-view.ts";
import type { CacheCause, FleetDecision } from "../../core/decision.ts";
import { KEPT_Z } from "../../core/demand/calibration.ts";
import type { FleetMemory, GroupMemory, PendingForecast } from "../../core/memory.ts";
import { objectiveOf } from "../../core/policy/residual-steps.ts";
import { elapsed, MINUTE_MS } from "../../core/units.ts";
import type { TickReport } from "../../ports/telemetry.ts";
import { LABELS } from "./labels.ts";
import type { Sample } from "./sample.ts";

/**
 * @returns bounds on the share inside every objective (Fréchet): at most the least of the shares,
 *   at least 1 − Σ (1 − share); nothing while one is unknown
 */
export function attainmentGauges({ fleet, objectives }: FleetView): Sample[] {
  const shares = objectives.flatMap(({ observedShare }) => observedShare ?? []);
  if (shares.length === 0 || shares.length < objectives.length) return [];
  const missed = shares.reduce((sum, share) => sum + 1 - share, 0);
  const bounds = { lower: Math.max(0, 1 - missed), upper: Math.min(...shares) };
  return LABELS.bound.map((bound) => ({
    metric: "breakwater_attainment_bound_ratio",
    labels: { fleet, bound },
    value: bounds[bound],
  }));
}

/** @returns what was predicted of each objective that is measured, and what no rack cures */
export function predictionGauges({ fleet, steps }: FleetDecision): Sample[] {
  return steps.flatMap((step): Sample[] => {
    const objective = objectiveOf(step);
    const { predicted, floor } = step.numbers;
    if (objective === null || predicted === undefined || floor === undefined) return [];
    const labels = { fleet, objective };
    return [
      { metric: "breakwater_objective_predicted_ratio", labels, value: predicted },
      { metric: "breakwater_objective_floor_ratio", labels, value: floor },
    ];
  });
}

/** @returns the distance from the usual hit rate by stage and by cause */
export function hitRateGauges({ fleet, cache }: FleetDecision): Sample[] {
  const { hitRate, expectedHitRate, coldTokensPerSecond = 0 } = cache;
  const losses = LABELS.cause.map((cause) => ({
    metric: "breakwater_hit_rate_loss_ratio" as const,
    labels: { fleet, cause },
    value: lossOf(cause, cache),
  }));
  const cold: Sample = {
    metric: "breakwater_excess_cold_tokens_per_second",
    labels: { fleet },
    value: Math.max(0, coldTokensPerSecond),
  };
  if (hitRate === null || expectedHitRate === null) return [...losses, cold];
  const capacity = expectedHitRate - lossOf("capacity-bound", cache);
  const stages = {
    usual: expectedHitRate,
    capacity,
    routing: capacity - lossOf("routing-spread", cache),
    delivered: hitRate,
  };
  return [
    ...losses,
    cold,
    ...LABELS.stage.map((stage) => ({
      metric: "breakwater_hit_rate_stage_ratio" as const,
      labels: { fleet, stage },
      value: stages[stage],
    })),
  ];
}

function lossOf(cause: CacheCause, cache: FleetDecision["cache"]): number {
  const { hitRate, expectedHitRate, causes = [] } = cache;
  if (hitRate === null || expectedHitRate === null) return 0;
  const share = causes.find((one) => one.cause === cause)?.shareOfGap ?? 0;
  return share * Math.max(0, expectedHitRate - hitRate);
}

/** A forecast that fell due longer ago was not judged: nobody watched then. */
const JUDGED_WITHIN_MS = 2 * MINUTE_MS;

/** Where `PendingForecast.quantiles` has the bounds of each interval, in the order of `KEPT_Z`. */
const BOUNDS = { "80": [1, 2], "95": [0, KEPT_Z.length - 1] } as const;

/**
 * Holds the forecasts that fell due against what came, exactly as calibration does.
 * @param view of the same fleet and tick
 */
export function forecastCounters(view: FleetView, { memory, observation }: TickReport): Sample[] {
  const { fleet } = view;
  const arrivals = view.signals.find(({ name }) => name === "arrivals");
  const came = arrivals?.trust === "Fresh" ? (arrivals.value ?? 0) : 0;
  const pending = memoryOf(fleet, memory)?.demand?.learned?.pending ?? [];
  const due = came <= 0 ? [] : pending.filter((one) => isDue(one, observation.now));
  return [
    { metric: "breakwater_forecasts_settled_total", labels: { fleet }, value: due.length },
    ...LABELS.interval.map((interval) => ({
      metric: "breakwater_forecasts_inside_total" as const,
      labels: { fleet, interval },
      value: due.filter((one) => isInside(one, interval, Math.log(came))).length,
    })),
  ];
}

const memoryOf = (fleet: string, { fleets }: GroupMemory): FleetMemory | undefined =>
  Object.entries(fleets).find(([key]) => key === fleet)?.[1];

const isDue = ({ due }: PendingForecast, now: TickReport["observation"]["now"]): boolean =>
  due <= now && elapsed(due, now) <= JUDGED_WITHIN_MS;

function isInside({ quantiles }: PendingForecast, interval: "80" | "95", y: number): boolean {
  const [low, high] = BOUNDS[interval];
  return y >= (quantiles[low] ?? y) && y <= (quantiles[high] ?? y);
}
