/**
 * A fleet with prefill and decode in one DisaggregatedSet, on two racks and no more to be had: the
 * controller's own tick with the chart's rights, DisaggregatedSet's controller, kube-scheduler.
 */
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import { NOTHING_CARRIED } from "../../../src/controller/carried.ts";
import type { Carried } from "../../../src/controller/carried.ts";
import { tick } from "../../../src/controller/tick.ts";
import type { PodObservation } from "../../../src/core/observation.ts";
import { SECOND_MS, epochMs, millis } from "../../../src/core/units.ts";
import { aSmallGroup } from "../builders/compiled.ts";
import { aGroupObservation } from "../builders/observed.ts";
import { installChart, RELEASE_NAMESPACE } from "../chart.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts";
import { untilTrue } from "../control-plane/until-true.ts";
import { COREWEAVE_NODE_POOL } from "../crds/foreign-kinds.ts";
import { ModelCluster, sha256 } from "../model/cluster.ts";
import { type ControllerParts, controllerParts, synced } from "./controller-parts.ts";
import { groupTemplate } from "./grouped-units.ts";

const POOL = "gb200-roles";
const NAMESPACE = "agents";
const RACKS = ["rack-a", "rack-b"];
const NODES_PER_RACK = 4;
const KIND = { apiVersion: "disaggregatedset.x-k8s.io/v1", kind: "DisaggregatedSet" };
const ROLES = ["prefill", "decode"] as const;
/** Units of each role on each rack, of a node each. */
const UNITS_PER_RACK = 2;
/** Turns of 6,000 prompt tokens, half of them cached: more than half of the racks can prefill. */
const TURNS_PER_SECOND = 3;
const TICK_MS = millis(20 * SECOND_MS);
const OPTIONS = { codeVersion: "roles", digest: sha256, stopwatch: () => 0 };
const ROOM = { "nvidia.com/gpu": "4", cpu: "64", memory: "512Gi", pods: "110" };

const fakeNode = (rack: string, name: string): Json => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name,
    labels: {
      "compute.coreweave.com/node-pool": POOL,
      "ds.coreweave.com/nvlink.domain": rack,
    },
    annotations: { "kwok.x-k8s.io/node": "fake" },
  },
  status: { allocatable: ROOM, capacity: ROOM },
});

const nodesOf = (rack = ""): readonly string[] =>
  Array.from({ length: NODES_PER_RACK }, (_, n) => `${rack}-n${n}`);

const nodePool: Json = {
  apiVersion: "compute.coreweave.com/v1alpha1",
  kind: "NodePool",
  metadata: { name: POOL },
  spec: { instanceType: "gb200-4x", targetRacks: RACKS.length },
};

const rackPool = (more: Json = {}): Json => ({
  apiVersion: "breakwater.dev/v1alpha1",
  kind: "RackPool",
  metadata: { name: POOL },
  spec: {
    backend: { kind: "coreweave", name: POOL, acknowledgeUnproven: true },
    rack: { nodes: NODES_PER_RACK, usableNodes: NODES_PER_RACK },
    supply: { kind: "Reserved", committedRacks: RACKS.length },
    limits: { maxRacks: RACKS.length },
    consumers: [{ fleet: { namespace: NAMESPACE, name: "coder" }, max: RACKS.length }],
    ...more,
  },
});

/** @param replicas of each role */
const disaggregatedSet = (replicas: number): Json => ({
  ...KIND,
  metadata: { name: "coder", namespace: NAMESPACE },
  spec: {
    roles: ROLES.map((name) => ({
      name,
      spec: {
        replicas,
        leaderWorkerTemplate: groupTemplate({ size: 1 }),
      },
    })),
  },
});

const workloads = (): readonly Json[] =>
  ROLES.map((role) => ({
    name: role,
    role: role === "prefill" ? "Prefill" : "Decode",
    target: { ...KIND, name: "coder", role },
    manage: "Replicas",
    unit: { gpus: 4 },
    unitsPerRack: UNITS_PER_RACK,
    unitsRange: { min: 1, max: 2 * UNITS_PER_RACK - 1 },
  }));

