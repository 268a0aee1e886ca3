/** Demand as a fleet would see it, fed to the forecast the way a tick does. */
import { observeDemand, rememberForecast } from "../../src/core/demand/forecast.ts";
import type { DemandSighting } from "../../src/core/demand/forecast.ts";
import type { DemandMemory } from "../../src/core/memory.ts";
import { MINUTE_MS, SECOND_MS, after, millis } from "../../src/core/units.ts";
import type { EpochMs, Millis } from "../../src/core/units.ts";
import { NOW } from "./builders/observed.ts";

const TICK_MS = millis(15 * SECOND_MS);
const TICKS_PER_MINUTE = MINUTE_MS / TICK_MS;

/** @returns the instant of a tick, the first at `NOW` */
export const tickAt = (tick: number): EpochMs => after(NOW, millis(tick * TICK_MS));

export const sighting = (
  turnsPerSecond: number,
  at: EpochMs,
  changes: Partial<DemandSighting> = {},
): DemandSighting => ({
  at,
  turnsPerSecond,
  servedPerSecond: turnsPerSecond,
  promptTokensPerTurn: 6_000,
  outputTokensPerTurn: 60,
  ...changes,
});

/** @returns the memory after one rate per tick of 15 s */
export function afterTicks(rates: readonly number[], horizonMs?: Millis): DemandMemory {
  const memory = rates.reduce<DemandMemory | null>((before, rate, tick) => {
    const seen = observeDemand(before, sighting(rate, tickAt(tick)));
    const reviewed = horizonMs !== undefined && tick % TICKS_PER_MINUTE === 0;
    return reviewed ? rememberForecast(seen, tickAt(tick), horizonMs) : seen;
  }, null);
  if (memory === null) throw new Error("a series has at least one rate");
  return memory;
}

/** @returns the same rate for so many minutes */
export const steady = (rate: number, minutes: number): readonly number[] =>
  Array.from({ length: minutes * TICKS_PER_MINUTE }, () => rate);

/** @returns rates from `from` to `to`, in equal steps of the logarithm */
export function ramp(from: number, to: number, minutes: number): readonly number[] {
  const length = minutes * TICKS_PER_MINUTE;
  const grow = Math.log(to / from) / (length - 1);
  return Array.from({ length }, (_, tick) => from * Math.exp(grow * tick));
}
