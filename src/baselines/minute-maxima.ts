/** Loads as WVA's queries see them: `max_over_time(…[1m])` of every engine's gauges. */
import type { PolicySample, PolicySlice } from "../core/policy/policy.ts";
import { MINUTE_MS } from "../core/units.ts";
import type { EpochMs } from "../core/units.ts";
import type { EngineLoad } from "./loads.ts";
import { within } from "./remembered.ts";

export interface Maxima {
  readonly loads: readonly EngineLoad[];
  /** The samples of the last minute; those of engines that are gone are gone too. */
  readonly memory: PolicySlice;
}

/**
 * KV usage and queue each have their own maximum, of instants that need not coincide.
 * @param now of the loads; asked at least as often as engines are scraped
 */
export function minuteMaxima(
  loads: readonly EngineLoad[],
  memory: PolicySlice,
  now: EpochMs,
): Maxima {
  const series: Record<string, readonly PolicySample[]> = Object.fromEntries(
    Object.entries(memory.series).filter(([name]) => !name.startsWith(PER_ENGINE)),
  );
  const highest = (name: string, value: number): number => {
    const kept = [...within(memory.series[name], now, MINUTE_MS), { at: now, value }];
    series[name] = kept;
    return Math.max(...kept.map((sample) => sample.value));
  };
  const maxima = loads.map((load) => ({
    ...load,
    kvUsage: highest(`${PER_ENGINE}kv ${load.pod}`, load.kvUsage),
    waitingTurns: highest(`${PER_ENGINE}queue ${load.pod}`, load.waitingTurns),
  }));
  return { loads: maxima, memory: { ...memory, series } };
}

const PER_ENGINE = "engine ";
