import type { CacheVerdict } from "../../../core/decision.ts";
import type { CacheEpisode, CacheView } from "../../../api/cache-view.ts";
import { finite, instantSeconds } from "./json-number.ts";

/** @returns the verdict as the API shows it: instants in seconds, nothing that is no number */
export function cacheView({ since, causes, evidence, ...verdict }: CacheVerdict): CacheView {
  const { coldTokensPerSecond, ...rest } = verdict;
  const cold = finite(coldTokensPerSecond ?? Number.NaN);
  return {
    ...rest,
    ...(cold === null ? {} : { coldTokensPerSecond: cold }),
    ...(since === undefined ? {} : { sinceSeconds: instantSeconds(since) }),
    ...(causes === undefined ? {} : { causes: [...causes] }),
    ...(evidence === undefined ? {} : { evidence: [...evidence] }),
  };
}

/** @returns the episodes with a tick's verdict behind them: one more where the cause is another */
export function withVerdict(
  episodes: readonly CacheEpisode[],
  atSeconds: number,
  verdict: CacheView,
): readonly CacheEpisode[] {
  const last = episodes.at(-1);
  const lowestHitRate = verdict.hitRate;
  if (last === undefined || last.verdict.cause !== verdict.cause) {
    const began = { fromSeconds: atSeconds, untilSeconds: atSeconds, lowestHitRate, verdict };
    return [...episodes, began];
  }
  const lowest = lowestOf(last.lowestHitRate, lowestHitRate);
  const longer = { ...last, untilSeconds: atSeconds, lowestHitRate: lowest, verdict };
  return [...episodes.slice(0, -1), longer];
}

const lowestOf = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b);
