/**
 * What the controller makes of real Node objects, tick by tick: the adapter that lists and watches
 * them, the inventory over all pools, and a pool's state with the memory of the ticks before. The
 * clock is the test's and runs ahead of the nodes' own. Engines are said, not run.
 */
import { clusterNodes } from "../../../src/adapters/cluster-nodes/cluster-nodes.ts";
import { type KubeClient, kubeClient } from "../../../src/adapters/kubernetes/client.ts";
import { connect, type KubeConnection } from "../../../src/adapters/kubernetes/connection.ts";
import { isJson, type Json, metaOf } from "../../../src/adapters/kubernetes/decode.ts";
import { NODES, type Resource } from "../../../src/adapters/kubernetes/resources.ts";
import { processTimers } from "../../../src/adapters/kubernetes/timers.ts";
import type { CompiledFleet, CompiledPool } from "../../../src/core/compiled.ts";
import { EMPTY_POOL_MEMORY, type PoolMemory } from "../../../src/core/memory.ts";
import type { PodObservation, UngroupedNode } from "../../../src/core/observation.ts";
import { takeInventory } from "../../../src/core/racks/inventory.ts";
import { poolState, type PoolState } from "../../../src/core/racks/pool-state.ts";
import { rackProblems } from "../../../src/core/racks/problems.ts";
import { MINUTE_MS, after, epochMs, millis, rackCount } from "../../../src/core/units.ts";
import type { EpochMs } from "../../../src/core/units.ts";
import { aPod } from "../builders/observed.ts";
import { resourceSlice } from "../kube-objects.ts";
import { untilTrue } from "../control-plane/until-true.ts";
import type { Access } from "../control-plane/access.ts";

const SLICES: Resource = {
  apiVersion: "resource.k8s.io/v1",
  plural: "resourceslices",
  kind: "ResourceSlice",
};

export interface EyesOptions {
  readonly access: Access;
  readonly pools: readonly CompiledPool[];
  readonly fleets: readonly CompiledFleet[];
}

export interface Seen extends PoolState {
  /** What is said of racks that nothing cures. */
  readonly problems: readonly string[];
  readonly refusals: readonly string[];
  readonly foreign: readonly string[];
  /** `rack: phase, usable/all nodes[, degraded]` */
  readonly shown: readonly string[];
}

type Adapter = ReturnType<typeof clusterNodes>;

export class RackEyes {
  private readonly connection: KubeConnection;
  private readonly client: KubeClient;
  private readonly adapter: Adapter;
  private readonly options: EyesOptions;
  private readonly memories = new Map<string, PoolMemory>();
  private readonly engines = new Map<string, PodObservation>();
  private now: EpochMs = epochMs(Date.now());
  /** Racks that each pool's object asks for. */
  desired = 1;

  private constructor(options: EyesOptions) {
    this.options = options;
    this.connection = connect(options.access.adminKubeconfig);
    const timers = processTimers();
    this.client = kubeClient({ transport: this.connection.transport, timers });
    this.adapter = clusterNodes({ client: this.client, timers, warn: () => {} });
  }

  static async open(options: EyesOptions): Promise<RackEyes> {
    const eyes = new RackEyes(options);
    eyes.adapter.start();
    await untilTrue("nodes to be listed", () => eyes.adapter.synced());
    return eyes;
  }

  async close(): Promise<void> {
    await this.adapter.stop();
    await this.connection.close();
  }

  async add(nodes: readonly Json[]): Promise<void> {
    const made = await Promise.all(
      nodes.map((node) => this.client.create({ resource: NODES, namespace: "" }, node)),
    );
    const uids = made.map((node) => metaOf(node).uid);
    await untilTrue("the nodes to be seen", async () => {
      const seen = await this.adapter.withUids(uids);
      return seen.length === uids.length || seen.length;
    });
  }

  /** @param until what of the node must be seen; the watch brings it */
  async edit(
    names: readonly string[],
    patch: Json,
    until: (node: UngroupedNode) => boolean,
  ): Promise<void> {
    const { status, ...rest } = patch;
    for (const name of names) {
      const at = { resource: NODES, namespace: "", name };
      if (Object.keys(rest).length > 0) await this.client.mergePatch(at, rest);
      if (!isJson(status)) continue;
      await this.client.mergePatch(at, { status }, { subresource: "status" });
    }
    await untilTrue("the edit to be seen", async () => {
      const all = await this.adapter.list(this.options.pools);
      const those = all.filter(({ name }) => names.includes(name));
      return those.every(until) || JSON.stringify(those.slice(0, 2));
    });
  }

  async remove(names: readonly string[]): Promise<void> {
    const all = await this.adapter.list(this.options.pools);
    for (const { name, uid } of all.filter((one) => names.includes(one.name))) {
      await this.client.delete({ resource: NODES, namespace: "", name }, uid);
    }
    await untilTrue("the nodes to be gone", async () => {
      const left = await this.adapter.list(this.options.pools);
      return left.every(({ name }) => !names.includes(name)) || left.length;
    });
  }

  /** What a DRA driver publishes of so many GPUs of a node. */
  async publish(node: string, gpus: number): Promise<void> {
    await this.client.create({ resource: SLICES, namespace: "" }, resourceSlice(node, gpus));
  }

  /** From now on an engine of the fleet runs there, and is ready. */
  serve(node: string): void {
    const [fleet] = this.options.fleets;
    this.engines.set(node, aPod(`engine-${node}`, node, { fleet: fleet?.key ?? null }));
  }

  stopServing(): void {
    this.engines.clear();
  }

  /** Looks every minute for so long. @returns the last sight of the pool */
  async look(minutes = 1, pool = this.options.pools[0]?.name ?? ""): Promise<Seen> {
    let seen = await this.tick(pool);
    for (let n = 1; n < minutes; n += 1) seen = await this.tick(pool);
    return seen;
  }

  private async tick(name: string): Promise<Seen> {
    const { pools, fleets } = this.options;
    this.now = after(this.now, millis(MINUTE_MS));
    const pool = pools.find((one) => one.name === name);
    if (pool === undefined) throw new Error(`no pool ${name}`);
    const inventory = takeInventory(await this.adapter.list(pools), [...this.engines.values()]);
    const { racks, foreign, refusals } = inventory(name);
    const state = poolState({
      pool,
      observed: { name, count: this.count(), refusals, racks },
      fleets,
      intents: [],
      memory: this.memories.get(name) ?? EMPTY_POOL_MEMORY,
      now: this.now,
    });
    this.memories.set(name, state.memory);
    const { summaries, awaited } = state;
    return {
      ...state,
      problems: rackProblems({ summaries, awaited, foreign }).map(({ text }) => text),
      refusals: refusals.map(({ text }) => text),
      foreign: foreign.flatMap(({ nodes }) => nodes),
      shown: summaries.map(({ id, phase, readyNodes, nodes, degraded }) =>
        [`${id}: ${phase}`, `${readyNodes}/${nodes}`, ...(degraded ? ["degraded"] : [])].join(", "),
      ),
    };
  }

  private count() {
    const [desired, current] = [rackCount(this.desired), rackCount(0)];
    const at = { uid: "uid", resourceVersion: "1", lastWriter: "breakwater" };
    return { ...at, desired, current, stock: "unknown" as const };
  }
}
