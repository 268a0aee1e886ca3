import { compilePool } from "../../src/config/compile-pool.ts";
import type { CompiledPool } from "../../src/core/compiled.ts";
import { type Raw, rawPool } from "./raw-objects.ts";

/** A RackPool as the controller has it; `spec` replaces whole fields. */
export function compiledPool(spec: Raw, name: string): CompiledPool {
  const pool = compilePool(rawPool(spec, name));
  if (!pool.ok) throw new Error(JSON.stringify(pool.errors));
  return pool.value;
}