const fleet = (more: Json = {}): Json => ({
  apiVersion: "breakwater.dev/v1alpha1",
  kind: "InferenceFleet",
  metadata: { name: "coder", namespace: NAMESPACE },
  spec: {
    model: { name: "coder", profile: "test-small" },
    mode: { scaleOut: "Auto", scaleIn: "Auto" },
    racks: { min: RACKS.length, max: RACKS.length },
    pools: [{ name: POOL }],
    objectives: [{ name: "ttft", metric: "TTFT", threshold: "2500ms", share: "0.95" }],
    signals: { matchers: { job: "coder" } },
    workloads: workloads(),
    warm: { hitRateWithinPoints: 10, orAfter: "5s" },
    cacheVeto: "Off",
    ...more,
  },
});

export interface SharedRolesOptions {
  /** Over the specifications of the RackPool and the InferenceFleet. */
  readonly pool?: Json;
  readonly fleet?: Json;
  /** Even indices of either role on the first rack, odd ones on the second; else as it comes. */
  readonly interleaved?: boolean;
}

export class SharedRoles {
  readonly plane: ControlPlane;
  private readonly cluster: ModelCluster;
  private readonly parts: ControllerParts;
  private carried: Carried = NOTHING_CARRIED;

  private constructor(plane: ControlPlane, kubeconfig: string) {
    this.plane = plane;
    this.cluster = new ModelCluster(aSmallGroup());
    this.cluster.arrivals = TURNS_PER_SECOND;
    const now = epochMs(Date.now());
    this.cluster.world = aGroupObservation({ now, fleets: [], pools: [] });
    this.parts = controllerParts(kubeconfig, this.cluster.ports());
  }

  /** @returns once the units of both roles run */
  static async start(options: SharedRolesOptions = {}): Promise<SharedRoles> {
    const others = { controllerManager: true, kwok: true, scheduler: true, lws: true };
    const plane = await startControlPlane(others);
    try {
      await plane.apply(COREWEAVE_NODE_POOL);
      await installChart(plane, "--set=rbac.manageWorkloads=true");
      const established = ["--for=condition=Established", "--timeout=60s", "crd", "--all"];
      await plane.mustKubectl(["wait", ...established]);
      await plane.mustKubectl(["create", "namespace", NAMESPACE]);
      const nodes = RACKS.flatMap((rack) => nodesOf(rack).map((name) => fakeNode(rack, name)));
      await plane.apply(nodePool, rackPool(options.pool), fleet(options.fleet), ...nodes);
      const kubeconfig = await plane.serviceAccountKubeconfig(RELEASE_NAMESPACE, "breakwater");
      const roles = new SharedRoles(plane, kubeconfig);
      await synced(roles.parts);
      await roles.place(options.interleaved === true);
      return roles;
    } catch (error) {
      console.error(plane.lastLogLines());
      await plane.stop();
      throw error;
    }
  }

  private async place(interleaved: boolean): Promise<void> {
    const all = RACKS.length * UNITS_PER_RACK;
    for (let count = interleaved ? 1 : all; count <= all; count += 1) {
      const [open, closed] = [RACKS[(count - 1) % 2], RACKS[count % 2]];
      if (interleaved) {
        await this.plane.mustKubectl(["uncordon", ...nodesOf(open)]);
        await this.plane.mustKubectl(["cordon", ...nodesOf(closed)]);
      }
      await this.plane.apply(disaggregatedSet(count));
      await this.untilUnits(count, count);
    }
    await this.plane.mustKubectl(["uncordon", ...RACKS.flatMap(nodesOf)]);
  }

  /** As the provider takes a rack that was emptied. */
  async take(rack: string): Promise<void> {
    await this.plane.mustKubectl(["delete", "node", ...nodesOf(rack)]);
  }

