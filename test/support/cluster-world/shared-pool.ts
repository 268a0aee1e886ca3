/**
 * Two fleets of one pool on a real control plane, each with a Deployment over its racks that
 * Breakwater sizes and kube-scheduler places. The controller's own tick, with the chart's rights,
 * on the real adapters; its clock, signals and memory are the model's.
 */
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import { NOTHING_CARRIED } from "../../../src/controller/carried.ts";
import type { Carried } from "../../../src/controller/carried.ts";
import { tick } from "../../../src/controller/tick.ts";
import type { Intent } from "../../../src/core/observation.ts";
import { SECOND_MS, epochMs, millis } from "../../../src/core/units.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import { aSharedGroup } from "../builders/moves.ts";
import { aGroupObservation } from "../builders/observed.ts";
import { installChart, RELEASE_NAMESPACE } from "../chart.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts";
import { untilTrue } from "../control-plane/until-true.ts";
import { COREWEAVE_NODE_POOL } from "../crds/foreign-kinds.ts";
import type { Moment } from "../crash/matrix.ts";
import { ModelCluster, sha256 } from "../model/cluster.ts";
import { type ControllerParts, controllerParts, synced } from "./controller-parts.ts";
import {
  APPROVER,
  approver,
  deployment,
  type Fleet,
  fakeNode,
  fleetObject,
  GIVER,
  NODES_PER_RACK,
  nodePool,
  POOL,
  rackPool,
  TAKER,
} from "./shared-pool-objects.ts";

/** Of the tick's own clock: an approval lives for 45 of them. */
const TICK_MS = millis(20 * SECOND_MS);
/** So little that a rack is enough for either fleet. */
const TURNS_PER_SECOND = 0.1;
const OPTIONS = { codeVersion: "moves", digest: sha256, stopwatch: () => 0 };

export interface SharedPoolOptions {
  /** Racks that run the giver's units at the start, and the taker's. */
  readonly racks: readonly [readonly string[], readonly string[]];
  /** Racks without units; absent: none. */
  readonly idle?: readonly string[];
  /** Over the RackPool's specification. */
  readonly spec?: Json;
}
const MOVES: SharedPoolOptions = { racks: [["rack-a", "rack-b"], ["rack-c"]] };

export interface Engine {
  readonly uid: string;
  /** "" while it is pending. */
  readonly rack: string;
  readonly ready: boolean;
  readonly ending: boolean;
}

export interface NodePoolSeen {
  /** Grows with every write of its specification. */
  readonly generation: number;
  readonly targetRacks: number;
}

export class SharedPool {
  readonly plane: ControlPlane;
  private readonly kubeconfig: string;
  private readonly cluster: ModelCluster;
  private process: ControllerParts;
  private carried: Carried = NOTHING_CARRIED;
  private rival: Rival | null = null;

  private constructor(plane: ControlPlane, kubeconfig: string) {
    this.plane = plane;
    this.kubeconfig = kubeconfig;
    this.cluster = new ModelCluster(aSharedGroup());
    this.cluster.arrivals = TURNS_PER_SECOND;
    const now = epochMs(Date.now());
    this.cluster.world = aGroupObservation({ now, fleets: [], pools: [] });
    this.process = controllerParts(kubeconfig, this.cluster.ports());
  }

  private get ports(): Ports {
    return this.process.ports;
  }

  /** @returns once all racks run their units */
  static async start(options = MOVES): Promise<SharedPool> {
    const plane = await startControlPlane({
      controllerManager: true,
      kwok: true,
      scheduler: true,
      users: { [APPROVER]: [] },
    });
    try {
      const shared = await SharedPool.on(plane, options);
      await shared.begin(options);
      return shared;
    } catch (error) {
      await plane.stop();
      throw error;
    }
  }

