import type { PodRef } from "../../core/decision.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { failureIn, isNotFound } from "../kubernetes/failures.ts";
import { forEachLimited } from "../kubernetes/for-each-limited.ts";
import { PODS } from "../kubernetes/resources.ts";
import { COST_ANNOTATION, MARKED_COST } from "./decode.ts";

/** @returns once every pod that is still there has the mark, or has none. @throws PortError */
export function markPods(
  client: KubeClient,
  pods: readonly PodRef[],
  marked: boolean,
): Promise<void> {
  const annotations = { [COST_ANNOTATION]: marked ? MARKED_COST : null };
  return forEachLimited(pods, async ({ namespace, name, uid }) => {
    try {
      const at = { resource: PODS, namespace, name };
      await client.mergePatch(at, { metadata: { uid, annotations } });
    } catch (error) {
      // Gone, or another pod under its name: nothing to mark.
      const status = failureIn(error)?.status;
      if (!isNotFound(error) && status !== 409 && status !== 422) throw error;
    }
  });
}
