/** Who sends turns to which pods, by labels. */
import type { Router } from "../../ports/cluster-survey.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { type Json, metaOf, stringsAt } from "../kubernetes/decode.ts";
import { orMissing } from "../kubernetes/failures.ts";
import { listAll } from "../kubernetes/list-all.ts";
import type { Resource } from "../kubernetes/resources.ts";

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
export async function listRouters(
  client: KubeClient,
  namespaces: readonly string[],
): Promise<readonly Router[]> {
  const found = await Promise.all(
    namespaces.flatMap((namespace) => ROUTERS.map((kind) => routersOf(client, kind, namespace))),
  );
  return found.flat();
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
