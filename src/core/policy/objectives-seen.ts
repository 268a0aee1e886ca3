/** What objectives attain on the racks there are, beside what the capacity model says of them. */
import { attainment } from "../capacity/attainment.ts";
import type { Load } from "../capacity/attainment.ts";
import { objectiveKey, observeMisses } from "../capacity/observed-misses.ts";
import type { CapacityMemory, ObjectiveSeen } from "../capacity/observed-misses.ts";
import { loadOf } from "../capacity/residual.ts";
import type { RackCapacity } from "../capacity/rack-capacity.ts";
import type { CompiledFleet } from "../compiled.ts";
import type { HitRatePoint } from "../cache/response-law.ts";
import type { DemandMemory } from "../memory.ts";
import { backlogPerSecond } from "./backlog.ts";
import type { FleetObservation } from "../observation.ts";
import type { EngineProfile } from "../profiles/engine-profiles.ts";
import type { TrustedSignals } from "../signals/trust.ts";
import { ratio } from "../units.ts";
import type { EpochMs, RackCount } from "../units.ts";

interface Known {
  readonly signals: TrustedSignals;
  readonly demand: DemandMemory | null;
  readonly point: HitRatePoint | null;
  readonly engine: EngineProfile;
  readonly capacity: RackCapacity;
  readonly servingRacks: RackCount;
}

interface Seen {
  readonly fleet: CompiledFleet;
  readonly observed: FleetObservation;
  readonly now: EpochMs;
  readonly servingRacks: RackCount;
  readonly signals: TrustedSignals;
}

/** @returns one of each objective that has a share; none while load or hit rate are not known */
export function objectivesSeen(fleet: CompiledFleet, known: Known): readonly ObjectiveSeen[] {
  const { signals, demand, point, engine, capacity, servingRacks: racks } = known;
  if (!signals.complete || demand === null || point === null || racks === 0) return [];
  const load: Load = {
    turnsPerSecond:
      latelyAsked(demand) + backlogPerSecond(signals.bySignal.waitingTurns.value ?? 0),
    promptTokensPerTurn: demand.promptTokensPerTurn,
    outputTokensPerTurn: demand.outputTokensPerTurn,
    hitRate: point.hitRate,
  };
  const model = { engine, capacity, load };
  return fleet.objectives.flatMap((objective, index) => {
    const observed = signals.objectives[index]?.share.value ?? null;
    if (observed === null) return [];
    return [
      {
        key: objectiveKey(objective),
        load: loadOf(objective, racks, model),
        predicted: attainment(objective, racks, model),
        observed: ratio(observed),
      },
    ];
  });
}

/** Over about the five minutes that the objectives' shares are taken over. */
const latelyAsked = ({ learned, level }: DemandMemory): number =>
  Math.exp(learned?.averages.fewMinutes ?? level);

/** @returns what is known of misses, with what this tick adds where it says anything */
export function missesWith(
  before: CapacityMemory | null,
  objectives: readonly ObjectiveSeen[],
  seen: Seen,
): CapacityMemory | null {
  const { fleet, observed, now, servingRacks, signals } = seen;
  if (objectives.length === 0) return before;
  return observeMisses(before, {
    at: now,
    engines: `${fleet.model.profile} ${fleet.router}`,
    racks: servingRacks,
    rollout: observed.rollout,
    turnsPerSecond: signals.bySignal.servedTurns.value ?? 0,
    objectives,
  });
}
