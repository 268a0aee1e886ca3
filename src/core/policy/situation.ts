/** Everything a fleet's sizing rests on, derived once from observation, policy and memory. */
import {
  freeCacheSeconds,
  hitRateAt,
  believedLaw,
  RESPONSE_LAW_PRIORS,
} from "../cache/response-law.ts";
import type { HitRatePoint, ResponseLaw } from "../cache/response-law.ts";
import type { Load } from "../capacity/attainment.ts";
import { rackCapacity } from "../capacity/rack-capacity.ts";
import type { RackCapacity } from "../capacity/rack-capacity.ts";
import type { CompiledFleet, CompiledPool, Headroom } from "../compiled.ts";
import type { ForecastBand } from "../decision.ts";
import { forecastBand, isBurst, observeDemand } from "../demand/forecast.ts";
import { scheduleEffect } from "../demand/schedule.ts";
import type { ScheduleEffect } from "../demand/schedule.ts";
import type { DemandMemory, FleetMemory } from "../memory.ts";
import { NORMAL_QUANTILES, clamp } from "../numeric.ts";
import type { FleetObservation } from "../observation.ts";
import { ENGINE_PROFILES } from "../profiles/engine-profiles.ts";
import type { EngineProfile } from "../profiles/engine-profiles.ts";
import { horizon } from "../racks/lead-time.ts";
import { assessFleet } from "../signals/trust.ts";
import type { TrustedSignals } from "../signals/trust.ts";
import { ratio } from "../units.ts";
import type { EpochMs, Millis, RackCount, Ratio } from "../units.ts";

/** The fixed quantile of demand that each headroom sizes for. */
const HEADROOM_Z: Readonly<Record<Headroom, number>> = {
  Lean: NORMAL_QUANTILES.p70,
  Balanced: NORMAL_QUANTILES.p90,
  Safe: NORMAL_QUANTILES.p99,
};

const sizingZ = ({ headroom, headroomZ }: CompiledFleet): number =>
  headroomZ ?? HEADROOM_Z[headroom];

/** A backlog is to be worked off within this: judgement, twice the usual client timeout. */
const BACKLOG_SECONDS = 240;

export interface Situation {
  readonly fleet: CompiledFleet;
  readonly observed: FleetObservation;
  readonly now: EpochMs;
  readonly engine: EngineProfile;
  readonly capacity: RackCapacity;
  readonly signals: TrustedSignals;
  /** null until demand was first seen with every signal trusted. */
  readonly demand: DemandMemory | null;
  readonly burst: boolean;
  readonly horizonMs: Millis;
  readonly band: ForecastBand | null;
  readonly schedule: ScheduleEffect;
  /** Today's point of the response law; null when the hit rate cannot be measured. */
  readonly point: HitRatePoint | null;
  readonly law: ResponseLaw;
  /** The most that is counted on: the measured hit rate where the prior was rejected, else 1. */
  readonly hitRateCap: Ratio;
  readonly servingRacks: RackCount;
  readonly backlogTurns: number;
  /** KV tokens of one rack, and those pinned by one running unit of demand (tokens per turn/s). */
  readonly kvTokensPerRack: number;
  readonly pinnedPerTurnRate: number;
}

export interface SituationInput {
  readonly fleet: CompiledFleet;
  readonly pools: readonly CompiledPool[];
  readonly observed: FleetObservation;
  readonly memory: FleetMemory;
  readonly now: EpochMs;
  readonly servingRacks: RackCount;
}

/** @throws Error when the fleet's engine profile does not exist: compiling it must have failed */
export function assess(input: SituationInput): Situation {
  const { fleet, observed, memory, now, servingRacks } = input;
  const engine = engineOf(fleet);
  const capacity = rackCapacity(fleet, engine);
  const signals = assessFleet(observed, now, fleet.signals.scrapeIntervalMs);
  const demand = signals.complete ? sight(signals, memory.demand, now) : memory.demand;
  const horizonMs = horizon(fleet, input.pools);
  const cache = cacheState(signals, demand, capacity, servingRacks);
  return {
    fleet,
    observed,
    now,
    engine,
    capacity,
    signals,
    demand,
    burst: demand !== null && isBurst(demand),
    horizonMs,
    band: demand && forecastBand(demand, horizonMs, sizingZ(fleet)),
    schedule: scheduleEffect(fleet.schedule, now, horizonMs),
    ...cache,
    ...believedLaw(RESPONSE_LAW_PRIORS[fleet.router], cache.point),
    servingRacks,
    backlogTurns: signals.bySignal.waitingTurns.value ?? 0,
  };
}

