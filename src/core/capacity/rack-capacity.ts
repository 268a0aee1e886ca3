/** What one rack of a fleet offers: units per role, their speed, and KV cache. */
import type { CompiledFleet, CompiledWorkload } from "../compiled.ts";
import type { EngineProfile } from "../profiles/engine-profiles.ts";

export interface RackCapacity {
  readonly prefillUnits: number;
  readonly prefillTokensPerSecondPerUnit: number;
  readonly decodeGpus: number;
  readonly decodeTokensPerSecond: number;
  /** Prefill and decode share the same GPUs: aggregated units. */
  readonly shared: boolean;
  /** KV tokens of the units that hold prefixes. */
  readonly kvTokens: number;
  readonly prefillTokensPerSecond: number;
}

/** @returns the capacity of a rack packed as the fleet's workloads say */
export function rackCapacity(fleet: CompiledFleet, engine: EngineProfile): RackCapacity {
  const prefill = fleet.workloads.filter(({ role }) => role !== "Decode");
  const decode = fleet.workloads.filter(({ role }) => role !== "Prefill");
  const units = prefill.reduce((sum, workload) => sum + workload.unitsPerRack, 0);
  const prefillTokensPerSecond = gpus(prefill) * engine.prefillTokensPerSecondPerGpu;
  return {
    prefillUnits: units,
    prefillTokensPerSecondPerUnit: units === 0 ? 0 : prefillTokensPerSecond / units,
    prefillTokensPerSecond,
    decodeGpus: gpus(decode),
    decodeTokensPerSecond: gpus(decode) * engine.decodeTokensPerSecondPerGpu,
    shared: fleet.workloads.some(({ role }) => role === "Aggregated"),
    kvTokens: gpus(prefill) * engine.kvTokensPerGpu,
  };
}

const gpus = (workloads: readonly CompiledWorkload[]): number =>
  workloads.reduce((sum, { unitsPerRack, gpusPerUnit }) => sum + unitsPerRack * gpusPerUnit, 0);
