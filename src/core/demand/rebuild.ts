/** A lost demand memory, rebuilt from recorded demand. */
import type { DemandLearning, DemandMemory } from "../memory.ts";
import { DAY_MS, elapsed } from "../units.ts";
import { observeDemand } from "./forecast.ts";
import type { DemandSighting } from "./forecast.ts";

/** @param samples oldest first @returns null when there are none */
export function demandFromHistory(samples: readonly DemandSighting[]): DemandMemory | null {
  return samples.reduce<DemandMemory | null>(observeDemand, null);
}

/**
 * @param demand what was rebuilt from the last hours
 * @param weeks means of some minutes each, oldest first: too coarse for anything but what repeats
 * @returns the same, with the profiles of day and week; itself where less than a day is known
 */
export function withSeasons(
  demand: DemandMemory | null,
  weeks: readonly DemandSighting[],
): DemandMemory | null {
  const [first, last] = [weeks[0], weeks.at(-1)];
  if (first === undefined || last === undefined || elapsed(first.at, last.at) < DAY_MS) {
    return demand;
  }
  const past = demandFromHistory(weeks)?.learned;
  if (demand?.learned === undefined || past === undefined) return demand;
  const learned: DemandLearning = {
    ...demand.learned,
    season: past.season,
    averages: { ...demand.learned.averages, day: past.averages.day },
  };
  return { ...demand, learned };
}
