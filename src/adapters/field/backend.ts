import type { CompiledPool } from "../../core/compiled.ts";
import type { RackBackend } from "../../ports/rack-backend.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { decodeCountField, fieldCount, type FieldReading } from "../kubernetes/count-field.ts";
import { countPlace, placeName } from "../kubernetes/count-place.ts";
import { type Decoded, foundReading, poolReading } from "../kubernetes/counted-object.ts";
import type { Discovery } from "../kubernetes/discovery.ts";
import { orMissing } from "../kubernetes/failures.ts";
import { type GuardedCount, writeGuarded } from "../kubernetes/guarded-count.ts";

export interface FieldBackendOptions {
  readonly client: KubeClient;
  readonly discovery: Discovery;
}

/** Sizes any object by a field that counts nodes: a JSON Pointer, or what a preset knows. */
export function fieldBackend(options: FieldBackendOptions): RackBackend {
  return {
    kind: "field",
    read: async (pool) => poolReading(pool, await fetchField(options, pool)),
    write: async (pool, { uid, from, to }) => {
      const { countPerRack } = pool.backend;
      const wanted = { uid, from: from * countPerRack, to: to * countPerRack };
      return writeGuarded(guardedCount(options, pool, wanted.to), wanted);
    },
    // None of these kinds can be told which node goes: the rack is empty before the count falls.
    spare: () => Promise.resolve(),
  };
}

/** @returns null when the object or its kind does not exist */
const fetchField = (
  { client, discovery }: FieldBackendOptions,
  pool: CompiledPool,
): Promise<Decoded<FieldReading> | null> =>
  orMissing(async () => {
    const { at } = await discovery.locate(pool.backend.target);
    return decodeCountField(await client.get(at), pool);
  });

function guardedCount(options: FieldBackendOptions, pool: CompiledPool, to: number): GuardedCount {
  const { client, discovery } = options;
  const { target } = pool.backend;
  return fieldCount({
    client,
    to,
    name: `${target.kind} ${target.name} ${placeName(countPlace(pool.backend))}`,
    locate: async () => (await discovery.locate(target)).at,
    read: async () => foundReading(pool, await fetchField(options, pool)),
  });
}
