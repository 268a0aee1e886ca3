/** Who sends turns to which pods, by labels. */
import type { Router, Routing } from "../../ports/cluster-survey.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { type Json, metaOf, stringsAt } from "../kubernetes/decode.ts";
import { orMissing } from "../kubernetes/failures.ts";
import { listAll } from "../kubernetes/list-all.ts";
import { PODS, type Resource } from "../kubernetes/resources.ts";

const inferencePools = (apiVersion: string): Resource => ({
  apiVersion,
  plural: "inferencepools",
  kind: "InferencePool",
});

/** Where each has its selector. The older InferencePool spells it as Services do. */
const ROUTERS: readonly { readonly resource: Resource; readonly selector: readonly string[] }[] = [
  {
    resource: { apiVersion: "v1", plural: "services", kind: "Service" },
    selector: ["spec", "selector"],
  },
  {
    resource: inferencePools("inference.networking.k8s.io/v1"),
    selector: ["spec", "selector", "matchLabels"],
  },
  {
    resource: inferencePools("inference.networking.x-k8s.io/v1alpha2"),
    selector: ["spec", "selector"],
  },
];

/** @throws PortError */
export async function readRouting(
  client: KubeClient,
  namespaces: readonly string[],
): Promise<Routing> {
  const found = await Promise.all(
    namespaces.map(async (namespace) => ({
      namespace,
      pods: await listAll(client, { resource: PODS, namespace }),
      routers: (
        await Promise.all(ROUTERS.map((kind) => routersOf(client, kind, namespace)))
      ).flat(),
    })),
  );
  return {
    routers: found.flatMap(({ routers }) => routers),
    podLabels: new Map(
      found.flatMap(({ namespace, pods }) =>
        pods.map(metaOf).map(({ name, labels }) => [`${namespace}/${name}`, labels] as const),
      ),
    ),
  };
}

async function routersOf(
  client: KubeClient,
  { resource, selector }: (typeof ROUTERS)[number],
  namespace: string,
): Promise<readonly Router[]> {
  const toRouter = (object: Json): Router => ({
    namespace,
    name: `${resource.kind} ${namespace}/${metaOf(object).name}`,
    selector: stringsAt(object, ...selector),
  });
  const objects = await orMissing(() => listAll(client, { resource, namespace }));
  return (objects ?? []).map(toRouter);
}
