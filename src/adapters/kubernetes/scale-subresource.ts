/** The write of a count through an object's `scale` subresource (autoscaling/v1 Scale). */
import type { KubeClient } from "./client.ts";
import { failureIn } from "./failures.ts";
import type { ObjectAt } from "./resources.ts";

export const SCALE = { subresource: "scale" };

export interface ReadScale {
  readonly uid: string;
  readonly resourceVersion: string;
  /** As it was read; null where the Scale leaves it out, as it does a zero. */
  readonly replicas: number | null;
}

/**
 * One request that tests uid and old count. Aggregated API servers may serve `scale` for GET and
 * PUT alone: there the version that was read guards it. @throws PortError
 */
export async function writeScale(
  client: KubeClient,
  at: ObjectAt,
  found: ReadScale,
  to: number,
): Promise<void> {
  try {
    await client.jsonPatch(
      at,
      [
        { op: "test", path: "/metadata/uid", value: found.uid },
        // Testing for null is testing that it is not there.
        { op: "test", path: "/spec/replicas", value: found.replicas },
        { op: "add", path: "/spec/replicas", value: to },
      ],
      SCALE,
    );
  } catch (error) {
    if (!takesNoPatch(error)) throw error;
    await replaceScale(client, at, found, to);
  }
}

function takesNoPatch(error: unknown): boolean {
  const status = failureIn(error)?.status;
  return status === 405 || status === 415;
}

function replaceScale(client: KubeClient, at: ObjectAt, found: ReadScale, to: number) {
  const { name, namespace } = at;
  const { uid, resourceVersion } = found;
  const body = {
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: { name, ...(namespace !== "" && { namespace }), uid, resourceVersion },
    spec: { replicas: to },
  };
  return client.replace(at, body, SCALE);
}
