/** The ways in which Karpenter's NodePools can stand for racks, and how Breakwater sizes each. */
import type { Json } from "../../src/adapters/kubernetes/decode.ts";
import { CLIQUE_LABEL } from "../support/control-plane/domain-labels.ts";
import type { Labels, StaticPool } from "../support/control-plane/real-nodes.ts";

/** Small racks of large nodes: as much work as the test profile needs, in seconds. */
export const RACK_NODES = 3;
export const MAX_RACKS = 3;
/** Of the instance type test-16x. */
export const GPUS_PER_NODE = 16;

export interface Layout {
  readonly app: string;
  readonly nodePools: readonly StaticPool[];
  /** Of all the fleet's NodePools and their nodes. */
  readonly nodeLabels: Labels;
  /** Whether the template cannot name the racks, since they share one. */
  readonly namedByFabric: boolean;
  /** The RackPool's backend. */
  readonly backend: Json;
}

const FLEET_LABEL = "example.com/fleet";
const NODE_POOL = { apiVersion: "karpenter.sh/v1", kind: "NodePool" };

/** Breakwater neither sees nor evicts what holds no GPU; to Karpenter it makes a node busy. */
const GPU_NODES = { instanceType: "test-16x", gpuTaint: true } as const;

/** One NodePool of several racks. */
function shared(app: string, backend: Json): Layout {
  const nodeLabels = { [FLEET_LABEL]: app };
  return {
    app,
    nodeLabels,
    namedByFabric: true,
    nodePools: [{ name: app, nodes: RACK_NODES, labels: nodeLabels, ...GPU_NODES }],
    backend,
  };
}

/** A NodePool for each rack, with its nodes or without any. */
function rackEach(app: string): Layout {
  const nodeLabels = { [FLEET_LABEL]: app };
  const names = Array.from({ length: MAX_RACKS }, (_, rack) => `${app}-${rack + 1}`);
  return {
    app,
    nodeLabels,
    namedByFabric: false,
    nodePools: names.map((name, rack) => ({
      name,
      nodes: rack === 0 ? RACK_NODES : 0,
      labels: { ...nodeLabels, [CLIQUE_LABEL]: name },
      ...GPU_NODES,
    })),
    backend: {
      kind: "object-set",
      members: { ...NODE_POOL, selector: nodeLabels, nodeLabel: "karpenter.sh/nodepool" },
      path: "/spec/replicas",
      countPerRack: RACK_NODES,
      nodeLabels,
      acknowledgeUnproven: true,
    },
  };
}

export const LAYOUTS: readonly Layout[] = [
  shared("by-karpenter", { kind: "karpenter", name: "by-karpenter", acknowledgeUnproven: true }),
  rackEach("by-set"),
];

const NODE_POOLS = JSON.stringify([{ apiGroup: "karpenter.sh", resource: "nodepools" }]);

/** What the chart must allow the controller for these layouts. */
export const CHART_VALUES: readonly string[] = [
  "--set=rbac.karpenter=true",
  `--set-json=rbac.fieldTargets=${NODE_POOLS}`,
];
