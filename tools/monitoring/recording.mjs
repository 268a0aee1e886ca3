/**
 * What is recorded: the share of turns or tokens that missed each objective, over the windows that
 * alerts look at together ("The Site Reliability Workbook", chapter 5, multiwindow, multi-burn-rate
 * alerts). Averages are over time, as the share itself is what is exported.
 */
const MISS = "breakwater:objective_miss:ratio";
const ALLOWED = "breakwater:objective_allowed:ratio";

const WINDOWS = ["5m", "30m", "1h", "6h", "3d"];

const missOver = (window) => `breakwater:objective_miss:avg${window}`;
const burnOver = (window) => `breakwater:objective_burn:rate${window}`;

/**
 * @param factor of the burn rate: how many times faster than allowed
 * @param cap share missed that is too much for any objective: one that allows a tenth to miss could
 *   never burn 14 times as fast
 */
export const burnsFaster = (factor, cap) => (window) =>
  `${missOver(window)} > on (fleet, objective) clamp_max(${factor} * ${ALLOWED}, ${cap})`;

/** In the order in which each rests on those before it. */
export const RECORDING = [
  {
    record: MISS,
    expr: "1 - max by (fleet, objective) (breakwater_objective_observed_ratio)",
  },
  {
    record: ALLOWED,
    expr: "1 - max by (fleet, objective) (breakwater_objective_required_ratio) > 0",
  },
  ...WINDOWS.map((window) => ({
    record: missOver(window),
    expr: `avg_over_time(${MISS}[${window}])`,
  })),
  ...WINDOWS.map((window) => ({
    record: burnOver(window),
    expr: `${missOver(window)} / on (fleet, objective) ${ALLOWED}`,
  })),
];
