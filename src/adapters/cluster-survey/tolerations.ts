/** Which taints pods may run beside. */
import type { Toleration, Tolerations } from "../../ports/cluster-survey.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { listAt, metaOf, stringAt } from "../kubernetes/decode.ts";
import { listAll } from "../kubernetes/list-all.ts";
import { PODS } from "../kubernetes/resources.ts";

/** @throws PortError */
export async function readTolerations(
  client: KubeClient,
  namespaces: readonly string[],
): Promise<Tolerations> {
  const found = await Promise.all(
    namespaces.map((namespace) => listAll(client, { resource: PODS, namespace })),
  );
  const byPod = found.flat().map((pod) => {
    const { namespace, name } = metaOf(pod);
    const written = listAt(pod, "spec", "tolerations").map(tolerationOf);
    return [`${namespace}/${name}`, written] as const;
  });
  return new Map(byPod);
}

const tolerationOf = (entry: unknown): Toleration => ({
  key: stringAt(entry, "key"),
  operator: stringAt(entry, "operator"),
  value: stringAt(entry, "value"),
  effect: stringAt(entry, "effect"),
});
