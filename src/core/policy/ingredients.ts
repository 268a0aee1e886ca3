/**
 * Parts of our sizing that a study leaves out, one at a time, to see what each is worth. What takes
 * its place is what somebody without it would do.
 */
export const INGREDIENTS = [
  /** Demand stays as it is: no trend, no season, no rise, and widths nobody calibrated. */
  "forecast",
  /** The median and a margin of so many percent, however sure the forecast is. */
  "quantiles",
  /** The last hit rate, whatever the racks and the demand. */
  "cache-response",
  /** Racks are believed to come within five minutes. */
  "lead-time",
  /** Fewer racks are taken for enough as soon as they hold the objectives. */
  "scale-in-safety",
  /** A rack that is free goes to who asks first, and nobody gives up one that it wants. */
  "arbitration",
] as const;

export type Ingredient = (typeof INGREDIENTS)[number];
