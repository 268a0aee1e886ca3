/** What backends share whose count is one number in one object. */
import type { CompiledPool } from "../../core/compiled.ts";
import type { PoolCount } from "../../core/observation.ts";
import type { PoolReading } from "../../ports/rack-backend.ts";
import type { JsonPatchOperation } from "./client.ts";
import type { FoundCount, NoCount } from "./guarded-count.ts";
import { noSuchObject, refused } from "./refusals.ts";

export interface CountReading {
  /** In the object's own units; null where the object leaves a zero out. */
  readonly written: number | null;
  readonly count: PoolCount;
}

/** The reading, or every reason why the pool must not be scaled. */
export type Decoded<R extends CountReading = CountReading> =
  | { readonly ok: true; readonly reading: R }
  | { readonly ok: false; readonly refusals: readonly string[] };

export interface FoundReading<R extends CountReading = CountReading> extends FoundCount {
  readonly reading: R;
}

/** @param decoded null when there is no such object */
export function poolReading(pool: CompiledPool, decoded: Decoded | null): PoolReading {
  if (decoded === null) return { count: null, refusals: [noSuchObject(pool)] };
  if (!decoded.ok) return { count: null, refusals: refused(decoded.refusals) };
  return { count: decoded.reading.count, refusals: [] };
}

/** @param decoded null when there is no such object */
export function foundReading<R extends CountReading>(
  pool: CompiledPool,
  decoded: Decoded<R> | null,
): FoundReading<R> | NoCount {
  if (decoded === null) return { kind: "NoCount", text: noSuchObject(pool).text };
  if (!decoded.ok) return { kind: "NoCount", text: decoded.refusals.join("; ") };
  const { reading } = decoded;
  return { kind: "Count", uid: reading.count.uid, count: reading.written ?? 0, reading };
}

/** @returns one JSON Patch in which the server tests uid and old count */
export const guardedReplace = (
  path: string,
  { uid, count }: FoundCount,
  to: number,
): readonly JsonPatchOperation[] => [
  { op: "test", path: "/metadata/uid", value: uid },
  { op: "test", path, value: count },
  { op: "replace", path, value: to },
];