  private static async on(
    plane: ControlPlane,
    { racks, idle = [], spec }: SharedPoolOptions,
  ): Promise<SharedPool> {
    await plane.apply(COREWEAVE_NODE_POOL);
    await installChart(plane, "--set=rbac.manageWorkloads=true");
    const established = ["--for=condition=Established", "--timeout=60s", "crd", "--all"];
    await plane.mustKubectl(["wait", ...established]);
    for (const { namespace } of [GIVER, TAKER]) {
      await plane.mustKubectl(["create", "namespace", namespace]);
    }
    const count = racks.flat().length + idle.length;
    await plane.apply(approver(), nodePool(count), rackPool(count, spec));
    await plane.apply(fleetObject(GIVER), fleetObject(TAKER));
    const kubeconfig = await plane.serviceAccountKubeconfig(RELEASE_NAMESPACE, "breakwater");
    return new SharedPool(plane, kubeconfig);
  }

  /** Rack by rack, so that no fleet's units are on another's. */
  private async begin({ racks, idle = [] }: SharedPoolOptions): Promise<void> {
    const [givers, takers] = racks;
    await synced(this.process);
    await this.place(GIVER, givers);
    await this.place(TAKER, takers);
    const units = NODES_PER_RACK * (givers.length + takers.length);
    await untilTrue("the controller to see them", async () => {
      const { pods } = await this.ports.workloads.read(
        (await this.ports.store.read(this.now)).fleets,
      );
      return (pods.length === units && pods.every(({ ready }) => ready)) || JSON.stringify(pods);
    });
    for (const rack of idle) await this.bring(rack);
  }

  private async place(fleet: Fleet, racks: readonly string[]): Promise<void> {
    const names = racks.flatMap(nodesOf);
    await this.plane.apply(...names.map(fakeNode), deployment(fleet, names.length));
    await untilTrue(`${fleet.name} on ${racks.join(", ")}`, async () => {
      const engines = await this.engines(fleet);
      const up = engines.filter(({ ready }) => ready);
      return up.length === names.length || JSON.stringify(engines);
    });
  }

  private get now() {
    return this.cluster.world.now;
  }

  /** Another process, which reads the cluster anew. */
  private async anew(): Promise<void> {
    await this.process.stop();
    this.process = controllerParts(this.kubeconfig, this.cluster.ports());
    this.carried = NOTHING_CARRIED;
    await synced(this.process);
  }

  /** As the provider brings a rack and takes one, with whatever runs on it. */
  async bring(rack: string): Promise<void> {
    await this.plane.apply(...nodesOf(rack).map(fakeNode));
  }
  async take(rack: string): Promise<void> {
    await this.plane.mustKubectl(["delete", "node", ...nodesOf(rack)]);
    // The pod collector would do so a minute later.
    const now = ["--force", "--grace-period=0", "--wait=false"];
    for (const node of nodesOf(rack)) {
      const on = `--field-selector=spec.nodeName=${node}`;
      await this.plane.mustKubectl(["delete", "pods", "-A", on, ...now]);
    }
  }

  /**
   * A tick of each of two processes at once, that both hold themselves the leader, one with a clock
   * so much ahead, the other as much behind. Who meets what the other wrote fails its tick.
   */
  async stepBoth(apartMs: number): Promise<void> {
    this.rival ??= await this.anotherProcess();
    this.cluster.pass(TICK_MS);
    const { now } = this.cluster.world;
    const skewed = (ports: Ports, byMs: number): Ports => ({
      ...ports,
      clock: { now: () => epochMs(now + byMs) },
    });
    const { rival } = this;
    [this.carried, rival.carried] = await Promise.all([
      tick(skewed(this.ports, apartMs / 2), this.carried, OPTIONS),
      tick(skewed(rival.parts.ports, -apartMs / 2), rival.carried, OPTIONS),
    ]);
    this.cluster.failures.splice(0);
  }

  private async anotherProcess(): Promise<Rival> {
    const parts = controllerParts(this.kubeconfig, this.cluster.ports());
    await synced(parts);
    return { parts, carried: NOTHING_CARRIED };
  }

