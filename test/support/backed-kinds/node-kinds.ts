/** Kinds that take no marks: CoreWeave's, Karpenter's, and any with a scale subresource. */
import { coreweaveBackend } from "../../../src/adapters/coreweave/backend.ts";
import { karpenterBackend } from "../../../src/adapters/karpenter/backend.ts";
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import { discovery } from "../../../src/adapters/kubernetes/discovery.ts";
import { scaleBackend } from "../../../src/adapters/scale/backend.ts";
import type { NodeRef } from "../../../src/core/decision.ts";
import { compiledPool } from "../compiled-pool.ts";
import { coreweavePool, deployment, nodePool, RACK_NODES, scalePool } from "../kube-objects.ts";
import { type BackedKind, SMALL_RACK } from "./backed-kind.ts";

const NOTHING = { behind: () => [], work: () => [], mark: "" };

export const coreweaveKind = (
  field: "targetRacks" | "targetNodes",
  unitsPerRack: number,
): BackedKind => ({
  ...NOTHING,
  plural: "nodepools",
  field,
  unitsPerRack,
  status: { currentNodes: 71 },
  object: (name, units) => nodePool({ [field]: units }, name),
  pool: (name) => coreweavePool(name),
  backend: (client) => coreweaveBackend({ client }),
});

export const deploymentKind: BackedKind = {
  ...NOTHING,
  plural: "deployments",
  field: "replicas",
  unitsPerRack: RACK_NODES,
  status: { observedGeneration: 1 },
  object: (name, units) => deployment(units, name),
  pool: (name) => scalePool(name),
  backend: (client) => scaleBackend({ client, discovery: discovery(client) }),
};

const KARPENTER = "karpenter.sh/v1";
const NODE_CLASS = { group: "karpenter.kwok.sh", kind: "KWOKNodeClass", name: "default" };

export const karpenterKind: BackedKind = {
  plural: "nodepools",
  field: "replicas",
  unitsPerRack: SMALL_RACK,
  status: { nodes: 7 },
  object: (name, replicas) => ({
    apiVersion: KARPENTER,
    kind: "NodePool",
    metadata: { name },
    spec: {
      replicas,
      template: { spec: { nodeClassRef: NODE_CLASS, requirements: [] } },
    },
  }),
  pool: (name) =>
    compiledPool(
      {
        backend: { kind: "karpenter", name },
        rack: { nodes: SMALL_RACK, usableNodes: SMALL_RACK },
      },
      name,
    ),
  backend: (client) => karpenterBackend({ client }),
  behind: (pool, node) => [nodeClaim(pool, node)],
  work: (node) => [workOn(node)],
  mark: "",
};

export const nodeClaim = (pool: string, { name }: NodeRef, status: Json = {}): Json => ({
  apiVersion: KARPENTER,
  kind: "NodeClaim",
  metadata: { name: `claim-of-${name}`, labels: { "karpenter.sh/nodepool": pool } },
  spec: { nodeClassRef: NODE_CLASS, requirements: [] },
  status: { nodeName: name, providerID: `kwok://${name}`, ...status },
});

const workOn = ({ name }: NodeRef): Json => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: `work-on-${name}`, namespace: "agents" },
  spec: { nodeName: name, containers: [{ name: "engine", image: "engine" }] },
});
