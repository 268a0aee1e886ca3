/** Everything a fleet's sizing rests on, derived once from observation, policy and memory. */
import { believedLaw } from "../cache/believed-law.ts";
import { observeCache, pointOf } from "../cache/cache-history.ts";
import type { CacheMemory, CacheSighting } from "../cache/cache-history.ts";
import { freeCacheSeconds, hitRateAt, RESPONSE_LAW_PRIORS } from "../cache/response-law.ts";
import type { HitRatePoint, ResponseLaw } from "../cache/response-law.ts";
import type { Load } from "../capacity/attainment.ts";
import { missPoints, objectiveKey } from "../capacity/observed-misses.ts";
import type { CapacityMemory, ObjectiveSeen } from "../capacity/observed-misses.ts";
import { rackCapacity } from "../capacity/rack-capacity.ts";
import type { RackCapacity } from "../capacity/rack-capacity.ts";
import { residualOf } from "../capacity/residual.ts";
import type { Residual } from "../capacity/residual.ts";
import type { CompiledFleet, Headroom } from "../compiled.ts";
import type { ForecastBand } from "../decision.ts";
import {
  forecastBand,
  isBurst,
  observeDemand,
  quantileAround,
  withoutForecast,
} from "../demand/forecast.ts";
import { occasionEffect, rememberOccasions, scheduleEffect } from "../demand/schedule.ts";
import type { ScheduleEffect } from "../demand/schedule.ts";
import type { DemandMemory, FleetMemory } from "../memory.ts";
import { NORMAL_QUANTILES, clamp } from "../numeric.ts";
import type { FleetObservation } from "../observation.ts";
import { ENGINE_PROFILES } from "../profiles/engine-profiles.ts";
import type { EngineProfile } from "../profiles/engine-profiles.ts";
import { horizon } from "../racks/lead-time.ts";
import type { KnownPool } from "../racks/lead-time.ts";
import { assessFleet } from "../signals/trust.ts";
import type { TrustedSignals } from "../signals/trust.ts";
import { ratio, turnsPerSecond } from "../units.ts";
import { withMix } from "../workloads/room.ts";
import type { EpochMs, Millis, RackCount, Ratio } from "../units.ts";
import { backlogPerSecond } from "./backlog.ts";
import { missesWith, objectivesSeen } from "./objectives-seen.ts";

/** The fixed quantile of demand that each headroom sizes for. */
const HEADROOM_Z: Readonly<Record<Headroom, number>> = {
  Lean: NORMAL_QUANTILES.p70,
  Balanced: NORMAL_QUANTILES.p90,
  Safe: NORMAL_QUANTILES.p99,
};

const sizingZ = ({ headroom, headroomZ }: CompiledFleet): number =>
  headroomZ ?? HEADROOM_Z[headroom];

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
  /** The last minutes' point of the response law; null when the hit rate cannot be measured. */
  readonly point: HitRatePoint | null;
  /** null until the hit rate was first measured. */
  readonly cache: CacheMemory | null;
  /** What objectives attain now beside what the model alone says; none while that is not known. */
  readonly objectivesNow: readonly ObjectiveSeen[];
  /** null until the objectives were first seen. */
  readonly misses: CapacityMemory | null;
  /** What the model leaves out of each objective, in their order. */
  readonly residuals: readonly Residual[];
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
  readonly pools: readonly KnownPool[];
  readonly observed: FleetObservation;
  readonly memory: FleetMemory;
  readonly now: EpochMs;
  readonly servingRacks: RackCount;
}

/** @throws Error when the fleet's engine profile does not exist: compiling it must have failed */
export function assess(input: SituationInput): Situation {
  const { fleet, observed, memory, now, servingRacks } = input;
  const engine = engineOf(fleet);
  const capacity = rackCapacity(withMix(fleet, memory.balance?.perRack), engine);
  const signals = assessFleet(observed, now, fleet.signals.scrapeIntervalMs);
  const horizonMs = horizon(fleet, input.pools);
  const sighted = signals.complete ? sight(signals, memory.demand, now) : memory.demand;
  const demand = sighted && rememberOccasions(sighted, fleet.schedule, { now, horizonMs });
  const state = cacheState(signals, demand, capacity, servingRacks);
  const seen = cacheSighting(signals, state, servingRacks, now);
  const cache = seen === null ? (memory.cache ?? null) : observeCache(memory.cache ?? null, seen);
  const { law, hitRateCap } = believedLaw(RESPONSE_LAW_PRIORS[fleet.router], cache);
  const point =
    seen === null || cache === null ? null : (pointOf(cache.recent) ?? instantPoint(seen));
  const known = { signals, demand, point, engine, capacity, servingRacks };
  const objectivesNow = objectivesSeen(fleet, known);
  const misses = missesWith(memory.capacity ?? null, objectivesNow, { ...input, signals });
  const residuals = fleet.objectives.map((objective) =>
    residualOf(missPoints(misses, objectiveKey(objective), now), objective.share),
  );
  return {
    fleet,
    observed,
    now,
    engine,
    capacity,
    objectivesNow,
    misses,
    residuals,
    signals,
    demand,
    burst: demand !== null && isBurst(demand),
    horizonMs,
    band: demand && bandOf(fleet, demand, horizonMs),
    schedule: scheduleEffect(fleet.schedule, now, horizonMs),
    cache,
    point,
    law,
    hitRateCap,
    servingRacks,
    backlogTurns: signals.bySignal.waitingTurns.value ?? 0,
    kvTokensPerRack: state.kvTokensPerRack,
    pinnedPerTurnRate: state.pinnedPerTurnRate,
  };
}

