/** Nodes that a real node-pool controller makes and takes: Karpenter with its kwok provider. */
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from "./control-plane.ts";
import { type InstanceType, NODE_CLASS, requirementsOf } from "./karpenter.ts";

/** Karpenter's own label on every node of a NodePool. */
export const NODE_POOL_LABEL = "karpenter.sh/nodepool";
const INITIALIZED_LABEL = "karpenter.sh/initialized";

export type Labels = Readonly<Record<string, string>>;

/** kubectl's flag for objects with these labels. */
export const selecting = (labels: Labels): string =>
  `--selector=${Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",")}`;

export interface StaticPool {
  readonly name: string;
  /** `spec.replicas`: with it the NodePool is static, and Karpenter keeps so many nodes. */
  readonly nodes: number;
  readonly instanceType: InstanceType;
  /** Of the NodePool and of each of its nodes; the domain label too, where a pool is one rack. */
  readonly labels?: Labels;
  /** Keeps off what does not tolerate GPU nodes, as providers do; false when absent. */
  readonly gpuTaint?: boolean;
}

export const GPU_TAINT = { key: "nvidia.com/gpu", effect: "NoSchedule" } as const;

export interface RealNode {
  readonly name: string;
  readonly uid: string;
  readonly labels: Labels;
  /** Ready, and past Karpenter's registration: until then a taint ends every pod on it. */
  readonly ready: boolean;
  readonly cordoned: boolean;
  /** Karpenter waits for its pods to go. */
  readonly leaving: boolean;
}

export interface RealNodes {
  readonly plane: ControlPlane;
  /** Makes static NodePools; `untilNodes` waits for what comes of them. */
  addPools(...pools: readonly StaticPool[]): Promise<void>;
  /** `kubectl scale nodepool`, as a person would. */
  resize(pool: string, nodes: number): Promise<void>;
  /** The nodes with these labels, by name; those on their way out included. */
  nodes(labels: Labels): Promise<readonly RealNode[]>;
}

/**
 * A control plane with all that makes nodes and pods come and go: Karpenter, scheduler, controller
 * manager, and kwok in the place of machines and kubelets. `plane.stop()` ends it.
 */
export async function startRealNodes(options: ControlPlaneOptions = {}): Promise<RealNodes> {
  const everything = { controllerManager: true, kwok: true, scheduler: true, karpenter: true };
  const plane = await startControlPlane({ ...options, ...everything });
  return {
    plane,
    addPools: (...pools) => plane.apply(...pools.map(nodePool)),
    resize: async (pool, nodes) => {
      await plane.mustKubectl(["scale", `nodepools.karpenter.sh/${pool}`, `--replicas=${nodes}`]);
    },
    nodes: (labels) => nodesWith(plane, labels),
  };
}

const nodePool = ({ name, nodes, instanceType, labels = {}, gpuTaint }: StaticPool) => ({
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  metadata: { name, labels },
  spec: {
    replicas: nodes,
    template: {
      metadata: { labels },
      spec: {
        nodeClassRef: { group: "karpenter.kwok.sh", kind: "KWOKNodeClass", name: NODE_CLASS },
        requirements: requirementsOf(instanceType),
        ...(gpuTaint && { taints: [GPU_TAINT] }),
        // The default replaces every node after 30 days, whatever runs on it.
        expireAfter: "Never",
      },
    },
  },
});

/** What is read of a Node. */
interface NodeObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels?: Labels;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly unschedulable?: boolean };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

async function nodesWith(plane: ControlPlane, labels: Labels): Promise<readonly RealNode[]> {
  const list: { readonly items: readonly NodeObject[] } = JSON.parse(
    await plane.mustKubectl(["get", "nodes", selecting(labels), "--output=json"]),
  );
  return list.items.map(realNode);
}

function realNode({ metadata, spec, status }: NodeObject): RealNode {
  const { name, uid, labels = {}, deletionTimestamp } = metadata;
  const condition = status?.conditions?.find(({ type }) => type === "Ready");
  return {
    name,
    uid,
    labels,
    ready: condition?.status === "True" && labels[INITIALIZED_LABEL] === "true",
    cordoned: spec.unschedulable ?? false,
    leaving: deletionTimestamp !== undefined,
  };
}
