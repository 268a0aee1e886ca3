import type { BackendKind, CompiledPool } from "../core/compiled.ts";
import type { NodeRef } from "../core/decision.ts";
import type { PoolCount, Refusal } from "../core/observation.ts";
import type { RackCount } from "../core/units.ts";

export interface PoolReading {
  readonly count: PoolCount | null;
  readonly refusals: readonly Refusal[];
}

export interface CountChange {
  readonly uid: string;
  readonly from: RackCount;
  readonly to: RackCount;
  /** Of an object set: the objects to change; absent elsewhere. */
  readonly objects?: readonly string[];
  /** In: the nodes of the emptied rack, to be marked as the first to go; absent for Out. */
  readonly victims?: readonly NodeRef[];
  /** Name of the decision that asks for it: what a person who carries it out can look up. */
  readonly decision?: string;
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
  /** Reads the count. What must not be scaled is a refusal, not an error. @throws PortError */
  read(pool: CompiledPool): Promise<PoolReading>;
  /**
   * Changes the count in one guarded write (uid and old count are tested by the server), then
   * reads it back. Repeating it after any failure is safe. Where the kind knows marks for victims,
   * `victims` are marked before the count is lowered. @throws PortError
   */
  write(pool: CompiledPool, change: CountChange): Promise<WriteOutcome>;
  /** Takes such marks off again; idempotent, and nothing where there are none. @throws PortError */
  spare(pool: CompiledPool, nodes: readonly NodeRef[]): Promise<void>;
}
