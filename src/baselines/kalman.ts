/**
 * The Kalman predictor of NVIDIA's Dynamo planner: a local linear trend, one step ahead. State
 * transition [[1, 1], [0, 1]], the level is observed, P starts as 1000 I.
 */

/** kalman_q_level, kalman_q_trend and kalman_r of the planner's configuration. */
const LEVEL_NOISE = 1;
const TREND_NOISE = 0.1;
const MEASUREMENT_NOISE = 10;
const FIRST_VARIANCE = 1_000;

/** Level and trend with the covariance of both, after the last observation. */
export interface Trend {
  readonly level: number;
  readonly trend: number;
  readonly levelVariance: number;
  readonly covariance: number;
  readonly trendVariance: number;
}

/** The next interval's value; the planner takes it as it comes, here never below 0. */
export const forecast = ({ level, trend }: Trend): number => Math.max(0, level + trend);

/**
 * Zeros before the first value are skipped: the idle time after a start says nothing.
 * @param before null: nothing was observed yet
 */
export function observed(before: Trend | null, value: number): Trend | null {
  if (before === null) return value === 0 ? null : { ...AT_FIRST, level: value };
  const { level, trend, levelVariance: a, covariance: b, trendVariance: d } = before;
  const ahead = { a: a + 2 * b + d + LEVEL_NOISE, b: b + d, d: d + TREND_NOISE };
  const spread = ahead.a + MEASUREMENT_NOISE;
  const surprise = value - (level + trend);
  return {
    level: level + trend + (ahead.a / spread) * surprise,
    trend: trend + (ahead.b / spread) * surprise,
    levelVariance: ahead.a * (1 - ahead.a / spread),
    covariance: ahead.b * (1 - ahead.a / spread),
    trendVariance: ahead.d - (ahead.b * ahead.b) / spread,
  };
}

const AT_FIRST: Omit<Trend, "level"> = {
  trend: 0,
  levelVariance: FIRST_VARIANCE,
  covariance: 0,
  trendVariance: FIRST_VARIANCE,
};
