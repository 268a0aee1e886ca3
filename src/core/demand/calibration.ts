/**
 * Online calibration of the forecast's widths (adaptive conformal inference, Gibbs & Candès 2021):
 * whenever a quantile falls due, its distance from the median grows if demand was beyond it and
 * shrinks a little if not, so that in the long run the share that is missed is the one aimed at
 * whatever the demand does. Each side and each quantile has a width of its own.
 */
import type { BandWidths, PendingForecast } from "../memory.ts";
import { NORMAL_QUANTILES, clamp } from "../numeric.ts";

/** Highest learning rate: a missed p90 widens by about 7 %, a hit narrows by 0.8 %. */
const MAX_LEARNING_RATE = 0.08;
/**
 * All forecasts that wait at one time see nearly the same future and miss together: over a horizon
 * a width may move by about this factor's exponential, however many they are. With the full rate
 * the p90 of a wild random walk covers 84 % at 45 minutes, with this 89 % at an hour.
 */
const LEARNING_PER_HORIZON = 1.1;
/** An hour ahead a level with noise needs 0.4 of the square root's width, a random walk 2 to 5. */
const MIN_WIDTH = 0.1;
const MAX_WIDTH = 8;

/**
 * What one side missed widens the other too, by this share: who was surprised by a rise may be by
 * the fall. Below 1 both sides still come to rest only where each misses what it may.
 */
const SHARED = 0.5;

export const FIRST_WIDTHS: BandWidths = { p2_5: 1, p10: 1, p90: 1, p97_5: 1 };

/** The quantiles that are calibrated, in the order in which forecasts keep them. */
const TAILS = [
  { key: "p2_5", z: NORMAL_QUANTILES.p2_5, miss: 0.025, sign: -1 },
  { key: "p10", z: NORMAL_QUANTILES.p10, miss: 0.1, sign: -1 },
  { key: "p90", z: NORMAL_QUANTILES.p90, miss: 0.1, sign: 1 },
  { key: "p97_5", z: NORMAL_QUANTILES.p97_5, miss: 0.025, sign: 1 },
] as const;

/** Standard normal quantiles of what a forecast keeps. */
export const KEPT_Z: readonly number[] = TAILS.map(({ z }) => z);

/** @param y ln(turns/s) that came @param waiting forecasts that wait at one time */
export function widened(
  widths: BandWidths,
  { quantiles }: Pick<PendingForecast, "quantiles">,
  { y, waiting }: { readonly y: number; readonly waiting: number },
): BandWidths {
  const rate = Math.min(MAX_LEARNING_RATE, LEARNING_PER_HORIZON / Math.max(1, waiting));
  const steps = TAILS.map(({ miss, sign }, at) => {
    const beyond = sign * (y - (quantiles[at] ?? y)) > 0 ? 1 : 0;
    return beyond - miss;
  });
  const moved = TAILS.map(({ key }, at) => {
    const opposite = steps[TAILS.length - 1 - at] ?? 0;
    const width = widths[key] * Math.exp(rate * ((steps[at] ?? 0) + SHARED * opposite));
    return [key, clamp(width, MIN_WIDTH, MAX_WIDTH)] as const;
  });
  return { ...widths, ...Object.fromEntries(moved) };
}

/**
 * @returns how far from the median the quantile of a standard normal `z` lies, in standard
 *   deviations: through the calibrated ones, between them and from the outer ones on in proportion
 */
export function stretched(widths: BandWidths, z: number): number {
  const [inner, outer] = z < 0 ? [widths.p10, widths.p2_5] : [widths.p90, widths.p97_5];
  const far = Math.abs(z);
  const [near, wide] = [NORMAL_QUANTILES.p90, NORMAL_QUANTILES.p97_5];
  const atNear = near * inner;
  const atWide = Math.max(atNear, wide * outer);
  const distance =
    far <= near
      ? far * inner
      : far <= wide
        ? atNear + ((atWide - atNear) * (far - near)) / (wide - near)
        : (atWide * far) / wide;
  return Math.sign(z) * distance;
}