  /** The other one dies. The first write of memory meets what it saved last, and fails its tick. */
  async stopRival(): Promise<void> {
    await this.rival?.parts.stop();
    this.rival = null;
  }

  /**
   * One tick of a process that may die at any write, as the API server sees them: before it or
   * after it took effect. The dead one sends nothing any more.
   */
  async stepDyingAt(verdict: (write: string) => Moment | null): Promise<void> {
    this.cluster.pass(TICK_MS);
    const died = this.process.dyingAt(verdict);
    const ticked = tick(this.ports, this.carried, OPTIONS);
    const next = await Promise.race([ticked, died]);
    void this.process.dyingAt(() => null);
    if (next !== "died") {
      this.carried = next;
      return;
    }
    await this.anew();
  }

  /** One tick. @returns what was done, such as "Cordon applied"; throws where it failed */
  async step(): Promise<readonly string[]> {
    const { reports, failures } = this.cluster;
    this.cluster.pass(TICK_MS);
    const before = reports.length;
    this.carried = await tick(this.ports, this.carried, OPTIONS);
    const failed = failures.splice(0);
    if (failed.length > 0) throw new Error(JSON.stringify(failed));
    return reports
      .slice(before)
      .flatMap(({ actions }) => actions.map(({ kind, outcome }) => `${kind} ${outcome}`));
  }

  /** Time passes in which the controller does not look. */
  pass(ms: number): void {
    this.cluster.pass(ms);
  }

  /** What the last tick said of its fleet: code and sentence. */
  said({ namespace, name }: Fleet): readonly string[] {
    const fleets = this.cluster.reports.at(-1)?.decision.fleets ?? [];
    const decided = fleets.find(({ fleet }) => fleet === `${namespace}/${name}`);
    return (decided?.reasons ?? []).map(({ code, text }) => `${code}: ${text}`);
  }

  decisions(): Promise<readonly Intent[]> {
    return this.ports.decisions.list();
  }

  /** As people override; null: not any more. @returns once the controller knows */
  async override({ namespace, name }: Fleet, spec: Json | null): Promise<void> {
    if (spec === null) {
      await this.plane.mustKubectl(["delete", "fleetoverride", name, "-n", namespace]);
    } else {
      await this.plane.apply({
        apiVersion: "breakwater.dev/v1alpha1",
        kind: "FleetOverride",
        metadata: { name, namespace },
        spec: { fleet: name, until: "2099-01-01T00:00:00Z", reason: "INC-4711", ...spec },
      });
    }
    const said = async () => {
      const { overrides } = await this.ports.store.read(this.now);
      return overrides.filter(({ fleet }) => fleet === `${namespace}/${name}`);
    };
    await untilTrue("the override to be known", async () => {
      const found = await said();
      return found.length === (spec === null ? 0 : 1) || JSON.stringify(found);
    });
  }

  /** A merge patch of the RackPool's specification. @returns once the controller knows */
  async editPool(spec: Json): Promise<void> {
    const before = await this.poolGeneration();
    const patch = `-p=${JSON.stringify({ spec })}`;
    await this.plane.mustKubectl(["patch", "rackpool", POOL, "--type=merge", patch]);
    await untilTrue("the edit to be known", async () => {
      const generation = await this.poolGeneration();
      return (generation ?? 0) > (before ?? 0) || String(generation);
    });
  }

  private async poolGeneration(): Promise<number | undefined> {
    const { pools } = await this.ports.store.read(this.now);
    return pools.find(({ name }) => name === POOL)?.generation;
  }

  /** Sentences of all events so far. */
  events(): readonly string[] {
    return this.cluster.events.map(({ reason }) => reason.text);
  }

  /** @returns once the controller knows */
  async scaleIn({ namespace, name }: Fleet, mode: "Auto" | "Approve"): Promise<void> {
    const patch = JSON.stringify({ spec: { mode: { scaleIn: mode } } });
    const where = ["patch", "inferencefleet", name, "-n", namespace, "--type=merge"];
    await this.plane.mustKubectl([...where, `-p=${patch}`]);
    await untilTrue(`scale-in by ${mode}`, async () => {
      const { fleets } = await this.ports.store.read(this.now);
      return fleets.find((fleet) => fleet.name === name)?.mode.scaleIn === mode;
    });
  }

