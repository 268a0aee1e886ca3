/** Steps worked out by hand: ratio = mean KV usage / 0.8, tolerance 0.1, ceil(ratio x 16 pods). */
import { describe, expect, it } from "vitest";
import { HPA_KV_KNOB, hpaKv } from "../../src/baselines/hpa-kv.ts";
import { ratio } from "../../src/core/units.ts";
import { aFleetObservation, someSignals } from "../support/builders/observed.ts";
import { NOTHING_REMEMBERED, aView } from "../support/builders/peer.ts";

function wanted(kvUsage: number | null, usages?: readonly number[]): number | undefined {
  const engines = usages?.map((usage, n) => ({
    pod: `pod-${n}`,
    role: "Aggregated" as const,
    waitingTurns: 0,
    kvUsage: ratio(usage),
    kvTokens: 10_000,
  }));
  const observed = aFleetObservation({
    signals: someSignals({ kvUsage }),
    ...(engines === undefined ? {} : { engines }),
  });
  return hpaKv(0.8).want(aView({ observed }), NOTHING_REMEMBERED).replicas.Aggregated;
}

describe("hpa-kv at its default, 0.8 of the cache", () => {
  it.each([
    ["0.8 holds", 0.8, 16],
    ["0.88: ratio 1.1, tolerated", 0.88, 16],
    ["0.9: ratio 1.125, ceil(18)", 0.9, 18],
    // However long the queue is, usage ends at 1: ratio 1.25, never more than 16 / 0.8.
    ["full: ratio 1.25, ceil(20), the most it ever adds at once", 1, 20],
    ["idle caches do not shrink it at once", 0, 16],
    ["without a metric nothing is done", null, 16],
  ])("%s", (_, kvUsage, replicas) => {
    expect(wanted(kvUsage)).toBe(replicas);
  });

  it("goes by the pods themselves where the source tells them apart", () => {
    const uneven = Array.from({ length: 16 }, (_, n) => (n < 12 ? 1 : 0.75));
    // 12 x 1 + 4 x 0.75 = 15; 15 / 16 / 0.8 = 1.17; ceil(18.75).
    expect(wanted(0, uneven)).toBe(19);
  });

  it("has llm-d's threshold as its default", () => {
    expect(HPA_KV_KNOB.default).toBe(0.8);
  });
});
