/**
 * The arithmetic of the Kubernetes HorizontalPodAutoscaler (autoscaling/v2), as in
 * pkg/controller/podautoscaler/{horizontal,replica_calculator}.go.
 */
import type { PolicySample, PolicySlice } from "../core/policy/policy.ts";
import { clamp } from "../core/numeric.ts";
import { within } from "./remembered.ts";
import { MINUTE_MS, SECOND_MS, millis } from "../core/units.ts";
import type { EpochMs, Millis } from "../core/units.ts";

/** Default of --horizontal-pod-autoscaler-sync-period. */
export const HPA_SYNC_MS = millis(15 * SECOND_MS);
/** Default of --horizontal-pod-autoscaler-tolerance. */
const TOLERANCE = 0.1;

/** One direction of `behavior`: the larger change that its policies allow is allowed. */
export interface Scaling {
  /** stabilizationWindowSeconds. */
  readonly windowMs: Millis;
  /** Pods per period. */
  readonly pods: number;
  /** Share of the pods at the start of the period; 1 is 100 %. */
  readonly share: number;
  readonly periodMs: Millis;
}

export interface Behavior {
  readonly up: Scaling;
  readonly down: Scaling;
}

/** What is in force where nobody writes a `behavior`. */
export const DEFAULT_BEHAVIOR: Behavior = {
  up: { windowMs: millis(0), pods: 4, share: 1, periodMs: millis(15 * SECOND_MS) },
  down: {
    windowMs: millis(5 * MINUTE_MS),
    pods: 0,
    share: 1,
    periodMs: millis(15 * SECOND_MS),
  },
};

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

/**
 * An `External` metric with an AverageValue target.
 * @param n replicas now
 * @returns replicas recommended
 */
export function averageValue(total: number, target: number, n: number): number {
  return n > 0 && tolerated(total / (target * n)) ? n : Math.ceil(total / target);
}

export interface HpaState {
  readonly now: EpochMs;
  readonly n: number;
  readonly min: number;
  readonly max: number;
}

const RECOMMENDED = "recommended";
const CHANGED = "changed";

/** Before the first recommendation the replicas found count as one: nothing shrinks at once. */
const pastRecommendations = (slice: PolicySlice, { now, n }: HpaState): readonly PolicySample[] =>
  slice.series[RECOMMENDED] ?? [{ at: now, value: n }];

/**
 * Growth is the lowest recommendation of the window for growth, shrinking the highest one of the
 * window for shrinking; both limited by the policies and by the bounds.
 * @returns the replicas to set, and the memory with the unstabilised recommendation in it
 */
export function normalized(
  recommended: number,
  slice: PolicySlice,
  state: HpaState,
  behavior: Behavior = DEFAULT_BEHAVIOR,
): { readonly replicas: number; readonly memory: PolicySlice } {
  const { now, n, min, max } = state;
  const { up, down } = behavior;
  const past = pastRecommendations(slice, state);
  const over = ({ windowMs }: Scaling): readonly number[] => [
    recommended,
    ...within(past, now, windowMs).map(({ value }) => value),
  ];
  const stabilized = clamp(n, Math.min(...over(up)), Math.max(...over(down)));
  const changes = slice.series[CHANGED] ?? [];
  const limited = clamp(
    stabilized,
    Math.min(n, lowest(n, within(changes, now, down.periodMs), down)),
    Math.max(n, highest(n, within(changes, now, up.periodMs), up)),
  );
  const [recentMs, changesMs] = [
    millis(Math.max(up.windowMs, down.windowMs)),
    millis(Math.max(up.periodMs, down.periodMs)),
  ];
  return {
    replicas: clamp(limited, min, Math.max(min, max)),
    memory: {
      ...slice,
      series: {
        ...slice.series,
        [RECOMMENDED]: [...within(past, now, recentMs), { at: now, value: recommended }],
        [CHANGED]: within(changes, now, changesMs),
      },
    },
  };
}

const atStartOf = (n: number, changes: readonly PolicySample[]): number =>
  n - changes.reduce((sum, { value }) => sum + value, 0);

function highest(n: number, changes: readonly PolicySample[], { pods, share }: Scaling): number {
  const start = atStartOf(n, changes);
  return Math.max(start + pods, Math.ceil(start * (1 + share)));
}

function lowest(n: number, changes: readonly PolicySample[], { pods, share }: Scaling): number {
  const start = atStartOf(n, changes);
  return Math.min(start - pods, Math.floor(start * (1 - share)));
}

/** @returns the memory with a change of the replicas in it; none is written for 0 */
export function rememberChange(slice: PolicySlice, now: EpochMs, change: number): PolicySlice {
  if (change === 0) return slice;
  const changes = [...(slice.series[CHANGED] ?? []), { at: now, value: change }];
  return { ...slice, series: { ...slice.series, [CHANGED]: changes } };
}
