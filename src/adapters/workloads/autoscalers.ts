/** Autoscalers of a namespace and what each sizes: HPAs and KEDA's ScaledObjects. */
import type { ObjectRef } from "../../core/compiled.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { type Json, metaOf, stringAt } from "../kubernetes/decode.ts";
import { orMissing } from "../kubernetes/failures.ts";
import { listAll } from "../kubernetes/list-all.ts";
import type { Resource } from "../kubernetes/resources.ts";
import type { Timers } from "../kubernetes/timers.ts";
import { groupOf } from "./scalable-kinds.ts";

/** KEDA first: it makes an autoscaler for each of its objects, which is not the one to delete. */
const AUTOSCALERS: readonly Resource[] = [
  { apiVersion: "keda.sh/v1alpha1", plural: "scaledobjects", kind: "ScaledObject" },
  {
    apiVersion: "autoscaling/v2",
    plural: "horizontalpodautoscalers",
    kind: "HorizontalPodAutoscaler",
  },
];

/** Autoscalers come and go with deployments of people: read once in four ticks. */
const FRESH_MS = 60_000;

interface Autoscaler {
  /** "ScaledObject agents/decode" */
  readonly name: string;
  readonly target: Pick<ObjectRef, "apiVersion" | "kind" | "name">;
}

export interface Autoscalers {
  /** @returns the autoscaler of an object, in words, null: none. @throws PortError */
  of(ref: ObjectRef): Promise<string | null>;
}

export function autoscalers(options: {
  readonly client: KubeClient;
  readonly timers: Timers;
}): Autoscalers {
  const kept = new Map<string, { atMs: number; found: Promise<readonly Autoscaler[]> }>();
  const inNamespace = (namespace: string): Promise<readonly Autoscaler[]> => {
    const nowMs = options.timers.monotonicMs();
    const known = kept.get(namespace);
    if (known !== undefined && nowMs - known.atMs < FRESH_MS) return known.found;
    const found = listAutoscalers(options.client, namespace);
    kept.set(namespace, { atMs: nowMs, found });
    // A failure is the caller's to see, and not to be kept.
    found.catch(() => kept.delete(namespace));
    return found;
  };
  return {
    of: async (ref) => {
      const found = await inNamespace(ref.namespace);
      return found.find(({ target }) => sizes(target, ref))?.name ?? null;
    },
  };
}

async function listAutoscalers(
  client: KubeClient,
  namespace: string,
): Promise<readonly Autoscaler[]> {
  const lists = await Promise.all(
    AUTOSCALERS.map(async (resource) => {
      const objects = await listOrNone(client, resource, namespace);
      return objects.map((object) => decodeAutoscaler(object, resource));
    }),
  );
  return lists.flat();
}

/** @returns nothing where the kind is not served: KEDA is not installed */
const listOrNone = async (
  client: KubeClient,
  resource: Resource,
  namespace: string,
): Promise<readonly Json[]> =>
  (await orMissing(() => listAll(client, { resource, namespace }))) ?? [];

/** KEDA leaves out what its target most often is. */
function decodeAutoscaler(object: Json, { kind }: Resource): Autoscaler {
  const { namespace, name } = metaOf(object);
  const at = (key: string): string => stringAt(object, "spec", "scaleTargetRef", key);
  const target = {
    apiVersion: at("apiVersion") || "apps/v1",
    kind: at("kind") || "Deployment",
    name: at("name"),
  };
  return { name: `${kind} ${namespace}/${name}`, target };
}

const sizes = (target: Autoscaler["target"], ref: ObjectRef): boolean =>
  target.kind === ref.kind &&
  target.name === ref.name &&
  groupOf(target.apiVersion) === groupOf(ref.apiVersion);
