/** What people asked for, held in memory. */
import type { CompiledGroup, FleetKey } from "../../core/compiled.ts";
import type {
  Condition,
  DesiredState,
  FleetOverrideOf,
  FleetStatus,
  FleetStore,
  PoolStatus,
} from "../../ports/fleet-store.ts";

export interface SimulatedFleetStore extends FleetStore {
  /** Replaces the overrides in force, as people would with kubectl. */
  setOverrides(overrides: readonly FleetOverrideOf[]): void;
  poolStatus(name: string): PoolStatus | undefined;
  fleetStatus(key: FleetKey): FleetStatus | undefined;
  overrideConditions(name: string): readonly Condition[] | undefined;
}

export function simulatedFleetStore(group: CompiledGroup): SimulatedFleetStore {
  const pools = new Map<string, PoolStatus>();
  const fleets = new Map<FleetKey, FleetStatus>();
  const overrides = new Map<string, readonly Condition[]>();
  let state: DesiredState = { ...group, overrides: [], problems: [], broken: [] };
  return {
    read: () => Promise.resolve(state),
    writePoolStatus: (pool, status) => {
      pools.set(pool.name, status);
      return Promise.resolve();
    },
    writeFleetStatus: (fleet, status) => {
      fleets.set(fleet.key, status);
      return Promise.resolve();
    },
    writeOverrideStatus: ({ override }, conditions) => {
      overrides.set(override.name, conditions);
      return Promise.resolve();
    },
    reportBroken: () => Promise.resolve(),
    setOverrides: (said) => {
      state = { ...state, overrides: said };
    },
    poolStatus: (name) => pools.get(name),
    fleetStatus: (key) => fleets.get(key),
    overrideConditions: (name) => overrides.get(name),
  };
}
