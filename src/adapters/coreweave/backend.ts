import type { CompiledPool } from "../../core/compiled.ts";
import type { PoolCount } from "../../core/observation.ts";
import type { RackBackend } from "../../ports/rack-backend.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import {
  type Decoded,
  foundReading,
  guardedReplace,
  poolReading,
} from "../kubernetes/counted-object.ts";
import { eventsSince } from "../kubernetes/events-since.ts";
import { orMissing } from "../kubernetes/failures.ts";
import { type GuardedCount, writeGuarded } from "../kubernetes/guarded-count.ts";
import { noSuchObject } from "../kubernetes/refusals.ts";
import type { ObjectAt } from "../kubernetes/resources.ts";
import { type CountField, decodeNodePool, type NodePoolReading, olderStockOf } from "./decode.ts";

export interface CoreweaveBackendOptions {
  readonly client: KubeClient;
}

/** Sizes a CoreWeave NodePool by `spec.targetRacks` or `spec.targetNodes`, whichever it has. */
export function coreweaveBackend({ client }: CoreweaveBackendOptions): RackBackend {
  const fetch = (pool: CompiledPool): Promise<Decoded<NodePoolReading> | null> =>
    orMissing(async () => decodeNodePool(await client.get(locate(pool)), pool));
  return {
    kind: "coreweave",
    read: async (pool) => {
      const decoded = await fetch(pool);
      const reading = poolReading(pool, decoded);
      if (decoded?.ok !== true) return reading;
      return { ...reading, count: await withEvents(client, pool, decoded.reading) };
    },
    write: async (pool, { uid, from, to }) => {
      const decoded = await fetch(pool);
      if (decoded === null) return { kind: "Conflict", found: noSuchObject(pool).text };
      if (!decoded.ok) return { kind: "Conflict", found: decoded.refusals.join("; ") };
      const { field, unitsPerRack } = decoded.reading;
      const target = guardedCount(pool, field, { client, fetch: () => fetch(pool) });
      return writeGuarded(target, { uid, from: from * unitsPerRack, to: to * unitsPerRack });
    },
    // The provider takes idle nodes first and cannot be told which (scaleDownStrategy).
    spare: () => Promise.resolve(),
  };
}

const locate = ({ backend: { target } }: CompiledPool): ObjectAt => ({
  resource: { apiVersion: target.apiVersion, plural: "nodepools", kind: target.kind },
  namespace: target.namespace,
  name: target.name,
});

/** What the vendor reports about a pool that waits (event names: stevefulme1/ansible-coreweave). */
const STOCK_EVENTS = ["CWInsufficientCapacity", "CWOverQuota"];

/** Where conditions say nothing, events since the last write of the count may. */
async function withEvents(
  client: KubeClient,
  { backend: { target } }: CompiledPool,
  { count, writtenAtMs }: NodePoolReading,
): Promise<PoolCount> {
  const waits = (count.current ?? 0) < count.desired;
  if (!waits || count.stock !== "unknown") return count;
  const said = await eventsSince(client, {
    namespace: "default",
    kind: target.kind,
    reasons: STOCK_EVENTS,
    about: (name) => name === target.name,
    sinceMs: writtenAtMs,
  });
  return { ...count, stock: olderStockOf(said) };
}

interface Reach {
  readonly client: KubeClient;
  fetch(): Promise<Decoded<NodePoolReading> | null>;
}

function guardedCount(pool: CompiledPool, field: CountField, reach: Reach): GuardedCount {
  return {
    name: `NodePool ${pool.backend.target.name} spec.${field}`,
    read: async () => {
      const found = foundReading(pool, await reach.fetch());
      if (found.kind === "NoCount" || found.reading.field === field) return found;
      return { kind: "NoCount", text: `spec.${field} is gone` };
    },
    patch: (found, to) =>
      reach.client.jsonPatch(locate(pool), guardedReplace(`/spec/${field}`, found, to)),
  };
}
