import type { Compilation } from "../../config/field-error.ts";
import { type EpochMs, elapsed, MINUTE_MS } from "../../core/units.ts";
import { type Json, metaOf } from "../kubernetes/decode.ts";

/** Schedules are expanded around an instant: a minute later the old expansion is still right. */
const EXPANDED_FOR_MS = MINUTE_MS;

interface Kept<T> {
  readonly at: EpochMs;
  readonly generation: number;
  readonly compilation: Compilation<T>;
}

/**
 * Compiles an object once per generation and minute: the tick reads every object every time, and
 * validating one costs more than deciding on it.
 */
export function compileCache<T>(
  compile: (object: Json, now: EpochMs) => Compilation<T>,
): (objects: readonly Json[], now: EpochMs) => readonly Compilation<T>[] {
  let kept: ReadonlyMap<string, Kept<T>> = new Map();
  return (objects, now) => {
    const next = new Map<string, Kept<T>>();
    for (const object of objects) {
      const { uid, generation } = metaOf(object);
      const known = kept.get(uid);
      const fresh = known?.generation === generation && elapsed(known.at, now) < EXPANDED_FOR_MS;
      next.set(uid, fresh ? known : { at: now, generation, compilation: compile(object, now) });
    }
    kept = next;
    return [...next.values()].map(({ compilation }) => compilation);
  };
}
