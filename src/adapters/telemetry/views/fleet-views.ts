import type { CompiledFleet, CompiledObjective } from "../../../core/compiled.ts";
import type { FleetDecision, Step } from "../../../core/decision.ts";
import { SIGNAL_UNITS } from "../../../core/signals/names.ts";
import type {
  FleetObservation,
  OverrideObservation,
  SignalReading,
} from "../../../core/observation.ts";
import type { SignalName } from "../../../core/signals/names.ts";
import { assessFleet, type Assessed, type TrustedSignals } from "../../../core/signals/trust.ts";
import { elapsed, seconds, type EpochMs } from "../../../core/units.ts";
import type { FleetView, LatencyView, ObjectiveView, SignalView } from "../../../api/fleet-view.ts";
import type { TickReport } from "../../../ports/telemetry.ts";
import { arrivalViews } from "./arrival-views.ts";
import { budgetView } from "./budget-view.ts";
import { cacheView } from "./cache-view.ts";
import { finite, instantSeconds } from "./json-number.ts";

interface FleetFacts {
  readonly group: string;
  readonly now: EpochMs;
  readonly policy: CompiledFleet;
  readonly seen: FleetObservation;
  readonly decided: FleetDecision;
  readonly trusted: TrustedSignals;
  readonly report: TickReport;
}

/** @returns a view per fleet that was seen and decided on, in the policy's order. */
export function fleetViews(report: TickReport): FleetView[] {
  return report.group.fleets.flatMap((policy) => {
    const found = factsOf(policy, report);
    return found === null ? [] : [fleetView(found)];
  });
}

function factsOf(policy: CompiledFleet, report: TickReport): FleetFacts | null {
  const { now } = report.observation;
  const seen = report.observation.fleets.find(({ key }) => key === policy.key);
  const decided = report.decision.fleets.find(({ fleet }) => fleet === policy.key);
  if (seen === undefined || decided === undefined) return null;
  const trusted = assessFleet(seen, now, policy.signals.scrapeIntervalMs);
  return { group: report.group.name, now, policy, seen, decided, trusted, report };
}

function fleetView(facts: FleetFacts): FleetView {
  const { group, now, policy, seen, decided, trusted, report } = facts;
  const { want } = decided;
  return {
    fleet: policy.key,
    group,
    model: policy.model.name,
    mode: { scaleOut: policy.mode.scaleOut, scaleIn: policy.mode.scaleIn },
    atSeconds: instantSeconds(now),
    outcome: decided.outcome,
    reasons: [...decided.reasons],
    racks: racksOf(policy, decided),
    arrivals: arrivalViews(decided, report),
    wantReason: want.reason,
    shrinkHold: want.shrinkHold,
    attainmentByRacks: [...want.curve],
    objectives: policy.objectives.map((objective) => objectiveView(objective, trusted)),
    latency: {
      ttft: latencyView(trusted, "ttftP50", "ttftP95", "ttftP99"),
      itl: latencyView(trusted, "itlP50", "itlP95", "itlP99"),
    },
    forecast: forecastView(decided),
    cache: cacheView(decided.cache),
    ...budgetView(policy, report),
    signals: signalViews(facts),
    overrides: seen.overrides.map(overrideView),
    rollout: seen.rollout,
    problems: [...seen.problems],
    steps: decided.steps.map(stepView),
  };
}

function overrideView(override: OverrideObservation): FleetView["overrides"][number] {
  const { until, generation: _, ...rest } = override;
  return { ...rest, untilSeconds: instantSeconds(until) };
}

function racksOf(policy: CompiledFleet, decided: FleetDecision): FleetView["racks"] {
  return {
    min: policy.racks.min,
    max: policy.racks.max,
    held: decided.heldRacks,
    serving: decided.servingRacks,
    want: decided.want.racks,
    award: decided.awardedRacks,
    target: decided.targetRacks,
  };
}

function objectiveView(objective: CompiledObjective, trusted: TrustedSignals): ObjectiveView {
  const share: Assessed = trusted.objectives.find(({ name }) => name === objective.name)?.share ?? {
    trust: "Missing",
    value: null,
    why: "not read",
  };
  return {
    name: objective.name,
    metric: objective.metric,
    thresholdSeconds: seconds(objective.thresholdMs),
    requiredShare: objective.share,
    observedShare: share.value,
    trust: share.trust,
    inside: share.value === null ? null : share.value >= objective.share,
  };
}

function latencyView(
  { bySignal }: TrustedSignals,
  ...[p50, p95, p99]: [SignalName, SignalName, SignalName]
): LatencyView {
  return {
    p50Seconds: bySignal[p50].value,
    p95Seconds: bySignal[p95].value,
    p99Seconds: bySignal[p99].value,
  };
}

function forecastView({ forecast }: FleetDecision): FleetView["forecast"] {
  if (forecast === null) return null;
  const { horizonMs, ...turnsPerSecond } = forecast;
  return { horizonSeconds: horizonMs / 1_000, ...turnsPerSecond };
}

function signalViews({ seen, now, trusted }: FleetFacts): SignalView[] {
  return Object.entries(trusted.bySignal).flatMap(([name, { trust, value, why }]) => {
    if (!isSignalName(name)) return [];
    const { ageSeconds, coverage } = sampleOf(seen.signals[name], now);
    return [{ name, unit: SIGNAL_UNITS[name], value, ageSeconds, coverage, trust, why }];
  });
}

const isSignalName = (name: string): name is SignalName => name in SIGNAL_UNITS;

function sampleOf(reading: SignalReading, now: EpochMs) {
  if (reading.kind === "absent") return { ageSeconds: null, coverage: null };
  const ageSeconds = seconds(elapsed(reading.observedAt, now));
  return { ageSeconds: finite(ageSeconds), coverage: finite(reading.coverage) };
}

function stepView({ stage, name, text, numbers }: Step): FleetView["steps"][number] {
  const pairs = Object.entries(numbers).map(([key, value]) => [key, finite(value)] as const);
  return { stage, name, text, numbers: Object.fromEntries(pairs) };
}
