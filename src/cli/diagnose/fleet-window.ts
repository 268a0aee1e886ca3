/** What was said and measured of a fleet's cache over a window of time. */
import type { CacheEpisode, CacheView } from "../../api/cache-view.ts";

export interface HitPoint {
  readonly atSeconds: number;
  readonly hitRate: number | null;
  readonly expectedHitRate: number | null;
}

/** A fleet's cache as a controller or a decision log has it. */
export interface FleetCache {
  readonly fleet: string;
  readonly atSeconds: number;
  readonly now: CacheView;
  /** Oldest first. */
  readonly episodes: readonly CacheEpisode[];
  readonly points: readonly HitPoint[];
}

export interface FleetWindow extends Omit<FleetCache, "points"> {
  readonly fromSeconds: number;
  /** Mean hit rate in the window before the fall that lasts or was last, and since; null: none. */
  readonly before: number | null;
  readonly after: number | null;
  /** When that fall began; null: there was none in the window. */
  readonly fallSeconds: number | null;
}

/** @returns what is in the last so many seconds before the newest tick */
export function windowOf({ points, ...cache }: FleetCache, sinceSeconds: number): FleetWindow {
  const fromSeconds = cache.atSeconds - sinceSeconds;
  const episodes = cache.episodes.filter(({ untilSeconds }) => untilSeconds >= fromSeconds);
  const fall = episodes.findLast(({ verdict }) => verdict.cause !== "none");
  const fallSeconds = fall === undefined ? null : beginningOf(fall, episodes);
  const mean = (from: number, to: number): number | null =>
    meanOf(points.filter(({ atSeconds }) => atSeconds >= from && atSeconds <= to));
  const until = fall?.untilSeconds ?? cache.atSeconds;
  return {
    ...cache,
    episodes,
    fromSeconds,
    fallSeconds,
    before: mean(fromSeconds, (fallSeconds ?? cache.atSeconds + 1) - 1),
    after: fallSeconds === null ? null : mean(fallSeconds, until),
  };
}

/** A fall may be told by one cause first and by another later: it began with the first of them. */
function beginningOf(fall: CacheEpisode, episodes: readonly CacheEpisode[]): number {
  const place = episodes.indexOf(fall);
  const calm = episodes.slice(0, place).findLastIndex(({ verdict }) => verdict.cause === "none");
  const first = episodes[calm + 1]?.fromSeconds ?? fall.fromSeconds;
  return Math.min(fall.verdict.sinceSeconds ?? first, first);
}

function meanOf(points: readonly HitPoint[]): number | null {
  const rates = points.flatMap(({ hitRate }) => hitRate ?? []);
  return rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
}
