/**
 * Online calibration of the forecast's width (adaptive conformal inference, Gibbs & Candès 2021):
 * whenever a p90 falls due, the width grows if demand was above it and shrinks a ninth as much if
 * not, so that in the long run one in ten is missed whatever the demand does.
 */
import type { DemandMemory } from "../memory.ts";
import { clamp } from "../numeric.ts";
import { MINUTE_MS, elapsed } from "../units.ts";
import type { EpochMs } from "../units.ts";

const TARGET_MISS_SHARE = 0.1;
/** Highest learning rate: a miss widens by about 7 %, a hit narrows by 0.8 %. */
const MAX_LEARNING_RATE = 0.08;
/**
 * All forecasts that wait at one time see nearly the same future and miss together: over a horizon
 * the width may move by about this factor's exponential, however many they are. With the full rate
 * the p90 of a wild random walk covers 84 % at 45 minutes, with this 89 % at an hour.
 */
const LEARNING_PER_HORIZON = 1.1;
/** An hour ahead a level with noise needs 0.4 of the square root's width, a random walk 2 to 5. */
const MIN_WIDTH = 0.25;
const MAX_WIDTH = 6;
/** A forecast that fell due while nobody watched is dropped: what came then is not known. */
const JUDGED_WITHIN_MS = 2 * MINUTE_MS;

/** @param y ln(turns/s) seen at `now` */
export function settle(
  memory: DemandMemory,
  now: EpochMs,
  y: number,
): Pick<DemandMemory, "pending" | "widthFactor"> {
  if (memory.pending.every((forecast) => forecast.due > now)) {
    return { pending: memory.pending, widthFactor: memory.widthFactor };
  }
  const due = memory.pending.filter((forecast) => forecast.due <= now);
  const pending = memory.pending.filter((forecast) => forecast.due > now);
  const rate = Math.min(MAX_LEARNING_RATE, LEARNING_PER_HORIZON / memory.pending.length);
  const judged = due.filter((forecast) => elapsed(forecast.due, now) <= JUDGED_WITHIN_MS);
  const widthFactor = judged.reduce((width, { p90 }) => {
    const missed = y > p90 ? 1 : 0;
    return clamp(width * Math.exp(rate * (missed - TARGET_MISS_SHARE)), MIN_WIDTH, MAX_WIDTH);
  }, memory.widthFactor);
  return { pending, widthFactor };
}
