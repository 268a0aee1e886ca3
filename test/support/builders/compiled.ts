/** Builders of small fleets and pools whose figures can be worked out by hand. */
import type {
  CompiledFleet,
  CompiledGroup,
  CompiledPool,
  CompiledWorkload,
} from "../../../src/core/compiled.ts";
import { gpuCount, millis, rackCount, ratio } from "../../../src/core/units.ts";
import { aFleet, aPool } from "../reports/compiled.ts";

/** Eight aggregated units of eight GPUs: 64 usable GPUs of a rack. */
export const EIGHT_UNITS: CompiledWorkload = {
  name: "engine",
  role: "Aggregated",
  target: null,
  podLabels: { app: "engine" },
  manage: "Observe",
  layout: "ObjectPerRack",
  gpusPerUnit: gpuCount(8),
  unitsPerRack: 8,
};

/** `agents/coder` on test-small engines: 32,000 cold prompt tokens/s a rack. */
export function aSmallFleet(changes: Partial<CompiledFleet> = {}): CompiledFleet {
  return aFleet("coder", {
    model: { name: "test-small", profile: "test-small", revisionLabel: "model-revision" },
    mode: { scaleOut: "Auto", scaleIn: "Auto" },
    racks: { min: rackCount(1), max: rackCount(10), surviveRackLosses: rackCount(0) },
    workloads: [EIGHT_UNITS],
    objectives: [
      {
        name: "ttft",
        metric: "TTFT",
        matchers: {},
        thresholdMs: millis(2_500),
        share: ratio(0.95),
      },
    ],
    ...changes,
  });
}

export const aSmallGroup = (
  fleet: Partial<CompiledFleet> = {},
  pool: Partial<CompiledPool> = {},
): CompiledGroup => ({
  name: "gb200-east",
  pools: [aPool("gb200-east", pool)],
  fleets: [aSmallFleet(fleet)],
});
