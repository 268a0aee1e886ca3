import type { KernelOptions, ReplicaMetrics } from "../../../src/sim/kernel/contract.ts";
import type { Gaps } from "./naive-log.ts";
import type { NaiveUnit } from "./naive-unit.ts";

const NS_PER_SECOND = 1e9;

/** @returns what the endpoint of the replica shows */
export function metricsOf(unit: NaiveUnit, buckets: KernelOptions["buckets"]): ReplicaMetrics {
  const { log, cache, queue } = unit;
  const ttfts = log.ttftNs.map((sumNs) => ({ sumNs, count: 1 }));
  return {
    running: unit.runningTurns().length,
    waiting: queue.length,
    pinnedTokens: cache.usedTokens(),
    promptTokens: log.promptTokens,
    cachedTokens: log.cachedTokens,
    hostCachedTokens: log.hostCachedTokens,
    storeCachedTokens: log.storeCachedTokens,
    generatedTokens: log.generatedTokens,
    firstTokens: log.ttftNs.length,
    finishedTurns: log.finishedTurns,
    preemptions: log.preemptions,
    evictedTokens: cache.evictedTokens,
    ttftBuckets: cumulative(ttfts, buckets.ttft),
    ttftSumSeconds: sumSeconds(ttfts),
    itlBuckets: cumulative(log.gaps, buckets.itl),
    itlSumSeconds: sumSeconds(log.gaps),
  };
}

const sumSeconds = (gaps: readonly Gaps[]): number =>
  gaps.reduce((sum, { sumNs }) => sum + sumNs, 0) / NS_PER_SECOND;

/** Gaps of one turn all count as their mean. Bounds are seconds, compared in whole ns. */
function cumulative(gaps: readonly Gaps[], boundsSeconds: readonly number[]): Float64Array {
  const boundsNs = [...boundsSeconds.map((bound) => Math.round(bound * NS_PER_SECOND)), Infinity];
  const within = (boundNs: number): number =>
    gaps
      .filter(({ sumNs, count }) => sumNs / count <= boundNs)
      .reduce((sum, { count }) => sum + count, 0);
  return Float64Array.from(boundsNs.map(within));
}
