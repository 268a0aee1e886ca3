/** Two series of equal pieces, compared piece by piece. */
import { normalTail } from "./chance.ts";

export interface PairedDifference {
  /** Of the first less the second. */
  readonly mean: number;
  /** That it is above 0, 0.5..1; 0.5 of fewer than five pieces. */
  readonly confidence: number;
}

const LEAST_PIECES = 5;

/** Student's paired test, one-sided. */
export function pairedDifference(
  first: readonly number[],
  second: readonly number[],
): PairedDifference {
  const differences = first.map((value, at) => value - (second[at] ?? 0));
  const n = differences.length;
  const mean = differences.reduce((sum, value) => sum + value, 0) / Math.max(1, n);
  if (n < LEAST_PIECES || mean <= 0) return { mean, confidence: 0.5 };
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  if (variance === 0) return { mean, confidence: 1 };
  const t = mean / Math.sqrt(variance / n);
  return { mean, confidence: 1 - normalTail(asNormal(t, n - 1)) };
}

/** Hill's first term (1970): a Student variable as the normal one with about the same tail. */
function asNormal(t: number, freedom: number): number {
  const z = Math.sqrt(freedom * Math.log(1 + (t * t) / freedom));
  return z * (1 - 3 / (4 * freedom + 3)) + z * (3 / (4 * freedom + 3) - 1 / (4 * freedom));
}