/** Logarithm of the margin for one standard deviation, where a study leaves out quantiles. */
const MARGIN_PER_Z = 0.25;

function bandOf(fleet: CompiledFleet, demand: DemandMemory, horizonMs: Millis): ForecastBand {
  const z = sizingZ(fleet);
  if (fleet.without === "forecast") return forecastBand(withoutForecast(demand), horizonMs, z);
  const band = forecastBand(demand, horizonMs, z);
  if (fleet.without !== "quantiles") return band;
  return { ...band, sizing: turnsPerSecond(band.p50 * Math.exp(MARGIN_PER_Z * z)) };
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

interface CacheState {
  readonly kvTokens: number;
  readonly pinnedTokens: number;
  readonly kvTokensPerRack: number;
  readonly pinnedPerTurnRate: number;
  readonly turnsPerSecond: number;
}

/** The fleet's KV cache: how much there is, and how much running turns pin. */
function cacheState(
  { bySignal }: TrustedSignals,
  demand: DemandMemory | null,
  capacity: RackCapacity,
  servingRacks: RackCount,
): CacheState {
  // Not this tick's arrivals: one scrape with hardly any would pin the whole cache to each of them.
  const turns = demand === null ? 0 : Math.exp(demand.level);
  const reported = bySignal.kvCapacity.trust === "Fresh" ? (bySignal.kvCapacity.value ?? 0) : 0;
  const kvTokens = reported > 0 ? reported : servingRacks * capacity.kvTokens;
  const pinnedTokens = (bySignal.kvUsage.value ?? 0) * kvTokens;
  return {
    kvTokens,
    pinnedTokens,
    kvTokensPerRack: servingRacks > 0 ? kvTokens / servingRacks : capacity.kvTokens,
    pinnedPerTurnRate: turns > 0 ? pinnedTokens / turns : 0,
    turnsPerSecond: turns,
  };
}

/** @returns what the cache was seen to do; null when the hit rate cannot be measured */
function cacheSighting(
  { bySignal }: TrustedSignals,
  { kvTokens, pinnedTokens, turnsPerSecond: turns }: CacheState,
  racks: RackCount,
  at: EpochMs,
): CacheSighting | null {
  const hitRate = measuredHitRate(bySignal);
  if (hitRate === null || racks === 0) return null;
  const promptTokensPerSecond = bySignal.promptTokens.value ?? 0;
  const waitSeconds = turns > 0 ? (bySignal.waitingTurns.value ?? 0) / turns : 0;
  return { at, racks, kvTokens, pinnedTokens, promptTokensPerSecond, hitRate, waitSeconds };
}

const instantPoint = (seen: CacheSighting): HitRatePoint => ({
  freeSeconds: freeCacheSeconds(seen),
  hitRate: ratio(seen.hitRate),
});

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
  const { fleet, point } = situation;
  if (fleet.without === "cache-response" && point !== null) return point.hitRate;
  const promptTokensPerTurn = situation.demand?.promptTokensPerTurn ?? 0;
  const x = freeCacheSeconds({
    kvTokens: racks * situation.kvTokensPerRack,
    pinnedTokens: situation.pinnedPerTurnRate * turnsPerSecond,
    promptTokensPerSecond: promptTokensPerTurn * turnsPerSecond,
    waitSeconds: 0,
  });
  return ratio(Math.min(situation.hitRateCap, hitRateAt(situation.law, x)));
}

/**
 * @returns the forecast at the sizing quantile, and what people said of it: an occasion to come
 *   multiplies it; of one that has begun it is part, and no less is expected than was said
 */
export function forecastTurnsPerSecond(situation: Situation): number {
  const { band, demand, fleet, now, horizonMs } = situation;
  if (band === null || demand === null) return 0;
  const { factor, level } = occasionEffect(demand, fleet.schedule, { now, horizonMs });
  const z = sizingZ(fleet);
  const said = level === null ? 0 : quantileAround(demand, level, { horizonMs, z });
  return Math.max(band.sizing * factor, said);
}

/** @returns the demand to size for: forecast and schedule, plus what works the backlog off */
export const sizingTurnsPerSecond = (situation: Situation): number =>
  forecastTurnsPerSecond(situation) + backlogPerSecond(situation.backlogTurns);

/**
 * Five-minute standard deviation of the cold work over its mean: 1.3 points at a hit rate of 0.90,
 * 5.1 at 0.72 (agent sessions).
 */
const COLD_WORK_SD = 0.16;

/** Cold work varies beside demand: it is sized for at the same quantile. */
const coldWorkMargin = (fleet: CompiledFleet): number =>
  1 + Math.max(0, sizingZ(fleet)) * COLD_WORK_SD;

/** @returns the load of that demand on `racks` racks, at a hit rate that can be counted on */
export function loadOn(situation: Situation, racks: number, turnsPerSecond: number): Load {
  const usual = hitRateWith(situation, racks, turnsPerSecond);
  return {
    turnsPerSecond,
    promptTokensPerTurn: situation.demand?.promptTokensPerTurn ?? 0,
    outputTokensPerTurn: situation.demand?.outputTokensPerTurn ?? 0,
    hitRate: ratio(Math.max(0, 1 - (1 - usual) * coldWorkMargin(situation.fleet))),
  };
}
