/**
 * Why the hit rate is what it is, in its first form: it tells broken signals, cold replicas and
 * missing capacity apart, and says so when it cannot tell.
 */
import type { CacheVerdict } from "../decision.ts";
import type { FleetMemory } from "../memory.ts";
import { ratio } from "../units.ts";
import type { Ratio } from "../units.ts";

/** A smaller fall is noise: the five-minute standard deviation is 1.3-5.1 points. */
const REGRESSION = 0.05;

export interface CacheEvidence {
  /** null: not measurable now. */
  readonly hitRate: Ratio | null;
  readonly whyUnmeasurable: string;
  /** null: too short a past. */
  readonly usualHitRate: Ratio | null;
  /** What the response law gives at today's free cache, from the fleet's past; null: no past. */
  readonly lawHitRate: Ratio | null;
  readonly warmingRacks: number;
}

export function diagnoseCache(evidence: CacheEvidence): CacheVerdict {
  const { hitRate, usualHitRate: expected } = evidence;
  const base = { hitRate, expectedHitRate: expected };
  if (hitRate === null) {
    return { ...base, cause: "broken-signal", rackHelps: null, text: evidence.whyUnmeasurable };
  }
  if (expected === null || !hasFallen(hitRate, expected)) {
    return { ...base, cause: "none", rackHelps: null, text: "No regression." };
  }
  return { ...base, ...explainFall(evidence, hitRate, expected) };
}

/** @returns whether a hit rate is so far below the usual one that it wants an explanation */
export const hasFallen = (hitRate: Ratio, usual: Ratio): boolean => hitRate < usual - REGRESSION;

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

function explainFall(
  { warmingRacks, lawHitRate }: CacheEvidence,
  hitRate: Ratio,
  expected: Ratio,
): Pick<CacheVerdict, "cause" | "rackHelps" | "text"> {
  const fall = `The hit rate fell from ${percent(expected)} to ${percent(hitRate)}`;
  if (warmingRacks > 0) {
    return {
      cause: "cold-replicas",
      rackHelps: false,
      text: `${fall} while ${warmingRacks} racks warm up: wait.`,
    };
  }
  if (lawHitRate !== null && lawHitRate <= hitRate + REGRESSION) {
    return {
      cause: "capacity-bound",
      rackHelps: true,
      text: `${fall}, as the response law predicts for the free cache left.`,
    };
  }
  return {
    cause: "cannot-tell",
    rackHelps: null,
    text:
      `${fall}, more than the free cache explains. Prompt instability, routing and workload ` +
      "cannot be told apart from the engine's own series: router or traces are needed.",
  };
}

/** @returns the median of the remembered hit rates; null with fewer than five of them */
export function usualHitRate(memory: FleetMemory): Ratio | null {
  const { hitRates } = memory;
  // Typed arrays sort numbers as numbers, without a call for every comparison.
  const sorted = new Float64Array(hitRates.length);
  let index = 0;
  for (const { hitRate } of hitRates) sorted[index++] = hitRate;
  const middle = sorted.sort()[Math.floor(sorted.length / 2)];
  return sorted.length < 5 || middle === undefined ? null : ratio(middle);
}
