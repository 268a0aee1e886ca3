import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Access } from "./access.ts";
import { assertRunning } from "./components.ts";
import { freePort } from "./free-port.ts";
import type { Daemon, ProcessGroup } from "./process-group.ts";
import { toolPath } from "./tools.ts";
import { untilTrue } from "./until-true.ts";

/** Where Karpenter would be deployed. */
const NAMESPACE = "karpenter";
const CAPACITY_TYPE = "on-demand";
const ZONE = "test-zone-a";
/** What the installer keeps beside the program: the CRDs of its very version. */
const CRDS_FILE = "karpenter-crds.yaml";
export const NODE_CLASS = "default";

/**
 * What Karpenter may make, as its kwok provider reads it: a GB200 node (CoreWeave's gb200-4x: 144
 * CPUs, 960 GB, 4 GPUs), and one of four times the GPUs, for which a rack of a few nodes is enough.
 */
const INSTANCE_TYPES = {
  "gb200-4x": { cpu: "144", memory: "960Gi", pods: "110", "nvidia.com/gpu": "4" },
  "test-16x": { cpu: "576", memory: "3840Gi", pods: "110", "nvidia.com/gpu": "16" },
} as const;
export type InstanceType = keyof typeof INSTANCE_TYPES;

/** The requirements that pick one instance type, for a NodePool's template. */
export const requirementsOf = (type: InstanceType) => [
  oneOf("karpenter.sh/capacity-type", CAPACITY_TYPE),
  oneOf("node.kubernetes.io/instance-type", type),
];

/** Installs Karpenter's own CRDs, starts it with its kwok provider, and waits until it is ready. */
export async function startKarpenter(group: ProcessGroup, access: Access): Promise<Daemon> {
  const program = toolPath("karpenter");
  await installKinds(access, join(dirname(program), CRDS_FILE));
  const healthPort = await freePort();
  const instanceTypesFile = join(group.dir, "instance-types.json");
  writeFileSync(instanceTypesFile, JSON.stringify(instanceTypes()));
  const daemon = group.start("karpenter", program, [], {
    KUBECONFIG: access.adminKubeconfig,
    SYSTEM_NAMESPACE: NAMESPACE,
    DISABLE_LEADER_ELECTION: "true",
    FEATURE_GATES: "StaticCapacity=true",
    INSTANCE_TYPES_FILE_PATH: instanceTypesFile,
    METRICS_PORT: String(await freePort()),
    HEALTH_PROBE_PORT: String(healthPort),
  });
  await untilTrue("Karpenter to be ready", async () => {
    assertRunning([daemon]);
    const answer = await fetch(`http://127.0.0.1:${healthPort}/readyz`);
    return answer.ok || answer.text();
  });
  await access.apply({
    apiVersion: "karpenter.kwok.sh/v1alpha1",
    kind: "KWOKNodeClass",
    metadata: { name: NODE_CLASS },
  });
  return daemon;
}

async function installKinds(access: Access, crdsFile: string): Promise<void> {
  await access.mustKubectl(["apply", "--server-side", `--filename=${crdsFile}`]);
  const established = ["wait", "--for=condition=Established", "--timeout=60s"];
  await access.mustKubectl([...established, `--filename=${crdsFile}`]);
  await access.mustKubectl(["create", "namespace", NAMESPACE]);
}

const instanceTypes = () =>
  Object.entries(INSTANCE_TYPES).map(([name, resources]) => ({
    name,
    architecture: "amd64",
    operatingSystems: ["linux"],
    resources: { ...resources, "ephemeral-storage": "1Ti" },
    offerings: [
      {
        // A price must be there and means nothing: static NodePools do not weigh it.
        Price: 42,
        Available: true,
        Requirements: [
          oneOf("karpenter.sh/capacity-type", CAPACITY_TYPE),
          oneOf("topology.kubernetes.io/zone", ZONE),
        ],
      },
    ],
  }));

const oneOf = (key: string, value: string) => ({ key, operator: "In", values: [value] });
