/**
 * Plays the provider and the workload of one pool: whole racks of nodes appear and leave as the
 * NodePool's `targetRacks` says, and every rack that stays runs eight engine pods.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { KubeClient } from "../../../src/adapters/kubernetes/client.ts";
import { metaOf, numberAt, stringAt } from "../../../src/adapters/kubernetes/decode.ts";
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import { NODES, PODS } from "../../../src/adapters/kubernetes/resources.ts";
import type { ObjectAt, Resource } from "../../../src/adapters/kubernetes/resources.ts";

export const NODE_POOLS: Resource = {
  apiVersion: "compute.coreweave.com/v1alpha1",
  plural: "nodepools",
  kind: "NodePool",
};
const POOL_LABEL = "compute.coreweave.com/node-pool";
const DOMAIN_LABEL = "ds.coreweave.com/nvlink.domain";
const NODES_PER_RACK = 18;
export const PODS_PER_RACK = 8;
/** How often the provider looks: a real one takes minutes, the test waits for each step. */
const LOOK_EVERY_MS = 1_000;

export interface ProviderOptions {
  readonly client: KubeClient;
  readonly pool: string;
  readonly namespace: string;
  /** The fleet's name, and the `app` label of its pods. */
  readonly app: string;
  /** More labels of its pods; absent: none. */
  readonly podLabels?: Readonly<Record<string, string>>;
  /** Pods are called by the exporter's replicas, whose metrics show them; absent: by their node. */
  readonly namedByReplica?: boolean;
  /** Told how many racks have all their pods ready, whenever it changes. */
  readonly onServing: (racks: number) => void;
}

export interface RackProvider {
  /** Racks that ever arrived and left, in order. */
  readonly history: readonly string[];
  stop(): Promise<void>;
}

interface State {
  readonly options: ProviderOptions;
  readonly history: string[];
  nextRack: number;
  serving: number;
}

export function startRackProvider(options: ProviderOptions): RackProvider {
  const state: State = { options, history: [], nextRack: 0, serving: 0 };
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await reconcile(state);
      await pause(LOOK_EVERY_MS, stopping.signal);
    }
  })();
  return {
    history: state.history,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

const pause = (forMs: number, signal: AbortSignal): Promise<void> =>
  wait(forMs, undefined, { signal }).catch(() => undefined);

async function reconcile(state: State): Promise<void> {
  const { client, pool } = state.options;
  const object = await client.get({ resource: NODE_POOLS, namespace: "", name: pool });
  const target = numberAt(object, "spec", "targetRacks") ?? 0;
  const [nodes, pods] = await Promise.all([nodesOf(state), podsOf(state)]);
  const racks = grouped(nodes);
  if (racks.size < target) await addRack(state, pods);
  else if (racks.size > target) await removeIdleRack(state, racks, pods);
  report(state, racks, pods);
}

async function nodesOf({ options }: State): Promise<readonly Json[]> {
  const labelSelector = `${POOL_LABEL}=${options.pool}`;
  const selection = { resource: NODES, namespace: "", labelSelector };
  return (await options.client.listPage(selection, { limit: 500, next: "" })).items;
}

async function podsOf({ options }: State): Promise<readonly Json[]> {
  const { namespace, app, client } = options;
  const selection = { resource: PODS, namespace, labelSelector: `app=${app}` };
  return (await client.listPage(selection, { limit: 500, next: "" })).items;
}

function grouped(nodes: readonly Json[]): ReadonlyMap<string, readonly Json[]> {
  const racks = new Map<string, Json[]>();
  for (const node of nodes) {
    const id = metaOf(node).labels[DOMAIN_LABEL] ?? "";
    racks.set(id, [...(racks.get(id) ?? []), node]);
  }
  return racks;
}

async function addRack(state: State, pods: readonly Json[]): Promise<void> {
  const { client, pool, namespace } = state.options;
  const rack = `${pool}-rack-${state.nextRack}`;
  state.nextRack += 1;
  const nodeNames = Array.from({ length: NODES_PER_RACK }, (_, n) => `${rack}-n${n}`);
  const all = { resource: NODES, namespace: "" };
  await Promise.all(nodeNames.map((name) => client.create(all, nodeObject(name, rack, pool))));
  const engines = nodeNames.slice(0, PODS_PER_RACK);
  const inNamespace = { resource: PODS, namespace };
  const names = podNames(engines, state.options, pods);
  await Promise.all(
    engines.map((node, n) =>
      client.create(inNamespace, podObject(names[n] ?? node, node, state.options)),
    ),
  );
  state.history.push(`+${rack}`);
}

const GPUS = { "nvidia.com/gpu": "4", cpu: "144", memory: "960Gi", pods: "110" };

const nodeObject = (name: string, rack: string, pool: string): Json => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name,
    labels: { [POOL_LABEL]: pool, [DOMAIN_LABEL]: rack },
    annotations: { "kwok.x-k8s.io/node": "fake" },
  },
  status: { allocatable: GPUS, capacity: GPUS },
});

function podNames(
  nodes: readonly string[],
  { app, namedByReplica }: ProviderOptions,
  pods: readonly Json[],
): readonly string[] {
  if (namedByReplica !== true) return nodes.map((node) => `${app}-${node}`);
  const taken = new Set(pods.map((pod) => metaOf(pod).name));
  const all = Array.from({ length: taken.size + nodes.length }, (_, n) => `replica-${n}`);
  return all.filter((name) => !taken.has(name));
}

const podObject = (
  name: string,
  node: string,
  { app, namespace, podLabels }: ProviderOptions,
): Json => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace, labels: { app, ...podLabels } },
  spec: {
    nodeName: node,
    terminationGracePeriodSeconds: 1,
    containers: [
      { name: "engine", image: "engine", resources: { limits: { "nvidia.com/gpu": "4" } } },
    ],
  },
});

/** As with `IdleOnly`: a rack leaves only when it is cordoned whole and runs nothing. */
async function removeIdleRack(
  state: State,
  racks: ReadonlyMap<string, readonly Json[]>,
  pods: readonly Json[],
): Promise<void> {
  const busy = new Set(pods.map((pod) => stringAt(pod, "spec", "nodeName")));
  for (const [rack, nodes] of racks) {
    const idle = nodes.every((node) => cordoned(node) && !busy.has(metaOf(node).name));
    if (!idle) continue;
    for (const node of nodes) {
      const { name, uid } = metaOf(node);
      const at: ObjectAt = { resource: NODES, namespace: "", name };
      await state.options.client.delete(at, uid);
    }
    state.history.push(`-${rack}`);
    return;
  }
}

const cordoned = (node: Json): boolean =>
  typeof node["spec"] === "object" && node["spec"] !== null && "unschedulable" in node["spec"];

function report(
  state: State,
  racks: ReadonlyMap<string, readonly Json[]>,
  pods: readonly Json[],
): void {
  const ready = new Set(pods.filter(isReady).map((pod) => stringAt(pod, "spec", "nodeName")));
  const serving = [...racks.values()].filter(
    (nodes) => nodes.filter((node) => ready.has(metaOf(node).name)).length === PODS_PER_RACK,
  ).length;
  if (serving === state.serving) return;
  state.serving = serving;
  state.options.onServing(serving);
}

function isReady(pod: Json): boolean {
  const status = pod["status"];
  if (typeof status !== "object" || status === null || !("conditions" in status)) return false;
  const { conditions } = status;
  if (!Array.isArray(conditions)) return false;
  return conditions.some(
    (condition) =>
      stringAt(condition, "type") === "Ready" && stringAt(condition, "status") === "True",
  );
}
