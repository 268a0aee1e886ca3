import type { CompiledFleet, CompiledPool, FleetKey } from "../core/compiled.ts";
import type { OverrideObservation } from "../core/observation.ts";
import type { Reason } from "../core/reasons.ts";
import type { EpochMs } from "../core/units.ts";

export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  /** CamelCase, as Kubernetes asks. */
  readonly reason: string;
  readonly message: string;
}

export interface PoolStatus {
  readonly desiredRacks: number | null;
  readonly racksByPhase: Readonly<Record<string, number>>;
  readonly conditions: readonly Condition[];
}

export interface FleetStatus {
  readonly wantedRacks: number;
  readonly awardedRacks: number;
  readonly heldRacks: number;
  readonly servingRacks: number;
  readonly outcome: string;
  readonly reason: string;
  readonly hitRate: number | null;
  readonly conditions: readonly Condition[];
}

/** What an override of every fleet of the cluster is about. */
export const EVERY_FLEET = "*";

export interface FleetOverrideOf {
  /** A fleet, `namespace/*` for all of a namespace, or `EVERY_FLEET`. */
  readonly fleet: FleetKey | typeof EVERY_FLEET;
  /** Where the object is. */
  readonly namespace: string;
  readonly override: OverrideObservation;
}

/** An object that could not be compiled: it is left out of the desired state and reported. */
export interface BrokenObject {
  readonly kind: "RackPool" | "InferenceFleet" | "FleetOverride";
  readonly namespace: string;
  readonly name: string;
  /** Names the field, what was found and what is expected. */
  readonly message: string;
}

export interface DesiredState {
  readonly pools: readonly CompiledPool[];
  readonly fleets: readonly CompiledFleet[];
  readonly overrides: readonly FleetOverrideOf[];
  readonly problems: readonly { readonly fleet: FleetKey; readonly reason: Reason }[];
  readonly broken: readonly BrokenObject[];
}

/** What people asked for, and where they read what became of it. */
export interface FleetStore {
  /** @throws PortError when the state was never read; decisions on an unsynced world are unsafe. */
  read(now: EpochMs): Promise<DesiredState>;
  /** Writes only when something changed. */
  writePoolStatus(pool: CompiledPool, status: PoolStatus): Promise<void>;
  writeFleetStatus(fleet: CompiledFleet, status: FleetStatus): Promise<void>;
  writeOverrideStatus(override: FleetOverrideOf, conditions: readonly Condition[]): Promise<void>;
  /** Reports an object that could not be compiled, on the object itself. */
  reportBroken(broken: BrokenObject): Promise<void>;
}
