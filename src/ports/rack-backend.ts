import type { BackendKind, CompiledPool } from "../core/compiled.ts";
import type { PoolCount, Refusal } from "../core/observation.ts";
import type { RackCount } from "../core/units.ts";

export interface BackendCapabilities {
  /** Whether the client can say which rack goes, or must empty it first and check afterwards. */
  readonly choosesVictim: boolean;
  readonly counts: "Racks" | "Nodes";
  /** What the adapter was proven against. */
  readonly proof: "RealController" | "VendorCrd" | "Documentation";
}

export interface PoolReading {
  readonly count: PoolCount | null;
  readonly refusals: readonly Refusal[];
}

export interface CountChange {
  readonly uid: string;
  readonly from: RackCount;
  readonly to: RackCount;
}

export type WriteOutcome =
  | { readonly kind: "Written" }
  /** The count already was `to`. */
  | { readonly kind: "AlreadyDone" }
  /** The object is another one now, or its count is neither `from` nor `to`. */
  | { readonly kind: "Conflict"; readonly found: string };

/** The object whose count is the size of a pool. */
export interface RackBackend {
  readonly kind: BackendKind;
  readonly capabilities: BackendCapabilities;
  /** Reads the count. What must not be scaled is a refusal, not an error. @throws PortError */
  read(pool: CompiledPool): Promise<PoolReading>;
  /**
   * Changes the count in one guarded write (uid and old count are tested by the server), then
   * reads it back. Repeating it after any failure is safe. @throws PortError
   */
  write(pool: CompiledPool, change: CountChange): Promise<WriteOutcome>;
}
