/**
 * Quantile forecast of demand: a local level with damped trend on the logarithm of turns/s, moved
 * by what was learned of its changes, widened by what calibration measured, with burst detection
 * within two ticks.
 */
import type { ForecastBand } from "../decision.ts";
import type { BandWidths, DemandMemory } from "../memory.ts";
import { NORMAL_QUANTILES, clamp, normalCdf, power } from "../numeric.ts";
import { MINUTE_MS, elapsed, millis, turnsPerSecond } from "../units.ts";
import type { EpochMs, Millis } from "../units.ts";
import { MEDIAN, gain, riseOf, riseOver } from "./averages.ts";
import { FIRST_WIDTHS, KEPT_Z, stretched } from "./calibration.ts";
import { predictedChange } from "./change.ts";
import { RISE_AT, askedForNow, featuresOf, firstLearning, learn, remembered } from "./learning.ts";

/** Demand below one turn a minute is forecast as one turn a minute: the logarithm needs a floor. */
const FLOOR_TURNS_PER_SECOND = 1 / 60;
/** Time constant of the level, minutes: follows a ramp, averages the noise of four scrapes. */
const LEVEL_MINUTES = 1.5;
/** Time constant of the trend, minutes. */
const TREND_MINUTES = 6;
/** Time constant of the innovation's variance, minutes. */
const SIGMA_MINUTES = 30;
/** Damping of the trend per minute (Gardner & McKenzie 1985): growth fades, it does not run on. */
const TREND_DAMPING = 0.85;
/** What a trend may add or take at most, as a factor: half an hour ahead nobody knows more. */
const MAX_TREND_FACTOR_LOG = Math.log(2);
/** Innovations count for the variance up to so many of its roots: an outage is not noise. */
const OUTLIER = 4;
/** Nobody sizes for more than 100 times the median (at p99): ln 100 / 2.33. */
const MAX_DEVIATION = 2;
/** Share of an innovation's variance that is a lasting change of level, per minute. */
const LEVEL_GAIN_SQUARED = 0.09;
/** Turns after which a change of tokens per turn is mostly believed: their lengths vary by x4. */
const TURNS_TO_LEARN = 100;
/** Standard deviation before anything is known: 15 %. */
const PRIOR_SIGMA = 0.15;
/** Poisson noise and scrape jitter never fall below this. */
const MIN_SIGMA = 0.03;
/** Twice the usual window of rates. */
export const WARM_UP_MS = millis(2 * MINUTE_MS);
/** A surprise this long after the start of a rise begins another one. */
const SAME_RISE_MS = millis(10 * MINUTE_MS);
/** A clock that went back by more than this has been set: what was learned is in its future. */
const SKEW_MINUTES = 1;
/** Two surprises in a row are a burst, one is noise. */
const BURST_SURPRISES = 2;

export interface DemandSighting {
  readonly at: EpochMs;
  readonly turnsPerSecond: number;
  /** Turns/s that the tokens per turn were measured on. */
  readonly servedPerSecond: number;
  readonly promptTokensPerTurn: number;
  readonly outputTokensPerTurn: number;
}

const logDemand = (rate: number): number => Math.log(Math.max(rate, FLOOR_TURNS_PER_SECOND));

export function firstSighting(seen: DemandSighting): DemandMemory {
  return {
    firstAt: seen.at,
    lastAt: seen.at,
    level: logDemand(seen.turnsPerSecond),
    trendPerMinute: 0,
    sigma: PRIOR_SIGMA,
    surprises: 0,
    risingSince: null,
    learned: firstLearning(seen.at, logDemand(seen.turnsPerSecond)),
    promptTokensPerTurn: seen.promptTokensPerTurn,
    outputTokensPerTurn: seen.outputTokensPerTurn,
  };
}

