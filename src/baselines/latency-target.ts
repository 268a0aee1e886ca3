import type { CompiledFleet, LatencyMetric } from "../core/compiled.ts";
import { seconds } from "../core/units.ts";

/**
 * Peers know one target of a kind.
 * @returns the fleet's tightest threshold in seconds; `published` where it has none
 */
export function latencyTargetS(
  { objectives }: CompiledFleet,
  metric: LatencyMetric,
  published: Readonly<Record<LatencyMetric, number>>,
): number {
  const targets = objectives.filter((objective) => objective.metric === metric);
  if (targets.length === 0) return published[metric];
  return Math.min(...targets.map(({ thresholdMs }) => seconds(thresholdMs)));
}
