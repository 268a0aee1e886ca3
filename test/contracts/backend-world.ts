import type { CompiledPool } from "../../src/core/compiled.ts";
import type { NodeRef } from "../../src/core/decision.ts";
import type { RackBackend, WriteOutcome } from "../../src/ports/rack-backend.ts";
import type { Wire } from "../support/backed-kinds/wire.ts";

/** A pool of 4 racks whose object people can touch. */
export interface BackendWorld {
  readonly backend: RackBackend;
  readonly pool: CompiledPool;
  /** Units of the object's count that make one rack. */
  readonly unitsPerRack: number;
  /** The count in the object's own units, read past the backend. */
  units(): Promise<number>;
  setUnits(units: number, manager: string): Promise<void>;
  /** A write to the status, which moves the resource version. */
  touchStatus(): Promise<void>;
  /** Deletes the object and creates another of 4 racks under its name. */
  recreate(): Promise<void>;
  remove(): Promise<void>;
  /** Of an object set: the objects that a change names; absent elsewhere. */
  objects?(from: number, to: number): readonly string[];
  /** Racks that are read without an object, where the backend makes it; absent: a refusal. */
  readonly withoutObject?: number;
  /** The way to the object, on which writes of the count can fail. */
  readonly wire?: Wire;
  /** Awaits work that may have to wait; absent where none does. */
  run?<T>(work: Promise<T>): Promise<T>;
  /** Empties as many racks, the last ones, and names their nodes. */
  emptied?(racks: number): Promise<readonly NodeRef[]>;
  /** The nodes that are marked as the first to go. */
  marked?(): Promise<readonly string[]>;
}

/** What the tests of one world work with. */
export interface Bench {
  readonly world: BackendWorld;
  readonly uid: string;
  /** The count in racks. */
  racks(): Promise<number>;
  /** In: gives back racks that were emptied first. */
  write(from: number, to: number): Promise<WriteOutcome>;
  /** The outcome is a conflict that names what was found, and the count stays as it was. */
  expectConflict(from: number, to: number, found: string): Promise<void>;
}
