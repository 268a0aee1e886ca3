import { describe, expect, it } from "vitest";
import { readMetrics } from "../../../src/sim/kernel/read-metrics.ts";
import { loneTurns, smallFleet, smallParts } from "../../support/small-fleet.ts";

describe("the metrics of a replica", () => {
  it("count from its start, and observe what clients never see", () => {
    const source = loneTurns([
      [0, 25, 3],
      [500, 10, 1],
    ]);
    const buckets = { ttft: [0.000_001, 0.001], itl: [0.000_000_5, 0.001] };
    const { kernel } = smallFleet(source, { buckets });
    kernel.runUntil(1e6);
    const { ttftBuckets, itlBuckets, ...counters } = kernel.metrics(0, 1e6);
    expect(counters).toEqual({
      running: 0,
      waiting: 0,
      pinnedTokens: 0,
      promptTokens: 35,
      cachedTokens: 0,
      hostCachedTokens: 0,
      storeCachedTokens: 0,
      generatedTokens: 4,
      firstTokens: 2,
      finishedTurns: 2,
      preemptions: 0,
      evictedTokens: 0,
      ttftSumSeconds: 2_500 / 1e9,
      itlSumSeconds: 2_000 / 1e9,
    });
    expect([[...ttftBuckets], [...itlBuckets]]).toEqual([
      [1, 2, 2],
      [0, 2, 2],
    ]);
  });

  it("are all 0 at first", () => {
    const { state } = smallParts(loneTurns([]));
    const replica = state.replicas.add("Aggregated");
    state.caches.addReplica(replica, 100);
    const { ttftBuckets, itlBuckets, ...counters } = readMetrics(state, replica);
    expect(Object.values(counters).every((value) => value === 0)).toBe(true);
    expect([[...ttftBuckets], [...itlBuckets]]).toEqual([[0], [0]]);
  });
});
