/**
 * The arithmetic of the Kubernetes HorizontalPodAutoscaler (autoscaling/v2, behavior left at its
 * defaults), as in pkg/controller/podautoscaler/{horizontal,replica_calculator}.go.
 */
import type { PolicySample, PolicySlice } from "../core/policy/policy.ts";
import { clamp } from "../core/numeric.ts";
import { MINUTE_MS, SECOND_MS, elapsed, millis } from "../core/units.ts";
import type { EpochMs } from "../core/units.ts";

/** Default of --horizontal-pod-autoscaler-sync-period. */
export const HPA_SYNC_MS = millis(15 * SECOND_MS);
/** Default of --horizontal-pod-autoscaler-tolerance. */
const TOLERANCE = 0.1;
/** behavior.scaleDown.stabilizationWindowSeconds; the one of scaleUp is 0. */
const DOWN_WINDOW_MS = millis(5 * MINUTE_MS);
/** The default policies: up by the larger of 4 pods and 100 % in 15 s, down by 100 % in 15 s. */
const POLICY_PERIOD_MS = millis(15 * SECOND_MS);
const UP_PODS = 4;
const UP_FACTOR = 2;
const DOWN_FACTOR = 0;

/** A `Pods` metric summed over the pods that have one, and the pods that have none. */
export interface PodsMetric {
  readonly sum: number;
  readonly reporting: number;
  /** Running without a metric: an engine that still loads its model. */
  readonly missing: number;
  /** Not running yet: their rack is on its way. */
  readonly pending: number;
}

const tolerated = (usage: number): boolean => 1 - TOLERANCE <= usage && usage <= 1 + TOLERANCE;

/**
 * Pods without a metric count as if they were at the target when it is scaled down, as if idle when
 * it is scaled up; where that changes the direction, nothing is done.
 * @param target of the mean per pod
 * @param n replicas now
 * @returns replicas recommended; `metric.reporting` must be above 0
 */
export function recommendation(metric: PodsMetric, target: number, n: number): number {
  const { sum, reporting, missing } = metric;
  const usage = sum / reporting / target;
  if (usage === 1) return n;
  const pending = usage > 1 ? metric.pending : 0;
  if (pending === 0 && missing === 0) return tolerated(usage) ? n : Math.ceil(usage * reporting);
  const pods = reporting + missing + pending;
  const filledIn = usage < 1 ? missing * target : 0;
  const rebalanced = (sum + filledIn) / pods / target;
  if (tolerated(rebalanced) || usage > 1 !== rebalanced > 1) return n;
  const wanted = Math.ceil(rebalanced * pods);
  return rebalanced < 1 ? Math.min(wanted, n) : Math.max(wanted, n);
}

export interface HpaState {
  readonly now: EpochMs;
  readonly n: number;
  readonly min: number;
  readonly max: number;
}

const RECOMMENDED = "recommended";
const CHANGED = "changed";

const within = (
  samples: readonly PolicySample[] | undefined,
  now: EpochMs,
  windowMs: number,
): readonly PolicySample[] => (samples ?? []).filter(({ at }) => elapsed(at, now) < windowMs);

/** Before the first recommendation the replicas found count as one: nothing shrinks at once. */
const pastRecommendations = (slice: PolicySlice, { now, n }: HpaState): readonly PolicySample[] => {
  const found = slice.series[RECOMMENDED];
  return found === undefined ? [{ at: now, value: n }] : within(found, now, DOWN_WINDOW_MS);
};

/**
 * Growth is the recommendation, shrinking the highest one of the last five minutes; both limited by
 * the policies and by the bounds.
 * @returns the replicas to set, and the memory with the unstabilised recommendation in it
 */
export function normalized(
  recommended: number,
  slice: PolicySlice,
  state: HpaState,
): { readonly replicas: number; readonly memory: PolicySlice } {
  const { now, n, min, max } = state;
  const past = pastRecommendations(slice, state);
  const highest = Math.max(recommended, ...past.map(({ value }) => value));
  const stabilized = clamp(n, recommended, highest);
  const changes = within(slice.series[CHANGED], now, POLICY_PERIOD_MS);
  const startOfPeriod = n - changes.reduce((sum, { value }) => sum + value, 0);
  const upLimit = Math.max(n, startOfPeriod + UP_PODS, Math.ceil(startOfPeriod * UP_FACTOR));
  const downLimit = Math.min(n, Math.floor(startOfPeriod * DOWN_FACTOR));
  const limited = clamp(stabilized, downLimit, upLimit);
  return {
    replicas: clamp(limited, min, Math.max(min, max)),
    memory: {
      ...slice,
      series: { [RECOMMENDED]: [...past, { at: now, value: recommended }], [CHANGED]: changes },
    },
  };
}

/** @returns the memory with a change of the replicas in it; none is written for 0 */
export function rememberChange(slice: PolicySlice, now: EpochMs, change: number): PolicySlice {
  if (change === 0) return slice;
  const changes = [...(slice.series[CHANGED] ?? []), { at: now, value: change }];
  return { ...slice, series: { ...slice.series, [CHANGED]: changes } };
}
