/** Builders of a fleet's situation, and of one whose demand is known to the turn. */
import type { CompiledFleet } from "../../../src/core/compiled.ts";
import type { FleetMemory } from "../../../src/core/memory.ts";
import type { FleetObservation } from "../../../src/core/observation.ts";
import { assess } from "../../../src/core/policy/situation.ts";
import type { Situation } from "../../../src/core/policy/situation.ts";
import { poolTimes } from "../../../src/core/racks/lead-time.ts";
import type { SignalName } from "../../../src/core/signals/names.ts";
import { rackCount, turnsPerSecond } from "../../../src/core/units.ts";
import { aPool } from "../reports/compiled.ts";
import { aSmallFleet } from "./compiled.ts";
import { NOW, aFleetObservation, aLoad, someSignals } from "./observed.ts";
import { aFleetMemory } from "./remembered.ts";

export interface SituationSpec {
  readonly fleet?: Partial<CompiledFleet>;
  readonly observed?: Partial<FleetObservation>;
  readonly memory?: FleetMemory;
  readonly servingRacks?: number;
}

/** 16 turns/s on four racks for three hours, half of each prompt cached. */
export function aSituation(spec: SituationSpec = {}): Situation {
  const { observed = {}, servingRacks = 4 } = spec;
  const [fleet, pool] = [aSmallFleet(spec.fleet), aPool()];
  return assess({
    fleet,
    pools: [{ pool, times: poolTimes(pool, [fleet], undefined) }],
    observed: aFleetObservation(observed),
    memory: spec.memory ?? aFleetMemory({ turnsPerSecond: 16, racks: 4 }),
    now: NOW,
    servingRacks: rackCount(servingRacks),
  });
}

/** Nothing is ever cached and no output asked for: a turn is 6,000 cold tokens and nothing else. */
export const coldLoad = (turns: number): Partial<Record<SignalName, number>> => ({
  ...aLoad(turns),
  computedPromptTokens: turns * 6_000,
  generatedTokens: 0,
});

/** @returns a fleet that serves cold turns only, sized for exactly `demand` turns/s */
export function aColdSituation(demand: number, spec: SituationSpec = {}): Situation {
  const { demand: remembered, ...memory } = aFleetMemory({ turnsPerSecond: 16, racks: 4 });
  const silent = remembered && { ...remembered, outputTokensPerTurn: 0 };
  const situation = aSituation({
    observed: { signals: someSignals(coldLoad(16)) },
    memory: { ...memory, demand: silent },
    ...spec,
  });
  return sizedFor(situation, demand);
}

/** @returns the same situation, its forecast replaced by exactly `demand` turns/s */
export function sizedFor(situation: Situation, demand: number): Situation {
  if (situation.band === null) throw new Error("a situation without forecast has no demand");
  return { ...situation, band: { ...situation.band, sizing: turnsPerSecond(demand) } };
}
