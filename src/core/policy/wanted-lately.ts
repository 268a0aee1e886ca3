/** What is read off demand moves from tick to tick: what was wanted a moment ago counts as well. */
import type { FleetMemory } from "../memory.ts";
import { MINUTE_MS, elapsed, millis } from "../units.ts";
import type { EpochMs, Millis } from "../units.ts";

/** How long a growth that is no longer wanted stays open: people take about five minutes. */
const PATIENCE_MS = millis(10 * MINUTE_MS);

/** @returns whether within the last minutes more racks were wanted than are held */
export const wantedLately = (
  { wants }: Pick<FleetMemory, "wants">,
  now: EpochMs,
  held: number,
): boolean =>
  wants.some(({ at, racks }) => at <= now && elapsed(at, now) <= PATIENCE_MS && racks > held);

/** @returns whether more racks than are held were wanted all through a window that was watched */
export function wantedThroughout(
  { wants }: Pick<FleetMemory, "wants">,
  now: EpochMs,
  { held, windowMs }: { readonly held: number; readonly windowMs: Millis },
): boolean {
  const [oldest] = wants;
  if (oldest === undefined || elapsed(oldest.at, now) < windowMs) return false;
  return wants.every(({ at, racks }) => elapsed(at, now) > windowMs || racks > held);
}
