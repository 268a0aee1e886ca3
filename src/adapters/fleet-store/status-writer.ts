import { canonical } from "../../core/canonical.ts";
import { MINUTE_MS } from "../../core/units.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { type Json, metaOf, objectAt } from "../kubernetes/decode.ts";
import { failureIn, isNotFound } from "../kubernetes/failures.ts";
import type { Reflector } from "../kubernetes/reflector.ts";
import type { ObjectAt } from "../kubernetes/resources.ts";
import type { Timers } from "../kubernetes/timers.ts";
import { withoutDrift } from "./status.ts";

/** Messages and hit rates drift with every tick; 200 fleets must not write that often. */
const DRIFT_WRITTEN_EVERY_MS = MINUTE_MS;
/** The server merges a patch again by itself before it gives up with a conflict. */
const CONFLICT_ATTEMPTS = 4;

export interface StatusWrite {
  readonly at: ObjectAt;
  /** As last seen. */
  readonly object: Json;
  readonly status: Json;
  readonly source: Reflector<Json>;
}

/** @returns what writes a whole status if it differs from the one the object has */
export function statusWriter({
  client,
  timers,
}: {
  readonly client: KubeClient;
  readonly timers: Timers;
}): (write: StatusWrite) => Promise<void> {
  const writtenAtMs = new Map<string, number>();
  return async ({ at, object, status, source }) => {
    const { uid } = metaOf(object);
    const before = objectAt(object, "status");
    if (canonical(before) === canonical(status)) return;
    const nowMs = timers.monotonicMs();
    const drifted = canonical(withoutDrift(before)) === canonical(withoutDrift(status));
    const recently = nowMs - (writtenAtMs.get(uid) ?? -Infinity) < DRIFT_WRITTEN_EVERY_MS;
    if (drifted && recently) return;
    const written = await patchStatus(client, at, { uid, status });
    if (written === null) return;
    writtenAtMs.set(uid, nowMs);
    source.written(written);
  };
}

/**
 * Replaces the whole status of the very object that was judged.
 * @returns null when it is gone or another one now
 */
async function patchStatus(
  client: KubeClient,
  at: ObjectAt,
  { uid, status }: { readonly uid: string; readonly status: Json },
): Promise<Json | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await client.jsonPatch(
        at,
        [
          { op: "test", path: "/metadata/uid", value: uid },
          { op: "add", path: "/status", value: status },
        ],
        { subresource: "status" },
      );
    } catch (error) {
      if (isNotFound(error)) return null;
      if (failureIn(error)?.status === 409 && attempt < CONFLICT_ATTEMPTS) continue;
      if (failureIn(error)?.status !== 422) throw error;
      if (metaOf(await client.get(at)).uid !== uid) return null;
      throw error;
    }
  }
}