function engineOf(fleet: CompiledFleet): EngineProfile {
  const engine = ENGINE_PROFILES[fleet.model.profile];
  if (engine === undefined) {
    const known = Object.keys(ENGINE_PROFILES).join(", ");
    throw new Error(
      `fleet ${fleet.key}: spec.model.profile is "${fleet.model.profile}", ` +
        `expected one of ${known}`,
    );
  }
  return engine;
}

function sight(
  { bySignal }: TrustedSignals,
  memory: DemandMemory | null,
  now: EpochMs,
): DemandMemory {
  const turns = bySignal.arrivals.value ?? 0;
  const served = bySignal.servedTurns.value ?? 0;
  const perTurn = (value: number | null): number => (served > 0 ? (value ?? 0) / served : 0);
  return observeDemand(memory, {
    at: now,
    turnsPerSecond: turns,
    servedPerSecond: served,
    promptTokensPerTurn: perTurn(bySignal.promptTokens.value),
    outputTokensPerTurn: perTurn(bySignal.generatedTokens.value),
  });
}

type CacheState = Pick<Situation, "point" | "kvTokensPerRack" | "pinnedPerTurnRate">;

/** Where the fleet stands on the response law: hit rate against seconds of free cache. */
function cacheState(
  { bySignal }: TrustedSignals,
  demand: DemandMemory | null,
  capacity: RackCapacity,
  servingRacks: RackCount,
): CacheState {
  // Not this tick's arrivals: one scrape with hardly any would pin the whole cache to each of them.
  const turns = demand === null ? 0 : Math.exp(demand.level);
  const prompt = bySignal.promptTokens.value ?? 0;
  const reported = bySignal.kvCapacity.trust === "Fresh" ? (bySignal.kvCapacity.value ?? 0) : 0;
  const kvTokens = reported > 0 ? reported : servingRacks * capacity.kvTokens;
  const pinnedTokens = (bySignal.kvUsage.value ?? 0) * kvTokens;
  const state = {
    kvTokensPerRack: servingRacks > 0 ? kvTokens / servingRacks : capacity.kvTokens,
    pinnedPerTurnRate: turns > 0 ? pinnedTokens / turns : 0,
  };
  const hitRate = measuredHitRate(bySignal);
  if (hitRate === null || servingRacks === 0) return { ...state, point: null };
  const waitSeconds = turns > 0 ? (bySignal.waitingTurns.value ?? 0) / turns : 0;
  const at = { kvTokens, pinnedTokens, promptTokensPerSecond: prompt, waitSeconds };
  return { ...state, point: { freeSeconds: freeCacheSeconds(at), hitRate } };
}

/** 1 − computed / logical prompt tokens; null without traffic or without trust in either. */
function measuredHitRate(bySignal: TrustedSignals["bySignal"]): Ratio | null {
  const { promptTokens, computedPromptTokens } = bySignal;
  if (promptTokens.trust !== "Fresh" || computedPromptTokens.trust !== "Fresh") return null;
  if (promptTokens.value === null || computedPromptTokens.value === null) return null;
  if (promptTokens.value <= 0) return null;
  return ratio(clamp(1 - computedPromptTokens.value / promptTokens.value, 0, 1));
}

/** @returns the hit rate that `racks` racks would have at a demand, once warm */
export function hitRateWith(situation: Situation, racks: number, turnsPerSecond: number): Ratio {
  const promptTokensPerTurn = situation.demand?.promptTokensPerTurn ?? 0;
  const x = freeCacheSeconds({
    kvTokens: racks * situation.kvTokensPerRack,
    pinnedTokens: situation.pinnedPerTurnRate * turnsPerSecond,
    promptTokensPerSecond: promptTokensPerTurn * turnsPerSecond,
    waitSeconds: 0,
  });
  return ratio(Math.min(situation.hitRateCap, hitRateAt(situation.law, x)));
}

/** @returns the demand to size for: forecast x schedule, plus what works the backlog off */
export function sizingTurnsPerSecond(situation: Situation): number {
  const forecast = situation.band?.sizing ?? 0;
  return forecast * situation.schedule.factor + situation.backlogTurns / BACKLOG_SECONDS;
}

/** @returns the load of that demand on `racks` racks, at the hit rate they would have */
export function loadOn(situation: Situation, racks: number, turnsPerSecond: number): Load {
  return {
    turnsPerSecond,
    promptTokensPerTurn: situation.demand?.promptTokensPerTurn ?? 0,
    outputTokensPerTurn: situation.demand?.outputTokensPerTurn ?? 0,
    hitRate: hitRateWith(situation, racks, turnsPerSecond),
  };
}
