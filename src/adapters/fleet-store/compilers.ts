import type { Compilation, FieldError } from "../../config/field-error.ts";
import type { CompiledOverride } from "../../config/compile-override.ts";
import type { CompiledFleet, CompiledPool } from "../../core/compiled.ts";
import type { Reason } from "../../core/reasons.ts";
import type { EpochMs } from "../../core/units.ts";

/** What turns objects into what core decides on; `config` provides it. */
export interface Compilers {
  pool(raw: unknown): Compilation<CompiledPool>;
  /** @param now which occurrences of schedules are expanded */
  fleet(raw: unknown, now: EpochMs): Compilation<CompiledFleet>;
  override(raw: unknown): Compilation<CompiledOverride>;
  /** What is wrong between objects that are each valid. */
  problems(fleet: CompiledFleet, pools: readonly CompiledPool[]): readonly Reason[];
  /** One line for a condition's message. */
  describe(errors: readonly FieldError[]): string;
}
