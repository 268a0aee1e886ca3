/** What the capacity model does not know, learned: the share missed on idle racks and per load. */
import type { CompiledObjective } from "../compiled.ts";
import { clamp } from "../numeric.ts";
import { ratio } from "../units.ts";
import type { Ratio } from "../units.ts";
import { prefillLoad } from "./attainment.ts";
import type { Load } from "./attainment.ts";
import type { MissPoint } from "./observed-misses.ts";
import type { RackCapacity } from "./rack-capacity.ts";

/** Share of turns that miss beside the model's: floor + slope x L / (1 − L) at a load L. */
export interface Residual {
  /** What no rack cures: turns too long by themselves. */
  readonly floor: number;
  readonly slope: number;
}

export const NO_RESIDUAL: Residual = { floor: 0, slope: 0 };

/** How much of all turns either may take: beyond that it is an outage that is seen. */
const MOST = 0.2;
/** Standard deviation of the floor before anything is seen: some 3 % of prompts are too long. */
const FLOOR_SD = 0.03;
/** The same of the slope: at half load as much again as is usually allowed to miss. */
const SLOPE_SD = 0.05;
/**
 * Standard deviation of what an hour misses for reasons other than its load: prompts that changed,
 * a router that misled, racks with cold caches. Turns of one hour miss together, so that hours
 * count, not turns: an incident moves little, the busy hours of some days are believed.
 */
const HOUR_SD = 0.1;
/** The wait has no end at full load: as from here on. */
const FULL_LOAD = 0.95;

/**
 * How the share of turns that wait beyond a limit grows with the load where service times have a
 * heavy tail: P(W > t) ~ ρ / (1 − ρ) x the integrated tail (Embrechts & Veraverbeke 1982).
 */
export function crowding(load: number): number {
  const used = clamp(load, 0, FULL_LOAD);
  return used / (1 - used);
}

/** Of what may miss, this share is left to the load however much misses without any. */
const LEFT_TO_LOAD = 0.5;

/**
 * However much was missed, racks at half load are taken to hold the objective, at a crowding of 1:
 * an incident seen as load would ask for many times the racks, and a capacity that is wrong by more
 * than a factor of two is a wrong profile.
 * @param asked the objective's share
 */
export function residualOf(points: readonly MissPoint[], asked: Ratio): Residual {
  const { floor, slope } = ridge(points);
  const mayMiss = 1 - asked;
  const most = Math.max(mayMiss - floor, LEFT_TO_LOAD * mayMiss);
  return { floor, slope: Math.min(slope, most) };
}

/**
 * Ridge regression of what was missed on the crowding, toward nothing. Points of idle racks hardly
 * tell of the slope, so they teach the floor; loaded ones teach both.
 */
function ridge(points: readonly MissPoint[]): Residual {
  let [weight, g, gg, m, gm] = [0, 0, 0, 0, 0];
  for (const { hours, load, missed } of points) {
    const w = hours / (HOUR_SD * HOUR_SD);
    const x = crowding(load);
    weight += w;
    g += w * x;
    gg += w * x * x;
    m += w * missed;
    gm += w * x * missed;
  }
  const a = weight + 1 / (FLOOR_SD * FLOOR_SD);
  const b = gg + 1 / (SLOPE_SD * SLOPE_SD);
  const determinant = a * b - g * g;
  const floor = (m * b - gm * g) / determinant;
  const slope = (gm * a - m * g) / determinant;
  if (floor < 0) return { floor: 0, slope: clamp(gm / b, 0, MOST) };
  if (slope < 0) return { floor: clamp(m / a, 0, MOST), slope: 0 };
  return { floor: Math.min(MOST, floor), slope: Math.min(MOST, slope) };
}

/** @returns work over capacity, of what the objective's latency depends on */
export function loadOf(
  { metric }: Pick<CompiledObjective, "metric">,
  racks: number,
  { capacity, load }: { readonly capacity: RackCapacity; readonly load: Load },
): number {
  const prefill = prefillLoad(racks, capacity, load);
  const output = load.turnsPerSecond * load.outputTokensPerTurn;
  const decode = output / Math.max(1e-9, racks * capacity.decodeTokensPerSecond);
  if (capacity.shared) return prefill + decode;
  return metric === "TTFT" ? prefill : decode;
}

/** @returns the model's share, less what it was seen to leave out at such a load */
export function corrected(modelled: Ratio, { floor, slope }: Residual, load: number): Ratio {
  return ratio(modelled * (1 - Math.min(1, floor + slope * crowding(load))));
}