  async engines({ namespace, name }: Fleet): Promise<readonly Engine[]> {
    const { items } = await this.json("pods", "-n", namespace, "-l", `app=${name}`);
    return items.map(engineOf);
  }

  /** Pods of somebody else's. */
  async pods({ namespace, name }: Fleet): Promise<readonly Engine[]> {
    const { items } = await this.json("pods", "-n", namespace, "-l", `run=${name}`);
    return items.map(engineOf);
  }

  /** Racks that run a loan's pods, or may: as the last tick saw them. */
  loanedRacks(): number {
    return this.cluster.reports.at(-1)?.decision.pools[0]?.racksByPhase.Loaned ?? 0;
  }

  /** Units that the fleet's workload is asked for. */
  async replicas({ namespace, name }: Fleet): Promise<number> {
    return (await this.json("deployment", name, "-n", namespace)).spec.replicas;
  }

  async cordoned(): Promise<readonly string[]> {
    const { items } = await this.json("nodes");
    return items.flatMap(({ metadata, spec }: NodeSeen) =>
      spec.unschedulable === true ? [metadata.name] : [],
    );
  }

  /** Labels, annotations, taints and cordons of ours, and pods marked as the first to go. */
  async marks(): Promise<readonly string[]> {
    const { items: nodes } = await this.json("nodes");
    const { items: pods } = await this.json("pods", "-A");
    return [...nodes, ...pods].flatMap(({ metadata, spec }: MarkedObject) => {
      const { labels = {}, annotations = {} } = metadata;
      const keys = [...Object.keys(labels), ...Object.keys(annotations)];
      const taints = (spec.taints ?? []).map(({ key }) => key);
      const found = [...keys, ...taints].filter((key) => MARK.test(key));
      return found.map((key) => `${metadata.name}: ${key}`);
    });
  }

  /** Decisions that a finalizer keeps from being deleted. */
  async heldDecisions(): Promise<readonly string[]> {
    const { items } = await this.json("scaledecisions", "-A");
    return items.flatMap(({ metadata }: MarkedObject) =>
      (metadata.finalizers ?? []).map((finalizer) => `${metadata.name}: ${finalizer}`),
    );
  }

  async nodePool(): Promise<NodePoolSeen> {
    const { metadata, spec } = await this.json("nodepool", POOL);
    return { generation: metadata.generation, targetRacks: spec.targetRacks };
  }

  private async json(...what: readonly string[]) {
    return JSON.parse(await this.plane.mustKubectl(["get", ...what, "-o", "json"]));
  }

  async stop(): Promise<void> {
    await this.stopRival();
    await this.process.stop();
    await this.plane.stop();
  }
}

interface Rival {
  readonly parts: ControllerParts;
  carried: Carried;
}

const nodesOf = (rack: string): readonly string[] =>
  Array.from({ length: NODES_PER_RACK }, (_, n) => `${rack}-n${n}`);

const MARK = /^breakwater\.dev\/|^controller\.kubernetes\.io\/pod-deletion-cost$/;

interface MarkedObject {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
  };
  readonly spec: { readonly taints?: readonly { readonly key: string }[] };
}

interface NodeSeen {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly unschedulable?: boolean };
}

interface PodSeen {
  readonly metadata: { readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly conditions?: readonly { type: string; status: string }[] };
}

const engineOf = ({ metadata, spec, status }: PodSeen): Engine => ({
  uid: metadata.uid,
  rack: (spec.nodeName ?? "").slice(0, "rack-a".length),
  ready: status.conditions?.some((one) => one.type === "Ready" && one.status === "True") ?? false,
  ending: metadata.deletionTimestamp !== undefined,
});
