import { afterAll, beforeAll, describe } from "vitest";
import { coreweaveBackend } from "../../src/adapters/coreweave/backend.ts";
import { type KubeClient, kubeClient } from "../../src/adapters/kubernetes/client.ts";
import { connect, type KubeConnection } from "../../src/adapters/kubernetes/connection.ts";
import { discovery } from "../../src/adapters/kubernetes/discovery.ts";
import { processTimers } from "../../src/adapters/kubernetes/timers.ts";
import { scaleBackend } from "../../src/adapters/scale/backend.ts";
import { serialiseWrites } from "../../src/adapters/serialised-backend/serialise.ts";
import type { CompiledPool } from "../../src/core/compiled.ts";
import type { RackBackend } from "../../src/ports/rack-backend.ts";
import { type BackendWorld, rackBackendContract } from "../contracts/rack-backend.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane/control-plane.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import { COREWEAVE_NODE_POOL, MACHINE_DEPLOYMENT } from "../support/crds/foreign-kinds.ts";
import { coreweavePool, deployment, nodePool, RACK_NODES } from "../support/kube-objects.ts";
import { scalePool } from "../support/kube-objects.ts";

const missing = controlPlaneOrSkip();
const NAMESPACE = "infra";

/** A kind whose objects size a pool, as kubectl handles it. */
interface Counted {
  readonly resource: string;
  readonly field: string;
  readonly unitsPerRack: number;
  readonly namespaced: boolean;
  readonly status: object;
  object(name: string): object;
  pool(name: string): CompiledPool;
  backend(client: KubeClient): RackBackend;
}

const byScale = (client: KubeClient) => scaleBackend({ client, discovery: discovery(client) });
const machineDeployment = {
  apiVersion: "cluster.x-k8s.io/v1beta2",
  kind: "MachineDeployment",
};

const coreweave = (field: "targetRacks" | "targetNodes", unitsPerRack: number): Counted => ({
  resource: "nodepools.compute.coreweave.com",
  field,
  unitsPerRack,
  namespaced: false,
  status: { currentNodes: 71 },
  object: (name) => nodePool({ [field]: 4 * unitsPerRack }, name),
  pool: (name) => coreweavePool(name),
  backend: (client) => serialiseWrites(coreweaveBackend({ client })),
});

const KINDS: Readonly<Record<string, Counted>> = {
  "a CoreWeave NodePool of racks": coreweave("targetRacks", 1),
  "a CoreWeave NodePool of nodes": coreweave("targetNodes", RACK_NODES),
  "a Deployment": {
    resource: "deployments.apps",
    field: "replicas",
    unitsPerRack: RACK_NODES,
    namespaced: true,
    status: { observedGeneration: 1 },
    object: (name) => deployment(4 * RACK_NODES, name),
    pool: (name) => scalePool(name),
    backend: byScale,
  },
  "a Cluster API MachineDeployment": {
    resource: "machinedeployments.cluster.x-k8s.io",
    field: "replicas",
    unitsPerRack: RACK_NODES,
    namespaced: true,
    status: { replicas: 71 },
    object: (name) => ({
      ...machineDeployment,
      metadata: { name, namespace: NAMESPACE },
      spec: { clusterName: "c", replicas: 4 * RACK_NODES },
    }),
    pool: (name) => scalePool(name, machineDeployment),
    backend: byScale,
  },
};

/** People's side of the contract, played by kubectl. */
async function world(
  plane: ControlPlane,
  client: KubeClient,
  { kind, name }: { readonly kind: Counted; readonly name: string },
): Promise<BackendWorld> {
  const at = [kind.resource, name, ...(kind.namespaced ? ["-n", NAMESPACE] : [])];
  const patch = async (body: object, ...flags: readonly string[]) => {
    await plane.mustKubectl(["patch", ...at, "--type=merge", "-p", JSON.stringify(body), ...flags]);
  };
  const remove = async () => {
    await plane.mustKubectl(["delete", ...at, "--wait=true"]);
  };
  const create = () => plane.apply(kind.object(name));
  await create();
  return {
    backend: kind.backend(client),
    pool: kind.pool(name),
    unitsPerRack: kind.unitsPerRack,
    units: async () =>
      Number(await plane.mustKubectl(["get", ...at, "-o", `jsonpath={.spec.${kind.field}}`])),
    setUnits: (units, manager) =>
      patch({ spec: { [kind.field]: units } }, `--field-manager=${manager}`),
    touchStatus: () => patch({ status: kind.status }, "--subresource=status"),
    recreate: async () => {
      await remove();
      await create();
    },
    remove,
  };
}

describe.skipIf(missing !== "")(`rack backends on a real API server ${missing}`, () => {
  let plane: ControlPlane;
  let connection: KubeConnection;
  let client: KubeClient;
  let started = 0;

  beforeAll(async () => {
    plane = await startControlPlane();
    connection = connect(plane.adminKubeconfig);
    client = kubeClient({ transport: connection.transport, timers: processTimers() });
    await plane.apply(COREWEAVE_NODE_POOL, MACHINE_DEPLOYMENT);
    await plane.mustKubectl(["create", "namespace", NAMESPACE]);
    for (const { resource } of Object.values(KINDS)) {
      await untilTrue(`${resource} to be served`, async () => {
        const { code, stderr } = await plane.kubectl(["get", resource, "-A"]);
        return code === 0 || stderr;
      });
    }
  });
  afterAll(async () => {
    await connection?.close();
    await plane?.stop();
  });

  for (const [what, kind] of Object.entries(KINDS)) {
    rackBackendContract(what, () => {
      started += 1;
      return world(plane, client, { kind, name: `pool-${started}` });
    });
  }
});
