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
export const ROLES = ["prefill", "decode"] as const;
/** Units of each role on each rack, of a node each. */
const UNITS_PER_RACK = 2;
/** Turns of 6,000 prompt tokens, half of them cached: more than half of the racks can prefill. */
const TURNS_PER_SECOND = 3;
const TICK_MS = millis(20 * SECOND_MS);
const OPTIONS = { codeVersion: "roles", digest: sha256, stopwatch: () => 0 };
const ROOM = { "nvidia.com/gpu": "4", cpu: "64", memory: "512Gi", pods: "110" };

const fakeNode = (rack: string, n: number): Json => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name: `${rack}-n${n}`,
    labels: {
      "compute.coreweave.com/node-pool": POOL,
      "ds.coreweave.com/nvlink.domain": rack,
    },
    annotations: { "kwok.x-k8s.io/node": "fake" },
  },
  status: { allocatable: ROOM, capacity: ROOM },
});

const nodePool: Json = {
  apiVersion: "compute.coreweave.com/v1alpha1",
  kind: "NodePool",
  metadata: { name: POOL },
  spec: { instanceType: "gb200-4x", targetRacks: RACKS.length },
};

const rackPool: Json = {
  apiVersion: "breakwater.dev/v1alpha1",
  kind: "RackPool",
  metadata: { name: POOL },
  spec: {
    backend: { kind: "coreweave", name: POOL, acknowledgeUnproven: true },
    rack: { nodes: NODES_PER_RACK, usableNodes: NODES_PER_RACK },
    supply: { kind: "Reserved", committedRacks: RACKS.length },
    limits: { maxRacks: RACKS.length },
    consumers: [{ fleet: { namespace: NAMESPACE, name: "coder" }, max: RACKS.length }],
  },
};

const disaggregatedSet: Json = {
  ...KIND,
  metadata: { name: "coder", namespace: NAMESPACE },
  spec: {
    roles: ROLES.map((name) => ({
      name,
      spec: {
        replicas: RACKS.length * UNITS_PER_RACK,
        leaderWorkerTemplate: groupTemplate({ size: 1 }),
      },
    })),
  },
};

const fleet: Json = {
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
    workloads: ROLES.map((role) => ({
      name: role,
      role: role === "prefill" ? "Prefill" : "Decode",
      target: { ...KIND, name: "coder", role },
      manage: "Replicas",
      unit: { gpus: 4 },
      unitsPerRack: UNITS_PER_RACK,
      unitsRange: { min: 1, max: 2 * UNITS_PER_RACK - 1 },
    })),
    warm: { hitRateWithinPoints: 10, orAfter: "5s" },
    cacheVeto: "Off",
  },
};

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
  static async start(): Promise<SharedRoles> {
    const others = { controllerManager: true, kwok: true, scheduler: true, lws: true };
    const plane = await startControlPlane(others);
    try {
      await plane.apply(COREWEAVE_NODE_POOL);
      await installChart(plane, "--set=rbac.manageWorkloads=true");
      const established = ["--for=condition=Established", "--timeout=60s", "crd", "--all"];
      await plane.mustKubectl(["wait", ...established]);
      await plane.mustKubectl(["create", "namespace", NAMESPACE]);
      const nodes = RACKS.flatMap((rack) =>
        Array.from({ length: NODES_PER_RACK }, (_, n) => fakeNode(rack, n)),
      );
      await plane.apply(nodePool, rackPool, fleet, ...nodes);
      await plane.apply(disaggregatedSet);
      const kubeconfig = await plane.serviceAccountKubeconfig(RELEASE_NAMESPACE, "breakwater");
      const roles = new SharedRoles(plane, kubeconfig);
      await synced(roles.parts);
      await roles.untilUnits(2 * UNITS_PER_RACK, 2 * UNITS_PER_RACK);
      return roles;
    } catch (error) {
      console.error(plane.lastLogLines());
      await plane.stop();
      throw error;
    }
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

  async decisions(): Promise<number> {
    return (await this.parts.ports.decisions.list()).length;
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
