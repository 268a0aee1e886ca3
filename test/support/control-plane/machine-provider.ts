/**
 * The parts that Cluster API leaves to providers, as its contract asks for them: a cluster and a
 * control plane that are there, and machines, each of which becomes a node of this very cluster.
 */
import { readFileSync } from "node:fs";
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import type { Access } from "./access.ts";

const GROUP = "infrastructure.cluster.x-k8s.io";
const VERSION = "v1beta2";
export const INFRA_NAMESPACE = "infra";
const CLUSTER = "agents";
const TEMPLATE = "gb200";

const KINDS = ["FakeCluster", "FakeControlPlane", "FakeMachine", "FakeMachineTemplate"];

/** The label is how Cluster API finds the version that keeps its contract. */
const definition = (kind: string): Json => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: {
    name: `${kind.toLowerCase()}s.${GROUP}`,
    labels: { "cluster.x-k8s.io/v1beta2": VERSION },
  },
  spec: {
    group: GROUP,
    scope: "Namespaced",
    names: { kind, plural: `${kind.toLowerCase()}s`, singular: kind.toLowerCase() },
    versions: [
      {
        name: VERSION,
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        },
      },
    ],
  },
});

const object = (kind: string, name: string, body: Json): Json => ({
  apiVersion: `${GROUP}/${VERSION}`,
  kind,
  metadata: { name, namespace: INFRA_NAMESPACE },
  ...body,
});

const ENDPOINT = { host: "127.0.0.1", port: 6443 };
const PROVISIONED = { initialization: { provisioned: true } };
const refTo = (kind: string, name: string) => ({ apiGroup: GROUP, kind, name });

/** Makes a cluster whose nodes are those of the API server that runs Cluster API. */
export async function standUpCluster(access: Access): Promise<void> {
  await access.apply(...KINDS.map(definition));
  const established = ["--for=condition=Established", "--timeout=60s", "crd", "--all"];
  await access.mustKubectl(["wait", ...established]);
  await access.mustKubectl(["create", "namespace", INFRA_NAMESPACE]);
  // Without machines of its own: else Cluster API deletes no node, as it may be the last of them.
  const initialised = {
    initialization: { controlPlaneInitialized: true },
    externalManagedControlPlane: true,
  };
  await access.apply(
    object("FakeCluster", CLUSTER, {
      spec: { controlPlaneEndpoint: ENDPOINT },
      status: PROVISIONED,
    }),
    object("FakeControlPlane", CLUSTER, { spec: {}, status: initialised }),
    object("FakeMachineTemplate", TEMPLATE, { spec: { template: { spec: {} } } }),
    {
      apiVersion: "v1",
      kind: "Secret",
      type: "cluster.x-k8s.io/secret",
      metadata: {
        name: `${CLUSTER}-kubeconfig`,
        namespace: INFRA_NAMESPACE,
        labels: { "cluster.x-k8s.io/cluster-name": CLUSTER },
      },
      data: { value: readFileSync(access.adminKubeconfig).toString("base64") },
    },
    {
      apiVersion: "cluster.x-k8s.io/v1beta2",
      kind: "Cluster",
      metadata: { name: CLUSTER, namespace: INFRA_NAMESPACE },
      spec: {
        controlPlaneEndpoint: ENDPOINT,
        infrastructureRef: refTo("FakeCluster", CLUSTER),
        controlPlaneRef: refTo("FakeControlPlane", CLUSTER),
      },
    },
  );
}

/** Whole, as Cluster API's webhooks would make it. */
export function machineDeployment(name: string, replicas: number): Json {
  const labels = {
    "cluster.x-k8s.io/cluster-name": CLUSTER,
    "cluster.x-k8s.io/deployment-name": name,
  };
  // All at once: one by one takes a test minutes.
  const rollingUpdate = { maxSurge: "100%", maxUnavailable: 0 };
  return {
    apiVersion: "cluster.x-k8s.io/v1beta2",
    kind: "MachineDeployment",
    metadata: { name, namespace: INFRA_NAMESPACE, labels },
    spec: {
      clusterName: CLUSTER,
      replicas,
      selector: { matchLabels: labels },
      rollout: { strategy: { type: "RollingUpdate", rollingUpdate } },
      template: {
        metadata: { labels },
        spec: {
          clusterName: CLUSTER,
          bootstrap: { dataSecretName: "boot" },
          infrastructureRef: refTo("FakeMachineTemplate", TEMPLATE),
        },
      },
    },
  };
}

interface FakeMachine {
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly providerID?: string };
}

/** Each machine that is new becomes a node, which kwok makes ready. */
export async function provideMachines(access: Access): Promise<void> {
  const asked = ["get", `fakemachines.${GROUP}`, "-n", INFRA_NAMESPACE, "-o", "json"];
  const { items } = JSON.parse(await access.mustKubectl(asked));
  const fresh = items.filter(({ spec }: FakeMachine) => spec?.providerID === undefined);
  await Promise.all(
    fresh.map(async ({ metadata: { name } }: FakeMachine) => {
      const providerID = `fake://${name}`;
      await access.apply({
        apiVersion: "v1",
        kind: "Node",
        metadata: { name, annotations: { "kwok.x-k8s.io/node": "fake" } },
        spec: { providerID },
      });
      const patch = JSON.stringify({ spec: { providerID }, status: PROVISIONED });
      const where = [`fakemachines.${GROUP}`, name, "-n", INFRA_NAMESPACE];
      await access.mustKubectl(["patch", ...where, "--type=merge", `-p=${patch}`]);
    }),
  );
}
