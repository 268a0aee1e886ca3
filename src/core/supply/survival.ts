/** How long racks of a Spot pool are kept: learned from those that were taken, with a prior. */
import type { CompiledPool } from "../compiled.ts";
import type { InterruptionMemory } from "../memory.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, elapsed } from "../units.ts";
import type { EpochMs } from "../units.ts";

/** What was seen fades: prices and neighbours of a region change within weeks. Judgement. */
const FADE_MS = 7 * DAY_MS;
/** The racks are counted once a tick: a longer gap was not watched. */
const WATCHED_MS = 5 * MINUTE_MS;

export interface InterruptionSight {
  readonly pool: CompiledPool;
  /** Racks that the provider could have taken since the last sight. */
  readonly racks: number;
  /** Those that it said it takes, or that went, without our asking, since then. */
  readonly taken: number;
  readonly now: EpochMs;
}

/** @returns what to remember of a Spot pool; undefined for others */
export function rememberInterruptions(
  before: InterruptionMemory | undefined,
  { pool, racks, taken, now }: InterruptionSight,
): InterruptionMemory | undefined {
  if (pool.supply.kind !== "Spot") return undefined;
  if (before === undefined) return { at: now, taken, rackHours: 0 };
  const sinceMs = Math.max(0, elapsed(before.at, now));
  const left = Math.exp(-sinceMs / FADE_MS);
  const watched = (racks * Math.min(sinceMs, WATCHED_MS)) / HOUR_MS;
  return {
    at: now,
    taken: before.taken * left + taken,
    rackHours: before.rackHours * left + watched,
  };
}

/**
 * The prior counts as one rack taken in `expectedEvery` (a gamma prior of shape 1 on the rate of a
 * Poisson process):
 *
 *   λ = (1 + taken) / (expectedEvery + rack-hours)
 *
 * @returns racks taken per rack and hour; 0 for pools that are not Spot
 */
export function takenPerRackHour(
  { supply }: CompiledPool,
  { taken, rackHours }: Pick<InterruptionMemory, "taken" | "rackHours"> = {
    taken: 0,
    rackHours: 0,
  },
): number {
  if (supply.kind !== "Spot" || supply.interruptions === undefined) return 0;
  const believedHours = supply.interruptions.expectedEveryMs / HOUR_MS;
  return (1 + taken) / (believedHours + rackHours);
}

/** @returns the chance that a rack is still there after so long: e^(−λ t) */
export const survival = (perRackHour: number, withinMs: number): number =>
  Math.exp((-perRackHour * Math.max(0, withinMs)) / HOUR_MS);
