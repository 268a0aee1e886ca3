import type { CompiledPool } from "../../core/compiled.ts";
import type { BackendCapabilities, RackBackend } from "../../ports/rack-backend.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { isNotFound } from "../kubernetes/failures.ts";
import { type GuardedCount, writeGuarded } from "../kubernetes/guarded-count.ts";
import { noSuchObject, refused } from "../kubernetes/refusals.ts";
import type { ObjectAt } from "../kubernetes/resources.ts";
import { type CountField, type DecodedNodePool, decodeNodePool } from "./decode.ts";

const CAPABILITIES: BackendCapabilities = {
  // The provider takes idle nodes first and cannot be told which (scaleDownStrategy).
  choosesVictim: false,
  counts: "Racks",
  proof: "Documentation",
};

export interface CoreweaveBackendOptions {
  readonly client: KubeClient;
}

/** Sizes a CoreWeave NodePool by `spec.targetRacks` or `spec.targetNodes`, whichever it has. */
export function coreweaveBackend({ client }: CoreweaveBackendOptions): RackBackend {
  const fetch = async (pool: CompiledPool): Promise<DecodedNodePool | null> => {
    try {
      return decodeNodePool(await client.get(locate(pool)), pool);
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  };
  return {
    kind: "coreweave",
    capabilities: CAPABILITIES,
    read: async (pool) => {
      const decoded = await fetch(pool);
      if (decoded === null) return { count: null, refusals: [noSuchObject(pool)] };
      if (!decoded.ok) return { count: null, refusals: refused(decoded.refusals) };
      return { count: decoded.reading.count, refusals: [] };
    },
    write: async (pool, { uid, from, to }) => {
      const decoded = await fetch(pool);
      if (decoded === null) return { kind: "Conflict", found: noSuchObject(pool).text };
      if (!decoded.ok) return { kind: "Conflict", found: decoded.refusals.join("; ") };
      const { field, unitsPerRack } = decoded.reading;
      const target = guardedCount(pool, field, { client, fetch: () => fetch(pool) });
      return writeGuarded(target, { uid, from: from * unitsPerRack, to: to * unitsPerRack });
    },
  };
}

const locate = ({ backend: { target } }: CompiledPool): ObjectAt => ({
  resource: { apiVersion: target.apiVersion, plural: "nodepools", kind: target.kind },
  namespace: target.namespace,
  name: target.name,
});

interface Reach {
  readonly client: KubeClient;
  fetch(): Promise<DecodedNodePool | null>;
}

function guardedCount(pool: CompiledPool, field: CountField, reach: Reach): GuardedCount {
  const path = `/spec/${field}`;
  return {
    name: `NodePool ${pool.backend.target.name} spec.${field}`,
    read: async () => {
      const decoded = await reach.fetch();
      if (decoded === null) return { kind: "NoCount", text: noSuchObject(pool).text };
      if (!decoded.ok) return { kind: "NoCount", text: decoded.refusals.join("; ") };
      const { reading } = decoded;
      if (reading.field !== field) return { kind: "NoCount", text: `spec.${field} is gone` };
      return { kind: "Count", uid: reading.count.uid, count: reading.desired };
    },
    patch: (found, to) =>
      reach.client.jsonPatch(locate(pool), [
        { op: "test", path: "/metadata/uid", value: found.uid },
        { op: "test", path, value: found.count },
        { op: "replace", path, value: to },
      ]),
  };
}
