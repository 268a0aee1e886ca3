/** What pools and fleets of a cluster have to be for the simulated world to act on them. */
import type { CompiledFleet, CompiledPool } from "../core/compiled.ts";

/** What the simulated engines and their gateway export: whatever else is asked stays absent. */
export const WORLD_EXPORTS = { profile: "vllm", edge: "llm-d-epp" } as const;

/** @returns the pool with the simulated provider's object in place of its own */
export function simulatedPool(pool: CompiledPool): CompiledPool {
  const { name, backend } = pool;
  const target = { apiVersion: "simulated/v1", kind: "NodePool", namespace: "", name };
  const object = { kind: "simulated" as const, target, countPerRack: 1, nodeLabels: {} };
  const parts = { preset: null, path: null, item: null, members: null };
  return { ...pool, backend: { ...backend, ...object, ...parts } };
}

/** @returns the fleet that reads the series of the simulated engines, whatever its own export */
export function simulatedFleet(fleet: CompiledFleet): CompiledFleet {
  const { signals } = fleet;
  const { profile, edge } = WORLD_EXPORTS;
  if (signals.profile === profile && (signals.edge === null || signals.edge === edge)) return fleet;
  const gateway = signals.edge === null ? null : edge;
  return { ...fleet, signals: { ...signals, profile, edge: gateway, overrides: [], matchers: {} } };
}
