/**
 * What can be thought away or added. A change is made to all that the decision rests on, learned
 * memory included: "if the hit rate were 0.9" means that it had been so all along, and "half the
 * demand" leaves its shape. What follows in the world only later does not change: latency,
 * objectives' shares and caches stay as they were measured.
 */
import type { CompiledFleet, CompiledPool, FleetKey, Headroom, Spread } from "../compiled.ts";
import { pointOf } from "../cache/cache-history.ts";
import type { CacheMemory, CacheWindow } from "../cache/cache-history.ts";
import type { DemandLearning, DemandMemory, FleetMemory, StepDurations } from "../memory.ts";
import { clamp } from "../numeric.ts";
import type { FleetSignals, SignalReading } from "../observation.ts";
import type { SignalName } from "../signals/names.ts";
import { millis, rackCount } from "../units.ts";
import type { Millis } from "../units.ts";
import { fleetOf, withFleet, withFleetMemory, withItsPools, withObserved } from "./decided-on.ts";
import type { Change } from "./decided-on.ts";

/** What grows with demand at once. */
const RATES = [
  "arrivals",
  "servedTurns",
  "promptTokens",
  "computedPromptTokens",
  "generatedTokens",
  "runningTurns",
] as const satisfies readonly SignalName[];

/** @param factor on turns/s, now and remembered; above 0 */
export const demandTimes =
  (factor: number): Change =>
  (world, fleet) => {
    const observed = withObserved(world, fleet, (each) => ({
      ...each,
      signals: RATES.reduce(
        (all, name) => edited(all, name, (rate) => rate * factor),
        each.signals,
      ),
    }));
    return withFleetMemory(observed, fleet, (memory) => ({
      ...memory,
      demand: memory.demand && raised(memory.demand, Math.log(factor)),
    }));
  };

/** @param turns that wait to be served */
export const waitingTurnsOf =
  (turns: number): Change =>
  (world, fleet) =>
    withObserved(world, fleet, (each) => ({
      ...each,
      signals: edited(each.signals, "waitingTurns", () => turns),
    }));

/** @param hitRate today's, 0..1; remembered ones move by as much as today's does */
export const hitRateOf =
  (hitRate: number): Change =>
  (world, fleet) => {
    const observed = withObserved(world, fleet, (each) => ({
      ...each,
      signals: edited(each.signals, "computedPromptTokens", () => {
        const prompt = each.signals.promptTokens;
        return prompt.kind === "value" ? prompt.value * (1 - hitRate) : 0;
      }),
    }));
    return withFleetMemory(observed, fleet, (memory) => warmer(memory, hitRate));
  };

/** @param factor on every step of the way to a rack's first served token, measured and prior */
export const leadTimeTimes =
  (factor: number): Change =>
  (world, fleet) => {
    const priors = withFleet(world, fleet, (each) => slowerStart(each, factor));
    const drawing = withItsPools(priors, fleet, (pool) => slowerPool(pool, factor));
    const names = fleetOf(world, fleet)?.pools.map(({ name }) => name) ?? [];
    const pools = Object.entries(drawing.memory.pools).map(([name, memory]) => {
      const { durations } = memory;
      if (durations === undefined || !names.includes(name)) return [name, memory] as const;
      return [name, { ...memory, durations: slower(durations, fleet, factor) }] as const;
    });
    return { ...drawing, memory: { ...drawing.memory, pools: Object.fromEntries(pools) } };
  };

export const headroomOf =
  (headroom: Headroom): Change =>
  (world, fleet) =>
    withFleet(world, fleet, (each) => ({ ...each, headroom }));

/** @param racks the fleet's own minimum; a maximum below it gives way */
export const minRacksOf =
  (racks: number): Change =>
  (world, fleet) =>
    withFleet(world, fleet, (each) => {
      const max = rackCount(Math.max(each.racks.max, racks));
      return { ...each, racks: { ...each.racks, min: rackCount(racks), max } };
    });

/** @param racks the fleet's own maximum; a minimum above it gives way */
export const maxRacksOf =
  (racks: number): Change =>
  (world, fleet) =>
    withFleet(world, fleet, (each) => {
      const min = rackCount(Math.min(each.racks.min, racks));
      return { ...each, racks: { ...each.racks, min, max: rackCount(racks) } };
    });

