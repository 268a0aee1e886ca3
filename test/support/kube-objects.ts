/** Kubernetes objects in the least form that the adapters read. */
import { compilePool } from "../../src/config/compile-pool.ts";
import type { Json } from "../../src/adapters/kubernetes/decode.ts";
import type { CompiledPool } from "../../src/core/compiled.ts";
import { type Raw, rawPool } from "./raw-objects.ts";

export const RACK_NODES = 18;

/** A RackPool over a CoreWeave NodePool of its name. */
export const coreweavePool = (name = "gb200-a", backend: Raw = {}): CompiledPool =>
  compiled({ backend: { kind: "coreweave", name, acknowledgeUnproven: true, ...backend } }, name);

/** A RackPool over the scale subresource of a Deployment that counts nodes. */
export const scalePool = (name = "gb200-a", target: Raw = {}): CompiledPool =>
  compiled(
    {
      backend: {
        kind: "scale",
        target: { apiVersion: "apps/v1", kind: "Deployment", namespace: "infra", name, ...target },
        countPerRack: RACK_NODES,
        nodeLabels: { pool: name },
      },
    },
    name,
  );

function compiled(spec: Raw, name: string): CompiledPool {
  const pool = compilePool(rawPool(spec, name));
  if (!pool.ok) throw new Error(JSON.stringify(pool.errors));
  return pool.value;
}

export const nodePool = (spec: Raw, name = "gb200-a"): Json => ({
  apiVersion: "compute.coreweave.com/v1alpha1",
  kind: "NodePool",
  metadata: { name },
  spec: { instanceType: "gb200-4x", ...spec },
});

export const deployment = (replicas: number, name = "gb200-a"): Json => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "infra" },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: "main", image: "main" }] },
    },
  },
});

export interface NodeTraits {
  readonly labels?: Readonly<Record<string, string>>;
  readonly ready?: boolean;
  readonly gpus?: string;
  readonly spec?: Raw;
}

export const node = (name: string, traits: NodeTraits = {}): Json => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, labels: traits.labels ?? {} },
  spec: traits.spec ?? {},
  status: {
    allocatable: { "nvidia.com/gpu": traits.gpus ?? "4" },
    conditions: [{ type: "Ready", status: traits.ready === false ? "False" : "True" }],
  },
});

export interface PodTraits {
  readonly namespace?: string;
  readonly node?: string;
  readonly gpus?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly metadata?: Raw;
  readonly readySince?: string;
}

export const pod = (name: string, traits: PodTraits = {}): Json => {
  const limits = traits.gpus === undefined ? {} : { "nvidia.com/gpu": traits.gpus };
  const since = traits.readySince;
  const ready = { type: "Ready", status: "True", lastTransitionTime: since };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: traits.namespace ?? "agents",
      labels: traits.labels ?? {},
      ...traits.metadata,
    },
    spec: {
      nodeName: traits.node ?? "node-1",
      containers: [{ name: "engine", image: "engine", resources: { limits } }],
    },
    status: { conditions: since === undefined ? [] : [ready] },
  };
};

export interface SliceTraits {
  readonly apiVersion?: string;
  readonly name?: string;
  readonly driver?: string;
  readonly generation?: number;
  readonly slices?: number;
  /** Of each device: its own attributes and taints. */
  readonly device?: Raw;
}

/** What the DRA driver of NVIDIA publishes for a node with so many GPUs. */
export const resourceSlice = (nodeName: string, gpus: number, traits: SliceTraits = {}): Json => {
  const { apiVersion = "resource.k8s.io/v1", name = `${nodeName}-gpus`, device } = traits;
  const { driver = "gpu.nvidia.com", generation = 1, slices = 1 } = traits;
  const body = device ?? { attributes: { type: { string: "gpu" } } };
  const nested = apiVersion.endsWith("v1beta1") ? { basic: body } : body;
  return {
    apiVersion,
    kind: "ResourceSlice",
    metadata: { name },
    spec: {
      driver,
      nodeName,
      pool: { name: nodeName, generation, resourceSliceCount: slices },
      devices: Array.from({ length: gpus }, (_, n) => ({ name: `gpu-${n}`, ...nested })),
    },
  };
};