  async cordonedRacks(): Promise<readonly string[]> {
    const path = "-o=jsonpath={range .items[?(@.spec.unschedulable)]}{.metadata.name} {end}";
    const names = (await this.plane.mustKubectl(["get", "nodes", path])).trim().split(" ");
    return [...new Set(names.flatMap((name) => (name === "" ? [] : name.slice(0, 6))))];
  }

  /** Of the InferenceFleet, as at the start. */
  workloads(): readonly Json[] {
    return workloads();
  }

  /** Of all decisions. */
  async phases(): Promise<readonly string[]> {
    return (await this.parts.ports.decisions.list()).map(({ phase }) => phase);
  }

  /** A merge patch of the InferenceFleet's specification. @returns once the controller knows */
  async editFleet(spec: Json): Promise<void> {
    const generation = async () => {
      const { fleets } = await this.parts.ports.store.read(this.cluster.world.now);
      return fleets[0]?.generation ?? 0;
    };
    const before = await generation();
    const patch = `-p=${JSON.stringify({ spec })}`;
    const where = ["inferencefleet", "coder", `-n=${NAMESPACE}`, "--type=merge", patch];
    await this.plane.mustKubectl(["patch", ...where]);
    await untilTrue("the edit to be known", async () => (await generation()) > before || "not yet");
  }

  set turnsPerSecond(rate: number) {
    this.cluster.arrivals = rate;
  }

  /** One tick. @returns what was done; throws where it failed */
  async step(): Promise<readonly string[]> {
    const { reports, failures } = this.cluster;
    this.cluster.pass(TICK_MS);
    const before = reports.length;
    this.carried = await tick(this.parts.ports, this.carried, OPTIONS);
    const failed = failures.splice(0);
    if (failed.length > 0) throw new Error(JSON.stringify(failed));
    return reports
      .slice(before)
      .flatMap(({ actions }) => actions.map(({ kind, outcome }) => `${kind} ${outcome}`));
  }

  /** Codes and sentences of the last tick, of the fleet. */
  said(): readonly string[] {
    const fleets = this.cluster.reports.at(-1)?.decision.fleets ?? [];
    return fleets.flatMap(({ reasons }) => reasons.map(({ code, text }) => `${code}: ${text}`));
  }

  async counts(): Promise<readonly number[]> {
    const path = "-o=jsonpath={.spec.roles[*].spec.replicas}";
    const what = ["get", "disaggregatedset", "coder", `-n=${NAMESPACE}`, path];
    return (await this.plane.mustKubectl(what)).split(" ").map(Number);
  }

  async units(): Promise<readonly PodObservation[]> {
    const { fleets } = await this.parts.ports.store.read(this.cluster.world.now);
    const { pods } = await this.parts.ports.workloads.read(fleets);
    return pods.filter(({ ready, terminating }) => ready && !terminating);
  }

  async untilUnits(prefill: number, decode: number): Promise<readonly PodObservation[]> {
    let found: readonly PodObservation[] = [];
    await untilTrue(`${prefill} units of prefill, ${decode} of decode`, async () => {
      found = await this.units();
      const counts = ROLES.map(
        (name) => found.filter(({ unit }) => unit?.workload === name).length,
      );
      return counts.join() === [prefill, decode].join() || counts.join();
    });
    return found;
  }

  /** Pods that no node has room for. */
  async pending(): Promise<readonly string[]> {
    const where = ["pods", `-n=${NAMESPACE}`, "--field-selector=spec.nodeName=", "-o=name"];
    const names = await this.plane.mustKubectl(["get", ...where]);
    return names.split("\n").filter((name) => name !== "");
  }

  async targetRacks(): Promise<string> {
    const path = "-o=jsonpath={.spec.targetRacks}";
    return this.plane.mustKubectl(["get", "nodepool", POOL, path]);
  }

  async stop(): Promise<void> {
    await this.parts.stop();
    await this.plane.stop();
  }
}
