/**
 * The autoscaler of Kthena (volcano-sh/kthena, pkg/autoscaler/algorithm) with one homogeneous
 * target and the behaviour that its webhook fills in: the formula of the HorizontalPodAutoscaler,
 * and a panic above twice the replicas. Kept: a panic never shrinks, and its own limit of 1000 % is
 * never in force, since its period defaults to 0; pods that are not ready count as idle on the way
 * up and not at all on the way down.
 */
import { clamp } from "../core/numeric.ts";
import type { Knob, Policy, PolicyAnswer, PolicySlice, PolicyView } from "../core/policy/policy.ts";
import { MINUTE_MS, SECOND_MS, after, elapsed, epochMs, millis } from "../core/units.ts";
import { podsMetric } from "./hpa-pods.ts";
import { WAITING_TURNS } from "./hpa-queue.ts";
import type { PodsMetric } from "./hpa.ts";
import { recommendation } from "./hpa.ts";
import { noted, within } from "./remembered.ts";
import { EMPTY_SLICE, queuedRole } from "./roles.ts";
import type { Scaled } from "./roles.ts";

/** AutoscalingSyncPeriodSeconds. */
const SYNC_MS = millis(15 * SECOND_MS);
/** scaleDown.stabilizationWindow, both ends included; the one of scaleUp is 0. */
const DOWN_WINDOW_MS = millis(5 * MINUTE_MS + 1);
/** Counts that were in force in the last `period` of 15 s: at most two syncs old. */
const IN_FORCE_MS = millis(2 * SYNC_MS + 1);
/** panicThresholdPercent and panicModeHold. */
const PANIC_AT = 2;
const PANIC_HOLD_MS = MINUTE_MS;
/** Stable growth in a period: the larger of 1 instance and 100 %; shrinking is not limited. */
const UP_INSTANCES = 1;
const UP_FACTOR = 2;

/** Turns waiting per instance: `targetValue` of the documented example. */
export const KTHENA_KNOB: Knob = {
  name: "target-waiting-per-instance",
  default: 10,
  sweep: [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10],
};

export function kthena(target: number): Policy {
  return {
    name: "kthena",
    knob: target,
    everyMs: SYNC_MS,
    init: () => EMPTY_SLICE,
    want: (view, memory) => sync(view, memory, target),
  };
}

const RECOMMENDED = "recommended";
const CORRECTED = "corrected";
const PANIC_UNTIL = "panicUntilMs";

function sync(view: PolicyView, memory: PolicySlice, target: number): PolicyAnswer {
  const { now } = view;
  const scaled = queuedRole(view);
  const { role, replicas } = scaled;
  const { filled: n, min, max } = replicas;
  const metric = podsMetric(view, scaled, WAITING_TURNS);
  if (metric === null) {
    return { replicas: { [role]: n }, memory, text: "No metric: nothing is changed." };
  }
  const bounded = (count: number): number => clamp(count, min, Math.max(min, max));
  const recommended = bounded(
    bounded(n) === n ? recommendation(withUnready(metric, scaled), target, n) : n,
  );
  const panic = recommended >= PANIC_AT * n;
  const until = panic ? after(now, PANIC_HOLD_MS) : (memory.numbers[PANIC_UNTIL] ?? 0);
  const inPanic = elapsed(now, epochMs(until)) >= 0;
  const seen = started(
    { ...memory, numbers: { ...memory.numbers, [PANIC_UNTIL]: until } },
    view,
    n,
  );
  const wanted = bounded(
    inPanic ? Math.max(n, recommended) : stable(recommended, seen, { now, n }),
  );
  return {
    replicas: { [role]: wanted },
    memory: noted(
      noted(seen, RECOMMENDED, { at: now, value: recommended }, DOWN_WINDOW_MS),
      CORRECTED,
      { at: now, value: wanted },
      IN_FORCE_MS,
    ),
    text:
      `${metric.sum} waiting on ${metric.reporting} instances, target ${target}: ` +
      `${recommended}${inPanic ? ", in panic" : ""}.`,
  };
}

/** What is found at the start counts as a recommendation. */
const started = (memory: PolicySlice, { now }: PolicyView, n: number): PolicySlice =>
  memory.series[RECOMMENDED] === undefined
    ? { ...memory, series: { ...memory.series, [RECOMMENDED]: [{ at: now, value: n }] } }
    : memory;

/** A pod is unready here until its engine serves, and missing when a ready one is not scraped. */
const withUnready = (metric: PodsMetric, { replicas }: Scaled): PodsMetric => ({
  ...metric,
  missing: Math.max(0, replicas.ready - metric.reporting),
  pending: Math.max(0, replicas.filled - replicas.ready),
});

function stable(
  recommended: number,
  memory: PolicySlice,
  { now, n }: Pick<PolicyView, "now"> & { readonly n: number },
): number {
  if (recommended <= n) {
    const highest = within(memory.series[RECOMMENDED], now, DOWN_WINDOW_MS).map(
      ({ value }) => value,
    );
    return Math.min(n, Math.max(recommended, ...highest));
  }
  const inForce = within(memory.series[CORRECTED], now, IN_FORCE_MS).map(({ value }) => value);
  const lowest = Math.min(n, ...inForce);
  return Math.max(n, Math.min(recommended, Math.max(lowest + UP_INSTANCES, lowest * UP_FACTOR)));
}
