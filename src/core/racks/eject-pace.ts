/**
 * How fast a rack's units may be taken out of routing. The sessions of an ejected unit move, and
 * the prompt tokens that its cache served are computed once more where they arrive.
 */
import type { EpochMs } from "../units.ts";
import { elapsed } from "../units.ts";

/** What of a fleet's traffic bears on the pace. */
export interface EjectTraffic {
  readonly promptTokensPerSecond: number;
  /** Share of prompt tokens that caches serve, 0..1. */
  readonly hitRate: number;
  /** Units with a prefix cache that take new turns. */
  readonly units: number;
  /** When units of the fleet were taken out, whatever rack they are on. */
  readonly ejectedAt: readonly EpochMs[];
  readonly maxColdTokensPerSecond: number;
}

export interface EjectPace {
  readonly mayEject: boolean;
  /** The next unit alone brings more than the pace: no wait makes it fit. */
  readonly exceedsAlone: boolean;
  /** Prompt tokens per second that become cold with the next unit, at first. */
  readonly unitTokensPerSecond: number;
  /** Those still expected from units that were taken out before. */
  readonly expectedTokensPerSecond: number;
}

/**
 * Share of a session's turns that come within so many seconds of the one before: by then they have
 * been served elsewhere once and find their prefix there. Measured on sessions of coding agents;
 * the dip of the hit rate after a scale-in follows it (rmse 1.0-1.5 points for one rack of 16).
 */
const IDLE_GAP_CURVE: readonly (readonly [seconds: number, share: number])[] = [
  [0, 0],
  [5, 0.18],
  [10, 0.49],
  [20, 0.71],
  [60, 0.83],
  [300, 0.92],
];

/** Sessions with longer gaps lose their prefix to the cache's own turnover as well. */
const REHOMED_AFTER_SECONDS = 300;

/** @returns the share of moved traffic whose prefix is cached at its new home by then, 0..1 */
export function rehomedShare(sinceSeconds: number): number {
  if (sinceSeconds >= REHOMED_AFTER_SECONDS) return 1;
  // A clock that runs behind ours would put it before the move.
  const seconds = Math.max(0, sinceSeconds);
  const above = IDLE_GAP_CURVE.findIndex(([at]) => at > seconds);
  const [from, low] = IDLE_GAP_CURVE[above - 1] ?? [0, 0];
  const [to, high] = IDLE_GAP_CURVE[above] ?? [REHOMED_AFTER_SECONDS, 1];
  return low + ((seconds - from) / (to - from)) * (high - low);
}

/**
 * Whether one more unit may be taken out. A unit carries P / N of the prompt tokens; of these the
 * share h was cached, and t seconds later min(H(t), h) is again: cold(t) = P / N · (h − min(H(t),
 * h)). The next unit's cold(0) plus what is left of the earlier ones' must stay within the pace. A
 * unit that alone exceeds it goes when nothing is left of those: a drain that waited for the pace
 * would end at its deadline, and nothing smaller than a unit can be moved.
 */
export function ejectPace(traffic: EjectTraffic, now: EpochMs): EjectPace {
  const { promptTokensPerSecond, hitRate, units, ejectedAt, maxColdTokensPerSecond } = traffic;
  const share = units > 0 ? promptTokensPerSecond / units : 0;
  const cold = (seconds: number): number => share * Math.max(0, hitRate - rehomedShare(seconds));
  const expected = ejectedAt.reduce((sum, at) => sum + cold(elapsed(at, now) / 1000), 0);
  const unitTokensPerSecond = cold(0);
  const exceedsAlone = unitTokensPerSecond > maxColdTokensPerSecond;
  return {
    mayEject: exceedsAlone
      ? expected === 0
      : expected + unitTokensPerSecond <= maxColdTokensPerSecond,
    exceedsAlone,
    unitTokensPerSecond,
    expectedTokensPerSecond: expected,
  };
}