export const surviveRackLossesOf =
  (racks: number): Change =>
  (world, fleet) =>
    withFleet(world, fleet, (each) => ({
      ...each,
      racks: { ...each.racks, surviveRackLosses: rackCount(racks) },
    }));

function edited(
  signals: FleetSignals,
  name: SignalName,
  edit: (value: number) => number,
): FleetSignals {
  const reading: SignalReading = signals[name];
  if (reading.kind === "absent") return signals;
  return { ...signals, [name]: { ...reading, value: edit(reading.value) } };
}

/** @param by added to each ln(turns/s) */
function raised(memory: DemandMemory, by: number): DemandMemory {
  const { learned, beforeOccasions } = memory;
  return {
    ...memory,
    level: memory.level + by,
    ...(learned === undefined ? {} : { learned: raisedLearning(learned, by) }),
    ...(beforeOccasions === undefined ? {} : { beforeOccasions: raisedAll(beforeOccasions, by) }),
  };
}

function raisedLearning(learned: DemandLearning, by: number): DemandLearning {
  const { averages, pending } = learned;
  return {
    ...learned,
    averages: {
      ...averages,
      fewMinutes: averages.fewMinutes + by,
      tenMinutes: averages.tenMinutes + by,
      hour: averages.hour + by,
      day: averages.day + by,
    },
    pending: pending.map((forecast) => ({
      ...forecast,
      from: forecast.from + by,
      quantiles: forecast.quantiles.map((quantile) => quantile + by),
    })),
  };
}

const raisedAll = (
  levels: Readonly<Record<string, number>>,
  by: number,
): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(levels).map(([name, level]) => [name, level + by]));

function warmer(memory: FleetMemory, hitRate: number): FleetMemory {
  const { cache } = memory;
  const now = cache === undefined ? null : pointOf(cache.recent);
  if (cache === undefined || now === null) return memory;
  // What was usual with another hit rate is nothing to compare this one with.
  const { diagnosis: _usual, ...kept } = memory;
  return { ...kept, cache: warmerCache(cache, hitRate - now.hitRate) };
}

const warmerCache = (cache: CacheMemory, by: number): CacheMemory => ({
  ...cache,
  open: warmerWindow(cache.open, by),
  recent: warmerWindow(cache.recent, by),
  points: cache.points.map((point) => ({ ...point, hitRate: moved(point.hitRate, by) })),
});

const warmerWindow = (window: CacheWindow, by: number): CacheWindow => ({
  ...window,
  cachedTokens: clamp(window.cachedTokens + by * window.promptTokens, 0, window.promptTokens),
});

const moved = (hitRate: number, by: number): number => clamp(hitRate + by, 0, 1);

const times = (duration: Millis, factor: number): Millis => millis(Math.round(duration * factor));

const spreadTimes = ({ p50Ms, p95Ms }: Spread, factor: number): Spread => ({
  p50Ms: times(p50Ms, factor),
  p95Ms: times(p95Ms, factor),
});

const slowerStart = (fleet: CompiledFleet, factor: number): CompiledFleet => ({
  ...fleet,
  pools: fleet.pools.map((pool) => ({
    ...pool,
    engineStartPrior: spreadTimes(pool.engineStartPrior, factor),
  })),
});

function slowerPool(pool: CompiledPool, factor: number): CompiledPool {
  const { grant, boot, join, repair } = pool.leadTimePrior;
  return {
    ...pool,
    leadTimePrior: {
      grant: spreadTimes(grant, factor),
      boot: spreadTimes(boot, factor),
      join: spreadTimes(join, factor),
      repair,
    },
  };
}

function slower(durations: StepDurations, fleet: FleetKey, factor: number): StepDurations {
  const all = (measured: readonly Millis[]) => measured.map((each) => times(each, factor));
  return {
    ...durations,
    grant: all(durations.grant),
    boot: all(durations.boot),
    join: all(durations.join),
    start: { ...durations.start, [fleet]: all(durations.start[fleet] ?? []) },
  };
}
