/** Memory at start: what was saved, else what Prometheus recorded, else nothing. */
import type { DemandSighting } from "../core/demand/forecast.ts";
import { demandFromHistory, withSeasons } from "../core/demand/rebuild.ts";
import type { CompiledFleet, CompiledGroup } from "../core/compiled.ts";
import { EMPTY_FLEET_MEMORY, EMPTY_MEMORY } from "../core/memory.ts";
import type { FleetMemory, GroupMemory } from "../core/memory.ts";
import { DAY_MS, epochMs, MINUTE_MS, millis } from "../core/units.ts";
import type { EpochMs, Millis } from "../core/units.ts";
import { PortError } from "../ports/errors.ts";
import type { Ports } from "../ports/ports.ts";
import type { DemandSample } from "../ports/signal-source.ts";
import type { CarriedGroup } from "./carried.ts";

/** @throws PortError when the memory store does not answer: forgetting is worse than waiting */
export async function recall(
  ports: Ports,
  group: CompiledGroup,
  now: EpochMs,
): Promise<CarriedGroup> {
  const stored = await ports.memory.load(group.name);
  const memory = stored?.memory ?? (await rebuild(ports, group, now));
  const version = stored?.version ?? null;
  return { memory, version, savedAt: null, sinceKeyframe: 0, announced: {} };
}

/** Demand comes back; wants do not, so scale-in waits until a whole window was watched again. */
async function rebuild(ports: Ports, group: CompiledGroup, now: EpochMs): Promise<GroupMemory> {
  const fleets = await Promise.all(
    group.fleets.map(async (fleet) => [fleet.key, await rebuildFleet(ports, fleet, now)] as const),
  );
  return { ...EMPTY_MEMORY, fleets: Object.fromEntries(fleets) };
}

/** Two weeks: what repeats by the week is then known twice. Prometheus keeps 15 days by default. */
const SEASONS_MS = millis(14 * DAY_MS);
/** The profile of the day has a value each quarter of an hour. */
const SEASONS_STEP_MS = millis(15 * MINUTE_MS);

async function rebuildFleet(
  ports: Ports,
  fleet: CompiledFleet,
  now: EpochMs,
): Promise<FleetMemory> {
  const windowMs = fleet.behavior.scaleInStabilizationMs;
  const since = epochMs(now - windowMs);
  try {
    const lately = await history(ports, fleet, { at: now, windowMs, stepMs: MINUTE_MS });
    // Without the weeks before it is as useful as on its first day: not worth failing for.
    const before = await seasons(ports, fleet, since);
    return { ...EMPTY_FLEET_MEMORY, demand: withSeasons(demandFromHistory(lately), before) };
  } catch (error) {
    told(ports, fleet, error);
    return EMPTY_FLEET_MEMORY;
  }
}

/** @returns sights of the weeks before, each in the middle of the time that it is the mean of */
async function seasons(
  ports: Ports,
  fleet: CompiledFleet,
  until: EpochMs,
): Promise<readonly DemandSighting[]> {
  const range = { at: until, windowMs: SEASONS_MS, stepMs: SEASONS_STEP_MS };
  try {
    const means = await history(ports, fleet, range);
    return means.map((mean) => ({ ...mean, at: epochMs(mean.at - SEASONS_STEP_MS / 2) }));
  } catch (error) {
    told(ports, fleet, error);
    return [];
  }
}

/** @throws what is no port's error: a bug */
function told(ports: Ports, fleet: CompiledFleet, error: unknown): void {
  if (!(error instanceof PortError)) throw error;
  ports.telemetry.tickFailed(fleet.key, error.code, `rebuilding memory: ${error.message}`);
}

interface HistoryRange {
  readonly at: EpochMs;
  readonly windowMs: Millis;
  readonly stepMs: Millis;
}

async function history(
  ports: Ports,
  fleet: CompiledFleet,
  range: HistoryRange,
): Promise<readonly DemandSighting[]> {
  return (await ports.signals.history(fleet, range)).map(sightingOf);
}

const sightingOf = (sample: DemandSample): DemandSighting => ({
  at: sample.at,
  turnsPerSecond: sample.turnsPerSecond,
  servedPerSecond: sample.turnsPerSecond,
  promptTokensPerTurn: perTurn(sample.promptTokensPerSecond, sample.turnsPerSecond),
  outputTokensPerTurn: perTurn(sample.outputTokensPerSecond, sample.turnsPerSecond),
});

const perTurn = (tokens: number, turns: number): number => (turns > 0 ? tokens / turns : 0);
