/** Memory at start: what was saved, else what Prometheus recorded, else nothing. */
import { demandFromHistory } from "../core/demand/rebuild.ts";
import type { CompiledFleet, CompiledGroup } from "../core/compiled.ts";
import { EMPTY_FLEET_MEMORY, EMPTY_MEMORY } from "../core/memory.ts";
import type { FleetMemory, GroupMemory } from "../core/memory.ts";
import { MINUTE_MS } from "../core/units.ts";
import type { EpochMs } from "../core/units.ts";
import { PortError } from "../ports/errors.ts";
import type { Ports } from "../ports/ports.ts";
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

async function rebuildFleet(
  ports: Ports,
  fleet: CompiledFleet,
  now: EpochMs,
): Promise<FleetMemory> {
  const windowMs = fleet.behavior.scaleInStabilizationMs;
  try {
    const samples = await ports.signals.history(fleet, { at: now, windowMs, stepMs: MINUTE_MS });
    const sightings = samples.map((sample) => ({
      at: sample.at,
      turnsPerSecond: sample.turnsPerSecond,
      servedPerSecond: sample.turnsPerSecond,
      promptTokensPerTurn: perTurn(sample.promptTokensPerSecond, sample.turnsPerSecond),
      outputTokensPerTurn: perTurn(sample.outputTokensPerSecond, sample.turnsPerSecond),
    }));
    return { ...EMPTY_FLEET_MEMORY, demand: demandFromHistory(sightings) };
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    ports.telemetry.tickFailed(fleet.key, error.code, `rebuilding memory: ${error.message}`);
    return EMPTY_FLEET_MEMORY;
  }
}

const perTurn = (tokens: number, turns: number): number => (turns > 0 ? tokens / turns : 0);
