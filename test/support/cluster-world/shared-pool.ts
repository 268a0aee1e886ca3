/**
 * Two fleets of one pool on a real control plane, each with a Deployment over its racks that
 * Breakwater sizes and kube-scheduler places. The controller's own tick, with the chart's rights,
 * on the real adapters; its clock, signals and memory are the model's.
 */
import { clusterNodes } from "../../../src/adapters/cluster-nodes/cluster-nodes.ts";
import { decisionStore } from "../../../src/adapters/decision-store/decision-store.ts";
import { fleetStore } from "../../../src/adapters/fleet-store/fleet-store.ts";
import { kubeClient } from "../../../src/adapters/kubernetes/client.ts";
import { connect } from "../../../src/adapters/kubernetes/connection.ts";
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import { discovery } from "../../../src/adapters/kubernetes/discovery.ts";
import type { Lifecycle } from "../../../src/adapters/kubernetes/reflector.ts";
import { processTimers } from "../../../src/adapters/kubernetes/timers.ts";
import { workloads } from "../../../src/adapters/workloads/workloads.ts";
import { COMPILERS, rackBackends } from "../../../src/cli/live.ts";
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
import { mortal } from "../crash/mortal-transport.ts";
import { ModelCluster, sha256 } from "../model/cluster.ts";
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

  /** @returns once two racks run the giver's units and one the taker's */
  static async start(): Promise<SharedPool> {
    const plane = await startControlPlane({
      controllerManager: true,
      kwok: true,
      scheduler: true,
      users: { [APPROVER]: [] },
    });
    try {
      const shared = await SharedPool.on(plane);
      await shared.begin();
      return shared;
    } catch (error) {
      await plane.stop();
      throw error;
    }
  }

  private static async on(plane: ControlPlane): Promise<SharedPool> {
    await plane.apply(COREWEAVE_NODE_POOL);
    await installChart(plane, "--set=rbac.manageWorkloads=true");
    const established = ["--for=condition=Established", "--timeout=60s", "crd", "--all"];
    await plane.mustKubectl(["wait", ...established]);
    for (const { namespace } of [GIVER, TAKER]) {
      await plane.mustKubectl(["create", "namespace", namespace]);
    }
    await plane.apply(approver(), nodePool(), rackPool(), fleetObject(GIVER), fleetObject(TAKER));
    const kubeconfig = await plane.serviceAccountKubeconfig(RELEASE_NAMESPACE, "breakwater");
    return new SharedPool(plane, kubeconfig);
  }

  /** Rack by rack, so that no fleet's units are on another's. */
  private async begin(): Promise<void> {
    await this.sync();
    await this.place(GIVER, ["rack-a", "rack-b"]);
    await this.place(TAKER, ["rack-c"]);
    await untilTrue("the controller to see them", async () => {
      const { pods } = await this.ports.workloads.read(
        (await this.ports.store.read(this.now)).fleets,
      );
      return (pods.length === 6 && pods.every(({ ready }) => ready)) || JSON.stringify(pods);
    });
  }

  private async sync(): Promise<void> {
    for (const adapter of this.process.running) {
      adapter.start();
      await untilTrue("the adapter to be synced", () => adapter.synced());
    }
  }

  private async place(fleet: Fleet, racks: readonly string[]): Promise<void> {
    const names = racks.flatMap((rack) =>
      Array.from({ length: NODES_PER_RACK }, (_, n) => `${rack}-n${n}`),
    );
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
    await this.sync();
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
    if (failures.length > 0) throw new Error(JSON.stringify(failures));
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
    await this.process.stop();
    await this.plane.stop();
  }
}

export interface ControllerParts {
  readonly ports: Ports;
  readonly running: readonly Lifecycle[];
  /** Judges every write from now on. @returns what resolves when the process has died */
  dyingAt(verdict: (write: string) => Moment | null): Promise<"died">;
  stop(): Promise<void>;
}

/** What a process of the controller holds towards the API server. */
export function controllerParts(kubeconfig: string, model: Ports): ControllerParts {
  const timers = processTimers();
  const { transport: server, close } = connect(kubeconfig);
  const { transport, dyingAt } = mortal(server);
  const client = kubeClient({ transport, timers });
  const base = { client, timers, warn: () => {}, clock: model.clock };
  const found = discovery(client);
  const store = fleetStore({ ...base, compilers: COMPILERS });
  const nodes = clusterNodes(base);
  const pods = workloads({ ...base, discovery: found });
  const decisions = decisionStore(base);
  const people = { namespace: RELEASE_NAMESPACE, events: model.events };
  const backends = rackBackends({ ...base, ...people, discovery: found });
  const running: readonly Lifecycle[] = [store, nodes, pods, decisions];
  return {
    ports: { ...model, store, nodes, workloads: pods, decisions, backends },
    running,
    dyingAt,
    stop: async () => {
      await Promise.all(running.map((adapter) => adapter.stop()));
      await close();
    },
  };
}

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
