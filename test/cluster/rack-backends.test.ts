import { afterAll, beforeAll, describe } from "vitest";
import { connect, type KubeConnection } from "../../src/adapters/kubernetes/connection.ts";
import { discovery } from "../../src/adapters/kubernetes/discovery.ts";
import { processTimers } from "../../src/adapters/kubernetes/timers.ts";
import { scaleBackend } from "../../src/adapters/scale/backend.ts";
import { serialiseWrites } from "../../src/adapters/serialised-backend/serialise.ts";
import { type ContractExtent, rackBackendContract } from "../contracts/rack-backend.ts";
import { type BackedKind, kindWorld } from "../support/backed-kinds/backed-kind.ts";
import {
  clusterApiKind,
  gardenerKind,
  openshiftKind,
} from "../support/backed-kinds/machine-kinds.ts";
import {
  coreweaveKind,
  deploymentKind,
  karpenterKind,
} from "../support/backed-kinds/node-kinds.ts";
import { apiPeople } from "../support/backed-kinds/people.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane/control-plane.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import { COREWEAVE_NODE_POOL } from "../support/crds/foreign-kinds.ts";
import { MACHINE_API } from "../support/crds/machine-api.ts";
import { vendorCrds, vendorCrdsOrSkip } from "../support/crds/vendor-crds.ts";
import { RACK_NODES, scalePool } from "../support/kube-objects.ts";

const missing = controlPlaneOrSkip(["karpenter"]) || vendorCrdsOrSkip();

const FAULTS: ContractExtent = { faults: true };
const MARKS: ContractExtent = { faults: true, marks: true };

const machineDeployment = { apiVersion: "cluster.x-k8s.io/v1beta2", kind: "MachineDeployment" };

/** A vendor's kind by its scale subresource alone. */
const byScale: BackedKind = {
  ...clusterApiKind({ version: "v1beta2", kind: "MachineDeployment" }),
  unitsPerRack: RACK_NODES,
  pool: (name) => scalePool(name, machineDeployment),
  backend: (client) => scaleBackend({ client, discovery: discovery(client) }),
};

interface Tried {
  readonly kind: BackedKind;
  readonly extent: ContractExtent;
  /** As kubectl names the kind and the API server serves it. */
  readonly resource: string;
}

const clusterApi = (of: Parameters<typeof clusterApiKind>[0]): Tried => ({
  kind: clusterApiKind(of),
  extent: MARKS,
  resource: `${of.kind.toLowerCase()}s.${of.version}.cluster.x-k8s.io`,
});

/**
 * v1beta1 is served without the vendor's conversion webhook: what v1beta2 does not know, such as a
 * node's uid in a Machine, is pruned on the way.
 */
const TRIED: Readonly<Record<string, Tried>> = {
  "a CoreWeave NodePool of racks": {
    kind: coreweaveKind("targetRacks", 1),
    extent: FAULTS,
    resource: "nodepools.compute.coreweave.com",
  },
  "a CoreWeave NodePool of nodes": {
    kind: coreweaveKind("targetNodes", RACK_NODES),
    extent: FAULTS,
    resource: "nodepools.compute.coreweave.com",
  },
  "a Deployment": { kind: deploymentKind, extent: FAULTS, resource: "deployments.apps" },
  "a MachineDeployment by its scale": {
    kind: byScale,
    extent: FAULTS,
    resource: "machinedeployments.cluster.x-k8s.io",
  },
  "a Cluster API MachineDeployment": clusterApi({ version: "v1beta2", kind: "MachineDeployment" }),
  "a Cluster API MachineDeployment of old": clusterApi({
    version: "v1beta1",
    kind: "MachineDeployment",
  }),
  "a Cluster API MachineSet": clusterApi({ version: "v1beta2", kind: "MachineSet" }),
  "a Cluster API MachinePool": clusterApi({ version: "v1beta2", kind: "MachinePool" }),
  "an OpenShift MachineSet": {
    kind: openshiftKind,
    extent: MARKS,
    resource: "machinesets.machine.openshift.io",
  },
  "a Gardener MachineDeployment": {
    kind: gardenerKind,
    extent: MARKS,
    resource: "machinedeployments.machine.sapcloud.io",
  },
  "a static Karpenter NodePool": {
    kind: karpenterKind,
    extent: FAULTS,
    resource: "nodepools.karpenter.sh",
  },
};

/** What stands behind the counts. */
const BEHIND = [
  "machines.cluster.x-k8s.io",
  "machines.machine.openshift.io",
  "machines.machine.sapcloud.io",
  "nodeclaims.karpenter.sh",
];

describe.skipIf(missing !== "")(`rack backends on a real API server ${missing}`, () => {
  let plane: ControlPlane;
  let connection: KubeConnection;
  let started = 0;

  beforeAll(async () => {
    plane = await startControlPlane();
    connection = connect(plane.adminKubeconfig);
    await plane.apply(COREWEAVE_NODE_POOL, ...MACHINE_API, ...vendorCrds());
    await plane.mustKubectl(["create", "namespace", "infra"]);
    await plane.mustKubectl(["create", "namespace", "agents"]);
    for (const resource of [...Object.values(TRIED).map((tried) => tried.resource), ...BEHIND]) {
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

  for (const [what, { kind, extent }] of Object.entries(TRIED)) {
    const start = () => {
      started += 1;
      const { transport } = connection;
      return kindWorld(
        { ...kind, backend: (client) => serialiseWrites(kind.backend(client)) },
        {
          name: `pool-${started}`,
          people: apiPeople(transport),
          transport,
          timers: processTimers(),
          run: (work) => work,
        },
      );
    };
    rackBackendContract(what, start, extent);
  }
});
