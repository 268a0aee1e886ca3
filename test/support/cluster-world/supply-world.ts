/**
 * Pools whose provider is the test, on a real API server: the controller's own tick with the
 * chart's rights on the real adapters, its memory in a ConfigMap. Its clock and signals are the
 * model's, so that half an hour of waiting for a provider takes as many ticks and no more.
 */
import { kubeClient } from "../../../src/adapters/kubernetes/client.ts";
import { connect, type KubeConnection } from "../../../src/adapters/kubernetes/connection.ts";
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import { processTimers } from "../../../src/adapters/kubernetes/timers.ts";
import { memoryStore } from "../../../src/adapters/memory-store/memory-store.ts";
import { tickSamples } from "../../../src/adapters/telemetry/samples.ts";
import { type Carried, NOTHING_CARRIED } from "../../../src/controller/carried.ts";
import { tick } from "../../../src/controller/tick.ts";
import type { PoolMemory } from "../../../src/core/memory.ts";
import { SECOND_MS, epochMs, millis } from "../../../src/core/units.ts";
import type { EpochMs } from "../../../src/core/units.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import { aSharedGroup } from "../builders/moves.ts";
import { aGroupObservation } from "../builders/observed.ts";
import { installChart, RELEASE_NAMESPACE } from "../chart.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts";
import { untilTrue } from "../control-plane/until-true.ts";
import { COREWEAVE_NODE_POOL } from "../crds/foreign-kinds.ts";
import { ModelCluster, sha256 } from "../model/cluster.ts";
import { type ControllerParts, controllerParts, synced } from "./controller-parts.ts";
import { engines, fakeNode, NAMESPACE, rackNodes } from "./supply-objects.ts";

const TICK_MS = millis(20 * SECOND_MS);
/** So little that a rack is enough: a person's floor asks for more. */
const TURNS_PER_SECOND = 0.1;
const OPTIONS = { codeVersion: "supply", digest: sha256, stopwatch: () => 0 };

interface Condition {
  readonly type: string;
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

export class SupplyWorld {
  readonly plane: ControlPlane;
  private readonly kubeconfig: string;
  private readonly cluster: ModelCluster;
  private readonly connection: KubeConnection;
  private process: ControllerParts;
  private carried: Carried = NOTHING_CARRIED;
  /** What was done, tick by tick: why, and "SetCount gb200-east-out-1 applied". */
  readonly done: string[] = [];

  private constructor(plane: ControlPlane, kubeconfig: string) {
    this.plane = plane;
    this.kubeconfig = kubeconfig;
    this.connection = connect(kubeconfig);
    this.cluster = new ModelCluster(aSharedGroup());
    this.cluster.arrivals = TURNS_PER_SECOND;
    const now = epochMs(Date.now());
    this.cluster.world = aGroupObservation({ now, fleets: [], pools: [] });
    this.process = controllerParts(kubeconfig, this.cluster.ports());
  }

  static async start(): Promise<SupplyWorld> {
    const plane = await startControlPlane({ kwok: true });
    try {
      await plane.apply(COREWEAVE_NODE_POOL);
      await installChart(plane);
      const established = ["--for=condition=Established", "--timeout=60s", "crd", "--all"];
      await plane.mustKubectl(["wait", ...established]);
      await plane.mustKubectl(["create", "namespace", NAMESPACE]);
      const kubeconfig = await plane.serviceAccountKubeconfig(RELEASE_NAMESPACE, "breakwater");
      const world = new SupplyWorld(plane, kubeconfig);
      await world.sync();
      return world;
    } catch (error) {
      await plane.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await this.connection.close();
    await this.plane.stop();
  }

  get now(): EpochMs {
    return this.cluster.world.now;
  }

  private get ports(): Ports {
    const { transport } = this.connection;
    const client = kubeClient({ transport, timers: processTimers() });
    const memory = memoryStore({ client, namespace: RELEASE_NAMESPACE });
    return { ...this.process.ports, memory };
  }

  private async sync(): Promise<void> {
    await synced(this.process);
  }

  /** The process dies; another reads the cluster, and its memory, anew. */
  async restart(): Promise<void> {
    await this.process.stop();
    this.process = controllerParts(this.kubeconfig, this.cluster.ports());
    this.carried = NOTHING_CARRIED;
    await this.sync();
  }

  /** Whether the fleets and pools are known that were applied. */
  async knows(fleets: number, pools: number): Promise<void> {
    await untilTrue("the fleets and pools to be known", async () => {
      const desired = await this.ports.store.read(this.now);
      const seen = [desired.fleets.length, desired.pools.length];
      return (seen[0] === fleets && seen[1] === pools) || seen;
    });
  }

  async ticks(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) await this.tick();
  }

  /** @returns how many ticks it took */
  async ticksUntil(what: string, check: () => Promise<boolean>, most = 60): Promise<number> {
    for (let n = 1; n <= most; n += 1) {
      await this.tick();
      if (await check()) return n;
    }
    throw new Error(`${most} ticks passed without ${what}; done: ${this.done.join(", ")}`);
  }

