/**
 * What a fleet's cache was seen to do: points of the response law, an hour each. Shorter windows
 * bias the fitted ceiling low (errors in variables: up to 8.6 points at half the racks), and a
 * minute's hit rate is noise: over five minutes its standard deviation is 1.3 points at 0.90, and
 * 5.1 at 0.72.
 */
import { HOUR_MS, MINUTE_MS, after, elapsed, millis, ratio } from "../units.ts";
import type { EpochMs, RackCount } from "../units.ts";
import { freeCacheSeconds } from "./response-law.ts";
import type { HitRatePoint } from "./response-law.ts";

/** Sums over a stretch of time: divided by its seconds they are means. */
export interface CacheWindow {
  readonly since: EpochMs;
  readonly seconds: number;
  /** Token-seconds of KV cache there was, and pinned by running turns. */
  readonly kvTokenSeconds: number;
  readonly pinnedTokenSeconds: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  /** Seconds waited before prefill, times seconds. */
  readonly waitSeconds: number;
}

/** A point of the law with the seconds it was averaged over. */
export interface CachePoint {
  readonly at: EpochMs;
  readonly freeSeconds: number;
  readonly hitRate: number;
  readonly seconds: number;
}

export interface CacheMemory {
  readonly lastAt: EpochMs;
  readonly racks: RackCount;
  /** Nothing is learned before: a cache of another size has to settle. */
  readonly learnFrom: EpochMs;
  readonly open: CacheWindow;
  /** Closed windows, oldest first. */
  readonly points: readonly CachePoint[];
  /** The last minutes, older ones weighing less. */
  readonly recent: CacheWindow;
}

/** What one tick sees. */
export interface CacheSighting {
  readonly at: EpochMs;
  readonly racks: RackCount;
  readonly kvTokens: number;
  readonly pinnedTokens: number;
  readonly promptTokensPerSecond: number;
  readonly hitRate: number;
  readonly waitSeconds: number;
}

const WINDOW_MS = HOUR_MS;
/** A window that a change of racks ends says something from then on. */
const LEAST_WINDOW_SECONDS = 600;
/** A day: sessions drift, and the law is refitted to what they are now. */
const POINTS_KEPT = 24;
/** After a change of racks a guarded router settles within 2 min, a scale-in's dip within 1. */
const SETTLE_MS = millis(10 * MINUTE_MS);
/** The last minutes are weighed by an exponential, as noisy as a window of twice the length. */
const RECENT_SECONDS = 300;
/** A gap between ticks is not a time that was watched. */
const LONGEST_TICK_SECONDS = 60;

const empty = (since: EpochMs): CacheWindow => ({
  since,
  seconds: 0,
  kvTokenSeconds: 0,
  pinnedTokenSeconds: 0,
  promptTokens: 0,
  cachedTokens: 0,
  waitSeconds: 0,
});

/** @returns the memory after one more sighting; one not newer than the last changes nothing */
export function observeCache(memory: CacheMemory | null, seen: CacheSighting): CacheMemory {
  if (memory === null || seen.at < memory.lastAt) return firstSighting(seen);
  const seconds = Math.min(LONGEST_TICK_SECONDS, elapsed(memory.lastAt, seen.at) / 1_000);
  if (seconds <= 0) return memory;
  const recent = add(fade(memory.recent, Math.exp(-seconds / RECENT_SECONDS)), seen, seconds);
  const watched = { ...memory, lastAt: seen.at, recent };
  if (seen.racks !== memory.racks) {
    const learnFrom = after(seen.at, SETTLE_MS);
    return { ...close(watched, seen.at), racks: seen.racks, learnFrom };
  }
  if (seen.at < memory.learnFrom) return { ...watched, open: empty(seen.at) };
  const open = add(memory.open, seen, seconds);
  const full = elapsed(open.since, seen.at) >= WINDOW_MS;
  return full ? close({ ...watched, open }, seen.at) : { ...watched, open };
}

/** The first sight is of rates over a window: it stands for as long as the longest tick. */
function firstSighting(seen: CacheSighting): CacheMemory {
  const { at, racks } = seen;
  const window = add(empty(at), seen, LONGEST_TICK_SECONDS);
  return { lastAt: at, racks, learnFrom: at, open: window, points: [], recent: window };
}

function add(window: CacheWindow, seen: CacheSighting, seconds: number): CacheWindow {
  const promptTokens = seen.promptTokensPerSecond * seconds;
  return {
    since: window.since,
    seconds: window.seconds + seconds,
    kvTokenSeconds: window.kvTokenSeconds + seen.kvTokens * seconds,
    pinnedTokenSeconds: window.pinnedTokenSeconds + seen.pinnedTokens * seconds,
    promptTokens: window.promptTokens + promptTokens,
    cachedTokens: window.cachedTokens + promptTokens * seen.hitRate,
    waitSeconds: window.waitSeconds + seen.waitSeconds * seconds,
  };
}

const fade = (window: CacheWindow, share: number): CacheWindow => ({
  since: window.since,
  seconds: window.seconds * share,
  kvTokenSeconds: window.kvTokenSeconds * share,
  pinnedTokenSeconds: window.pinnedTokenSeconds * share,
  promptTokens: window.promptTokens * share,
  cachedTokens: window.cachedTokens * share,
  waitSeconds: window.waitSeconds * share,
});

function close(memory: CacheMemory, now: EpochMs): CacheMemory {
  const point = memory.open.seconds < LEAST_WINDOW_SECONDS ? null : pointOf(memory.open);
  const { seconds } = memory.open;
  const points =
    point === null ? memory.points : [...memory.points, { at: now, seconds, ...point }];
  return { ...memory, open: empty(now), points: points.slice(-POINTS_KEPT) };
}

/** @returns where the fleet stood on the law over a window; null without traffic in it */
export function pointOf(window: CacheWindow): HitRatePoint | null {
  const { seconds, promptTokens } = window;
  if (seconds <= 0 || promptTokens <= 0) return null;
  return {
    freeSeconds: freeCacheSeconds({
      kvTokens: window.kvTokenSeconds / seconds,
      pinnedTokens: window.pinnedTokenSeconds / seconds,
      promptTokensPerSecond: promptTokens / seconds,
      waitSeconds: window.waitSeconds / seconds,
    }),
    hitRate: ratio(Math.min(1, window.cachedTokens / promptTokens)),
  };
}

/** @returns every point there is, the window that is still open included */
export function pointsOf({ points, open, lastAt }: CacheMemory): readonly CachePoint[] {
  const point = pointOf(open);
  return point === null ? points : [...points, { at: lastAt, seconds: open.seconds, ...point }];
}