/** @returns the memory after one more sighting; one not newer than the last changes nothing */
export function observeDemand(memory: DemandMemory | null, seen: DemandSighting): DemandMemory {
  if (memory === null) return firstSighting(seen);
  const minutes = elapsed(memory.lastAt, seen.at) / MINUTE_MS;
  if (minutes < -SKEW_MINUTES) return firstSighting(seen);
  if (minutes <= 0) return memory;
  const y = logDemand(seen.turnsPerSecond);
  if (isYoung(memory, seen.at)) return { ...memory, ...restart(seen, y, minutes, memory) };
  const innovation = y - (memory.level + trendOver(memory, minutes));
  const surprises = isSurprise(memory, innovation) ? memory.surprises + 1 : 0;
  const burst = surprises >= BURST_SURPRISES;
  const moved = burst ? jump(memory, y) : follow(memory, innovation, minutes);
  const { level, trendPerMinute, sigma } = moved;
  const mix = gain(seen.servedPerSecond * minutes * 60, TURNS_TO_LEARN);
  return {
    ...memory,
    level,
    trendPerMinute,
    sigma,
    learned: learn(memory.learned ?? firstLearning(seen.at, y), {
      now: seen.at,
      y,
      minutes,
      age: elapsed(memory.firstAt, seen.at) / MINUTE_MS,
      burst: burst ? y - memory.level : 0,
    }),
    lastAt: seen.at,
    surprises,
    risingSince: surprises > 0 ? risenSince(memory, seen.at) : memory.risingSince,
    promptTokensPerTurn: blend(memory.promptTokensPerTurn, seen.promptTokensPerTurn, mix),
    outputTokensPerTurn: blend(memory.outputTokensPerTurn, seen.outputTokensPerTurn, mix),
  };
}

const risenSince = ({ risingSince }: DemandMemory, now: EpochMs): EpochMs =>
  risingSince !== null && elapsed(risingSince, now) < SAME_RISE_MS ? risingSince : now;

/** The first rates are taken over windows that are not yet full: they say nothing about growth. */
export const isYoung = (memory: DemandMemory, now: EpochMs): boolean =>
  elapsed(memory.firstAt, now) < WARM_UP_MS;

function restart(
  seen: DemandSighting,
  y: number,
  minutes: number,
  memory: DemandMemory,
): Partial<DemandMemory> {
  const mix = gain(seen.servedPerSecond * minutes * 60, TURNS_TO_LEARN);
  return {
    lastAt: seen.at,
    level: y,
    learned: firstLearning(seen.at, y),
    promptTokensPerTurn: blend(memory.promptTokensPerTurn, seen.promptTokensPerTurn, mix),
    outputTokensPerTurn: blend(memory.outputTokensPerTurn, seen.outputTokensPerTurn, mix),
  };
}

/** Tokens per turn are unknown (0) while no turn arrived: keep what was known. */
const blend = (old: number, seen: number, share: number): number => {
  if (seen <= 0) return old;
  return old <= 0 ? seen : old + share * (seen - old);
};

const isSurprise = (memory: DemandMemory, innovation: number): boolean =>
  innovation > NORMAL_QUANTILES.p99 * memory.sigma;

type Movement = Pick<DemandMemory, "level" | "trendPerMinute" | "sigma">;

/**
 * Demand is where it was seen. Two samples say nothing of a slope: what climbs on is a rise, and
 * added as one; to take the jump for a trend as well would count it twice. A fall is over.
 */
const jump = (memory: DemandMemory, y: number): Movement => ({
  level: y,
  trendPerMinute: Math.max(0, memory.trendPerMinute),
  sigma: memory.sigma,
});

function follow(memory: DemandMemory, innovation: number, minutes: number): Movement {
  const level =
    memory.level + trendOver(memory, minutes) + gain(minutes, LEVEL_MINUTES) * innovation;
  const slope = (level - memory.level) / minutes;
  const variance = memory.sigma * memory.sigma;
  const limit = OUTLIER * memory.sigma;
  const usual = clamp(innovation, -limit, limit);
  const blended = variance + gain(minutes, SIGMA_MINUTES) * (usual * usual - variance);
  return {
    level,
    trendPerMinute:
      memory.trendPerMinute + gain(minutes, TREND_MINUTES) * (slope - memory.trendPerMinute),
    sigma: Math.max(MIN_SIGMA, Math.sqrt(blended)),
  };
}

/** Damped trend over `minutes`: trend x (φ + φ² + … ) continued to fractions of a minute. */
function trendOver(memory: DemandMemory, minutes: number): number {
  const sum = (1 - power(TREND_DAMPING, minutes)) / -Math.log(TREND_DAMPING);
  return clamp(memory.trendPerMinute * sum, -MAX_TREND_FACTOR_LOG, MAX_TREND_FACTOR_LOG);
}

