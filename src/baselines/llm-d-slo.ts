/**
 * llm-d's SLO-aware recipe (guides/workload-autoscaling/README.slo-aware.md): recording rules and a
 * KEDA formula on P90 latency over target. Kept: growth credits racks on their way, shrinking does
 * not; the signal is of turns that got a first token, so it lags in deep overload; a fleet shrinks
 * by one replica in two minutes. Latencies are the measured ones, the guide's fallback: nothing
 * predicts them here.
 */
import type { CompiledFleet, LatencyMetric } from "../core/compiled.ts";
import type { LatencyTails } from "../core/observation.ts";
import type { Knob, Policy, PolicyAnswer, PolicySlice, PolicyView } from "../core/policy/policy.ts";
import { MINUTE_MS, SECOND_MS, millis } from "../core/units.ts";
import type { Behavior } from "./hpa.ts";
import { latencyTargetS } from "./latency-target.ts";
import { ownCount, stabilised } from "./own-count.ts";
import { meanOf, noted, within } from "./remembered.ts";
import { EMPTY_SLICE, queuedRole } from "./roles.ts";

/** Interval of the recording rules, and KEDA's polling. */
const POLL_MS = millis(15 * SECOND_MS);
/** avg_over_time of the clamped signal, and the clamp. */
const SMOOTHED_MS = millis(45 * SECOND_MS);
const HIGHEST = 2;
/** The thresholds for growing and shrinking. */
const GROW_ABOVE = 0.55;
const SHRINK_OF_GROW = 0.4 / GROW_ABOVE;
/** Targets of a fleet that has no objective of the kind. */
const TARGET_S: Readonly<Record<LatencyMetric, number>> = { TTFT: 3, ITL: 0.1 };

const BEHAVIOR: Behavior = {
  up: { windowMs: millis(30 * SECOND_MS), pods: 4, share: 1, periodMs: MINUTE_MS },
  down: {
    windowMs: millis(3 * MINUTE_MS),
    pods: 1,
    share: 0,
    periodMs: millis(2 * MINUTE_MS),
  },
};

/** Latency over target above which it grows; the threshold for shrinking moves with it. */
export const LLM_D_SLO_KNOB: Knob = {
  name: "saturation-up",
  default: GROW_ABOVE,
  sweep: [0.1, 0.15, 0.2, 0.3, 0.4, GROW_ABOVE, 0.7, 0.85, 1],
};

export function llmDSlo(growAbove: number): Policy {
  return {
    name: "llm-d-slo",
    knob: growAbove,
    everyMs: POLL_MS,
    init: () => EMPTY_SLICE,
    want: (view, memory) => poll(view, memory, growAbove),
  };
}

const SATURATION = "saturation";

function poll(view: PolicyView, memory: PolicySlice, growAbove: number): PolicyAnswer {
  const { now, fleet, observed } = view;
  const { role, replicas } = queuedRole(view);
  if (observed.tails === undefined || observed.engines?.length === 0) {
    const text = "No series: nothing is changed.";
    return { replicas: { [role]: ownCount(replicas, memory) }, memory, text };
  }
  const raw = saturation(observed.tails, fleet);
  const sample = { at: now, value: Math.min(raw, HIGHEST) };
  const seen = noted(memory, SATURATION, sample, SMOOTHED_MS);
  const smoothed = meanOf(within(seen.series[SATURATION], now, SMOOTHED_MS));
  const { filled: n, ready } = replicas;
  const desired = formula(smoothed, { n, ready, growAbove });
  const set = stabilised(desired, seen, { now, replicas, behavior: BEHAVIOR });
  const text = `Saturation ${smoothed.toFixed(3)}, growing above ${growAbove}: ${desired}.`;
  return { replicas: { [role]: set.wanted }, memory: set.memory, text };
}

/** The worse of the two; without traffic 0. */
function saturation({ ttftP90S, itlP90S }: LatencyTails, fleet: CompiledFleet): number {
  return Math.max(
    (ttftP90S ?? 0) / latencyTargetS(fleet, "TTFT", TARGET_S),
    (itlP90S ?? 0) / latencyTargetS(fleet, "ITL", TARGET_S),
  );
}

interface Pool {
  readonly n: number;
  readonly ready: number;
  readonly growAbove: number;
}

function formula(saturated: number, { n, ready, growAbove }: Pool): number {
  const shrinkBelow = growAbove * SHRINK_OF_GROW;
  if (saturated > growAbove) {
    const credit = ready > 0 && ready < n ? ready / n : 1;
    return n + Math.ceil(n * ((saturated * credit) / growAbove - 1));
  }
  return saturated < shrinkBelow ? n - Math.floor(n * (1 - saturated / shrinkBelow)) : n;
}
