/**
 * Online calibration of the forecast's width (adaptive conformal inference, Gibbs & Candès 2021):
 * whenever a p90 falls due, the width grows if demand was above it and shrinks a ninth as much if
 * not, so that in the long run one in ten is missed whatever the demand does.
 */
import type { DemandMemory } from "../memory.ts";
import { clamp } from "../numeric.ts";
import type { EpochMs } from "../units.ts";

const TARGET_MISS_SHARE = 0.1;
/** Learning rate: a miss widens by about 7 %, a hit narrows by 0.8 %. */
const LEARNING_RATE = 0.08;
const MIN_WIDTH = 0.5;
const MAX_WIDTH = 4;

/** @param y ln(turns/s) seen at `now` */
export function settle(
  memory: DemandMemory,
  now: EpochMs,
  y: number,
): Pick<DemandMemory, "pending" | "widthFactor"> {
  const due = memory.pending.filter((forecast) => forecast.due <= now);
  const pending = memory.pending.filter((forecast) => forecast.due > now);
  const widthFactor = due.reduce((width, { p90 }) => {
    const missed = y > p90 ? 1 : 0;
    return clamp(
      width * Math.exp(LEARNING_RATE * (missed - TARGET_MISS_SHARE)),
      MIN_WIDTH,
      MAX_WIDTH,
    );
  }, memory.widthFactor);
  return { pending, widthFactor };
}
