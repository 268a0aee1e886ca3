import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { canonical } from "../../core/canonical.ts";
import type { GroupMemory } from "../../core/memory.ts";
import { PortError } from "../../ports/errors.ts";
import type { MemoryStore } from "../../ports/memory-store.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { type Json, metaOf, stringAt } from "../kubernetes/decode.ts";
import { orMissing } from "../kubernetes/failures.ts";
import { CONFIG_MAPS, type ObjectAt, objectName } from "../kubernetes/resources.ts";
import { decodeMemory, MEMORY_KEY } from "./decode.ts";

/** What the API server lets a ConfigMap hold (validation of `data` and `binaryData`). */
const CONFIG_MAP_BYTES_MAX = 1024 * 1024;
/** Names of Kubernetes objects. */
const NAME_MAX = 253;
const NAME_PREFIX = "breakwater-memory-";

export interface MemoryStoreOptions {
  readonly client: KubeClient;
  /** The controller's own. */
  readonly namespace: string;
}

/** Memory as one ConfigMap per group, gzipped: thirty times smaller than its JSON. */
export function memoryStore({ client, namespace }: MemoryStoreOptions): MemoryStore {
  const locate = (group: string): ObjectAt => ({
    resource: CONFIG_MAPS,
    namespace,
    name: configMapName(group),
  });
  return {
    load: async (group) => {
      const at = locate(group);
      const object = await existing(client, at);
      if (object === null) return null;
      const memory = decodeMemory(object, objectName(at));
      return { memory, version: metaOf(object).resourceVersion };
    },
    save: async (group, memory, previous) => {
      const at = locate(group);
      const body = configMap(at, group, packed(memory, objectName(at)));
      try {
        const saved = await (previous === null
          ? client.create(at, body)
          : client.replace(at, withVersion(body, previous)));
        return metaOf(saved).resourceVersion;
      } catch (error) {
        return versionIfOurs(client, { at, body }, error);
      }
    },
  };
}

const existing = (client: KubeClient, at: ObjectAt): Promise<Json | null> =>
  orMissing(() => client.get(at));

/** A group bears the name of a pool, which may be as long as any name. */
function configMapName(group: string): string {
  const name = `${NAME_PREFIX}${group}`;
  if (name.length <= NAME_MAX) return name;
  return `${NAME_PREFIX}${createHash("sha256").update(group).digest("hex")}`;
}

function packed(memory: GroupMemory, place: string): string {
  const bytes = gzipSync(canonical(memory));
  if (bytes.length > CONFIG_MAP_BYTES_MAX) {
    const kib = (size: number) => `${Math.ceil(size / 1024)} KiB`;
    const text =
      `saving ${place}: found ${kib(bytes.length)} of gzipped memory, expected at most ` +
      `${kib(CONFIG_MAP_BYTES_MAX)}; let fewer fleets and pools share one group`;
    throw new PortError("invalid", text);
  }
  return bytes.toString("base64");
}

function configMap({ name, namespace }: ObjectAt, group: string, base64: string): Json {
  const labels = { "app.kubernetes.io/managed-by": "breakwater" };
  const annotations = { "breakwater.dev/group": group };
  return {
    apiVersion: CONFIG_MAPS.apiVersion,
    kind: CONFIG_MAPS.kind,
    metadata: { name, namespace, labels, annotations },
    binaryData: { [MEMORY_KEY]: base64 },
  };
}

function withVersion(body: Json, resourceVersion: string): Json {
  const { metadata } = body;
  return { ...body, metadata: { ...Object(metadata), resourceVersion } };
}

/** A write that took effect and whose answer was lost meets itself: that is no other writer. */
async function versionIfOurs(
  client: KubeClient,
  { at, body }: { readonly at: ObjectAt; readonly body: Json },
  error: unknown,
): Promise<string> {
  if (!(error instanceof PortError) || error.code !== "conflict") throw error;
  const found = await existing(client, at);
  const same =
    stringAt(found, "binaryData", MEMORY_KEY) === stringAt(body, "binaryData", MEMORY_KEY);
  if (found === null || !same) throw error;
  return metaOf(found).resourceVersion;
}