  private async tick(): Promise<void> {
    const { reports, failures } = this.cluster;
    this.cluster.pass(TICK_MS);
    const before = reports.length;
    this.carried = await tick(this.ports, this.carried, OPTIONS);
    if (failures.length > 0) throw new Error(JSON.stringify(failures));
    for (const { actions, decision } of reports.slice(before)) {
      this.done.push(...decision.plan.map(({ reason }) => `because ${reason.text}`));
      this.done.push(...actions.map(({ kind, outcome, intent }) => `${kind} ${intent} ${outcome}`));
    }
  }

  /** A person's floor. */
  async floor(fleet: string, min: number): Promise<void> {
    const patch = JSON.stringify({ spec: { racks: { min } } });
    const where = ["patch", "inferencefleet", fleet, "-n", NAMESPACE, "--type=merge"];
    await this.plane.mustKubectl([...where, `-p=${patch}`]);
    await untilTrue("the floor to be known", async () => {
      const { fleets } = await this.ports.store.read(this.now);
      return fleets.find(({ name }) => name === fleet)?.racks.min === min;
    });
  }

  /** What the provider writes into the pool's object. */
  async says(pool: string, ...conditions: readonly Condition[]): Promise<void> {
    const patch = JSON.stringify({ status: { conditions } });
    const where = ["patch", "nodepool", pool, "--subresource=status", "--type=merge"];
    await this.plane.mustKubectl([...where, `-p=${patch}`]);
  }

  /** Nodes of a rack come, all or some. */
  async arrive(rack: string, pool: string, from = 0, to?: number): Promise<void> {
    const names = rackNodes(rack, from, to);
    await this.plane.apply(...names.map((name) => fakeNode(name, rack, pool)));
    await untilTrue(`the nodes of ${rack}`, async () => {
      const { pools } = await this.ports.store.read(this.now);
      const seen = (await this.ports.nodes.list(pools)).filter(({ name }) => names.includes(name));
      return (seen.length === names.length && seen.every(({ ready }) => ready)) || seen.length;
    });
  }

  async serve(rack: string, fleet: string): Promise<void> {
    await this.plane.apply(...engines(rack, fleet));
    await untilTrue(`the engines of ${rack}`, async () => {
      const { fleets } = await this.ports.store.read(this.now);
      const { pods } = await this.ports.workloads.read(fleets);
      const ours = pods.filter(({ node }) => node.startsWith(rack));
      return (ours.length > 0 && ours.every(({ ready }) => ready)) || ours.length;
    });
  }

  /** As with IdleOnly: the cordoned ones, which run nothing. @returns their names */
  async takeIdle(): Promise<readonly string[]> {
    const idle = await this.cordoned();
    if (idle.length > 0) await this.plane.mustKubectl(["delete", "node", ...idle]);
    await untilTrue("the idle nodes to be gone", async () => {
      const { pools } = await this.ports.store.read(this.now);
      const left = await this.ports.nodes.list(pools);
      return !left.some(({ name }) => idle.includes(name));
    });
    return idle;
  }

  async cordoned(): Promise<readonly string[]> {
    const { items } = await this.json("nodes");
    return items.flatMap(
      ({ metadata, spec }: { metadata: { name: string }; spec: { unschedulable?: boolean } }) =>
        spec.unschedulable === true ? [metadata.name] : [],
    );
  }

  /** Racks asked for, and how often that was written. */
  async asked(pool: string): Promise<{ readonly racks: number; readonly writes: number }> {
    const { metadata, spec } = await this.json("nodepool", pool);
    return { racks: spec.targetRacks, writes: metadata.generation - 1 };
  }

  async pods(): Promise<readonly string[]> {
    const { items } = await this.json("pods", "-n", NAMESPACE);
    return items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
  }

  /** What a process that starts now reads of the pool in the group's ConfigMap. */
  async remembered(group: string, pool: string): Promise<PoolMemory | undefined> {
    return (await this.ports.memory.load(group))?.memory.pools[pool];
  }

  /** What is said of the fleet in the last tick: code and sentence. */
  said(fleet: string): readonly string[] {
    const decided = this.cluster.reports
      .toReversed()
      .flatMap(({ decision }) => decision.fleets)
      .find((one) => one.fleet === `${NAMESPACE}/${fleet}`);
    return (decided?.reasons ?? []).map(({ code, text }) => `${code}: ${text}`);
  }

  /** A gauge of the last tick that knew the pool, as it is exported. */
  gauge(metric: string, labels: Readonly<Record<string, string>>): number | undefined {
    const all = this.cluster.reports.toReversed();
    const report = all.find(({ group }) => group.pools.some(({ name }) => name === labels["pool"]));
    const found = report && tickSamples(report).gauges.filter((one) => one.metric === metric);
    return found?.find((one) =>
      Object.entries(labels).every(([name, value]) => Object(one.labels)[name] === value),
    )?.value;
  }

  private async json(...what: readonly string[]) {
    return JSON.parse(await this.plane.mustKubectl(["get", ...what, "-o", "json"]));
  }

  /** As people apply them. */
  apply(...objects: readonly Json[]): Promise<void> {
    return this.plane.apply(...objects);
  }
}
