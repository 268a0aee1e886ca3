import type { CompiledPool } from "../../core/compiled.ts";
import type { BackendCapabilities, RackBackend } from "../../ports/rack-backend.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import type { Discovery } from "../kubernetes/discovery.ts";
import { failureIn, isNotFound } from "../kubernetes/failures.ts";
import { type FoundCount, type GuardedCount, writeGuarded } from "../kubernetes/guarded-count.ts";
import { noSuchObject, refused } from "../kubernetes/refusals.ts";
import { type ObjectAt, objectName } from "../kubernetes/resources.ts";
import { type DecodedScale, decodeScale, type ScaleReading } from "./decode.ts";

const CAPABILITIES: BackendCapabilities = {
  choosesVictim: false,
  counts: "Nodes",
  proof: "RealController",
};
const SCALE = { subresource: "scale" };

export interface ScaleBackendOptions {
  readonly client: KubeClient;
  readonly discovery: Discovery;
}

/** Sizes any object through its `scale` subresource. */
export function scaleBackend(options: ScaleBackendOptions): RackBackend {
  return {
    kind: "scale",
    capabilities: CAPABILITIES,
    read: async (pool) => {
      const decoded = await fetchScale(options, pool);
      if (decoded === null) return { count: null, refusals: [noSuchObject(pool)] };
      if (!decoded.ok) return { count: null, refusals: refused(decoded.refusals) };
      return { count: decoded.reading.count, refusals: [] };
    },
    write: async (pool, { uid, from, to }) => {
      const { countPerRack } = pool.backend;
      const target = guardedCount(options, pool);
      return writeGuarded(target, { uid, from: from * countPerRack, to: to * countPerRack });
    },
  };
}

/** @returns null when the object or its kind does not exist */
async function fetchScale(
  { client, discovery }: ScaleBackendOptions,
  pool: CompiledPool,
): Promise<DecodedScale | null> {
  try {
    const { at, subresources } = await discovery.locate(pool.backend.target);
    if (!subresources.includes("scale")) {
      const found = `${objectName(at)}: found no scale subresource`;
      return { ok: false, refusals: [`${found}, expected a kind that kubectl scale accepts`] };
    }
    const [object, scale] = await Promise.all([client.get(at), client.get(at, SCALE)]);
    return decodeScale(object, scale, pool);
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

interface Found extends FoundCount {
  readonly reading: ScaleReading;
}

function guardedCount(options: ScaleBackendOptions, pool: CompiledPool): GuardedCount<Found> {
  const { target } = pool.backend;
  return {
    name: `${target.kind} ${target.name} spec.replicas`,
    read: async () => {
      const decoded = await fetchScale(options, pool);
      if (decoded === null) return { kind: "NoCount", text: noSuchObject(pool).text };
      if (!decoded.ok) return { kind: "NoCount", text: decoded.refusals.join("; ") };
      const { reading } = decoded;
      return { kind: "Count", uid: reading.count.uid, count: reading.written ?? 0, reading };
    },
    patch: async (found, to) => {
      const { at } = await options.discovery.locate(target);
      await writeScale(options.client, at, found, to);
    },
  };
}

async function writeScale(
  client: KubeClient,
  at: ObjectAt,
  found: Found,
  to: number,
): Promise<void> {
  try {
    await client.jsonPatch(
      at,
      [
        { op: "test", path: "/metadata/uid", value: found.uid },
        // A zero is left out of the Scale; testing for null is testing that it is not there.
        { op: "test", path: "/spec/replicas", value: found.reading.written },
        { op: "add", path: "/spec/replicas", value: to },
      ],
      SCALE,
    );
  } catch (error) {
    if (!takesNoPatch(error)) throw error;
    await replaceScale(client, at, found, to);
  }
}

/** Aggregated API servers may serve `scale` for GET and PUT alone. */
function takesNoPatch(error: unknown): boolean {
  const status = failureIn(error)?.status;
  return status === 405 || status === 415;
}

function replaceScale(client: KubeClient, at: ObjectAt, found: Found, to: number) {
  const { uid, reading } = found;
  const { name, namespace } = at;
  const body = {
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: {
      name,
      ...(namespace !== "" && { namespace }),
      uid,
      resourceVersion: reading.resourceVersion,
    },
    spec: { replicas: to },
  };
  return client.replace(at, body, SCALE);
}
