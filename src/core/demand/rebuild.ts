/** A lost demand memory, rebuilt from recorded demand. */
import type { DemandMemory } from "../memory.ts";
import { observeDemand } from "./forecast.ts";
import type { DemandSighting } from "./forecast.ts";

/** @param samples oldest first @returns null when there are none */
export function demandFromHistory(samples: readonly DemandSighting[]): DemandMemory | null {
  return samples.reduce<DemandMemory | null>(observeDemand, null);
}
