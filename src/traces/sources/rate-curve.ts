/**
 * How the rate of new sessions changes: factors of a mean, as functions of the time since the
 * traffic began. `most` is what makes thinning exact and quick: a bound over a stretch of time.
 */

export interface RateCurve {
  at(ns: number): number;
  /** @returns a number that `at` does not exceed from one instant to another; tight or not */
  most(fromNs: number, toNs: number): number;
}

/** @returns the product of curves; 1 where there are none */
export function product(curves: readonly RateCurve[]): RateCurve {
  return {
    at: (ns) => curves.reduce((rate, curve) => rate * curve.at(ns), 1),
    most: (fromNs, toNs) => curves.reduce((rate, curve) => rate * curve.most(fromNs, toNs), 1),
  };
}

/** A surge, or with a factor below 1 a lull. */
export interface Surge {
  readonly atNs: number;
  readonly factor: number;
  readonly rampNs: number;
  readonly holdNs: number;
}

/** @returns 1, then linearly up to `factor` over `rampNs`, held for `holdNs`, and back as slowly */
export function surge({ atNs, factor, rampNs, holdNs }: Surge): RateCurve {
  const peakFrom = atNs + rampNs;
  const peakTo = peakFrom + holdNs;
  const at = (ns: number): number => {
    if (ns < atNs || ns >= peakTo + rampNs) return 1;
    if (ns < peakFrom) return 1 + ((factor - 1) * (ns - atNs)) / rampNs;
    if (ns <= peakTo) return factor;
    return factor + ((1 - factor) * (ns - peakTo)) / rampNs;
  };
  const most = (fromNs: number, toNs: number): number => {
    if (factor < 1 || toNs < atNs || fromNs >= peakTo + rampNs) return 1;
    const peak = toNs >= peakFrom && fromNs <= peakTo ? factor : 1;
    return Math.max(at(fromNs), at(toNs), peak);
  };
  return { at, most };
}

const NS_PER_MS = 1e6;
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** The quietest hour of offices and of most services, in UTC. */
const QUIETEST_OF_DAY_MS = 4 * 3_600_000;
/** Sunday at noon, counted from Monday. */
const QUIETEST_OF_WEEK_MS = 6.5 * DAY_MS;
/** The epoch began on a Thursday. */
const EPOCH_FROM_MONDAY_MS = 3 * DAY_MS;

/**
 * @param startsAtMs when the traffic begins, milliseconds since the epoch
 * @param amplitudes of a daily and a weekly wave, 0..1; there is none where it is 0
 */
export function dailyAndWeekly(
  startsAtMs: number,
  { daily, weekly }: { readonly daily: number; readonly weekly: number },
): readonly RateCurve[] {
  const toNight = QUIETEST_OF_DAY_MS - (startsAtMs % DAY_MS);
  const toSunday = QUIETEST_OF_WEEK_MS - ((startsAtMs + EPOCH_FROM_MONDAY_MS) % WEEK_MS);
  return [
    ...(daily > 0 ? [wave(DAY_MS * NS_PER_MS, daily, toNight * NS_PER_MS)] : []),
    ...(weekly > 0 ? [wave(WEEK_MS * NS_PER_MS, weekly, toSunday * NS_PER_MS)] : []),
  ];
}

/** @returns 1 + amplitude x a sine of the period, lowest at `lowestNs`; amplitude 0..1 */
export function wave(periodNs: number, amplitude: number, lowestNs: number): RateCurve {
  const quarter = periodNs / 4;
  return {
    at: (ns) => 1 + amplitude * sineOf((ns - lowestNs - quarter) / periodNs),
    most: () => 1 + amplitude,
  };
}

/**
 * Sine of a share of a turn, after Bhaskara I: 16x(π − x)/(5π² − 4x(π − x)) in units where π is
 * 1/2. Off by 0.0017 at most, and, unlike Math.sin, of arithmetic that is the same everywhere.
 */
function sineOf(turns: number): number {
  const share = turns - Math.floor(turns);
  const x = share < 0.5 ? share : share - 0.5;
  const bow = x * (0.5 - x);
  const half = (16 * bow) / (1.25 - 4 * bow);
  return share < 0.5 ? half : -half;
}