/** A falling trend is not extrapolated: a surge may come back, and a rack is half an hour away. */
const growthOver = (memory: DemandMemory, minutes: number): number =>
  Math.max(0, trendOver(memory, minutes));

/** @returns turns/s at the standard normal quantile `z`, `horizonMs` ahead */
export const demandQuantile = (memory: DemandMemory, horizonMs: Millis, z: number): number =>
  Math.exp(quantileOf(outlook(memory, horizonMs), z));

/** @returns turns/s at the quantile `z` if the median, ln(turns/s), is known from elsewhere */
export function quantileAround(
  memory: DemandMemory,
  median: number,
  { horizonMs, z }: { readonly horizonMs: Millis; readonly z: number },
): number {
  return Math.exp(quantileOf({ ...outlook(memory, horizonMs), median, beyond: () => 0 }, z));
}

/** All of ln(turns/s). */
interface Outlook {
  readonly from: number;
  readonly features: readonly number[];
  readonly median: number;
  /** The same, or what is asked for now: until a fall has come, there is that to be served. */
  readonly toServe: number;
  /** A standard deviation, before calibration. */
  readonly spread: number;
  readonly widths: BandWidths;
  /** What a rise adds at a standard normal quantile to what it adds to the median. */
  readonly beyond: (z: number) => number;
}

function outlook(memory: DemandMemory, horizonMs: Millis): Outlook {
  const minutes = horizonMs / MINUTE_MS;
  const spread = memory.sigma * Math.sqrt(1 + LEVEL_GAIN_SQUARED * minutes);
  const from = memory.level;
  const growth = growthOver(memory, minutes);
  const { learned } = memory;
  if (learned === undefined) {
    const median = from + growth;
    const known = { from, features: [], median, toServe: median, spread };
    return { ...known, widths: FIRST_WIDTHS, beyond: () => 0 };
  }
  const features = featuresOf(learned, memory, { horizonMs, growth });
  const median = from + predictedChange(learned.change, features);
  const rise = riseOf(learned.averages);
  const believed = clamp(learned.change.weights[RISE_AT] ?? 0, 0, 1);
  const beyond = (z: number): number =>
    believed * (riseOver(rise, minutes, normalCdf(z)) - riseOver(rise, minutes, MEDIAN));
  const toServe = Math.max(median, askedForNow(learned, memory.level));
  return { from, features, median, toServe, spread, widths: learned.widths, beyond };
}

function quantileOf({ median, spread, widths, beyond }: Outlook, z: number): number {
  const away = spread * stretched(widths, z) + beyond(z);
  return median + Math.min(away, MAX_DEVIATION * Math.max(0, z));
}

export const isBurst = (memory: DemandMemory): boolean => memory.surprises >= BURST_SURPRISES;

/** @param sizingZ the standard normal quantile that sizing uses */
export function forecastBand(
  memory: DemandMemory,
  horizonMs: Millis,
  sizingZ: number,
): ForecastBand {
  const ahead = outlook(memory, horizonMs);
  const at = (z: number) => turnsPerSecond(Math.exp(quantileOf(ahead, z)));
  return {
    horizonMs,
    observed: turnsPerSecond(Math.exp(memory.level)),
    p10: at(NORMAL_QUANTILES.p10),
    p50: at(NORMAL_QUANTILES.p50),
    p90: at(NORMAL_QUANTILES.p90),
    p99: at(NORMAL_QUANTILES.p99),
    sizing: turnsPerSecond(Math.exp(quantileOf({ ...ahead, median: ahead.toServe }, sizingZ))),
  };
}

/** @returns the memory of somebody who takes demand for what it is now */
export function withoutForecast(memory: DemandMemory): DemandMemory {
  const { learned: _learned, ...seen } = memory;
  return { ...seen, trendPerMinute: 0 };
}

/** Remembers today's forecast so that what comes can be held against it. */
export function rememberForecast(
  memory: DemandMemory,
  now: EpochMs,
  horizonMs: Millis,
): DemandMemory {
  const ahead = outlook(memory, horizonMs);
  const quantiles = KEPT_Z.map((z) => quantileOf(ahead, z));
  const forecast = {
    madeAt: now,
    horizonMs,
    from: ahead.from,
    features: ahead.features,
    quantiles,
  };
  const learned = memory.learned ?? firstLearning(now, memory.level);
  return { ...memory, learned: remembered(learned, forecast) };
}
