/**
 * Units of two nodes each on the controllers of LeaderWorkerSet and DisaggregatedSet, read and
 * sized through the adapter, run by kube-scheduler and kwok on two racks of four nodes.
 */
import { kubeClient } from "../../../src/adapters/kubernetes/client.ts";
import { connect, type KubeConnection } from "../../../src/adapters/kubernetes/connection.ts";
import { discovery } from "../../../src/adapters/kubernetes/discovery.ts";
import { processTimers } from "../../../src/adapters/kubernetes/timers.ts";
import { workloads } from "../../../src/adapters/workloads/workloads.ts";
import { compileFleet } from "../../../src/config/compile-fleet.ts";
import { describeErrors } from "../../../src/config/field-error.ts";
import type { CompiledFleet } from "../../../src/core/compiled.ts";
import type { ReplicaChange } from "../../../src/core/decision.ts";
import type { PodObservation, WorkloadObject } from "../../../src/core/observation.ts";
import { epochMs } from "../../../src/core/units.ts";
import type { WorkloadReading, Workloads } from "../../../src/ports/workloads.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts";
import { untilTrue } from "../control-plane/until-true.ts";
import { node } from "../kube-objects.ts";
import { type Raw, rawFleet } from "../raw-objects.ts";

export const NAMESPACE = "agents";
export const CLIQUE = "nvidia.com/gpu.clique";
export const RACKS = ["rack-a", "rack-b"];
const NODES = RACKS.flatMap((rack) => [0, 1, 2, 3].map((n) => `${rack}-n${n}`));
const ROOM = { "nvidia.com/gpu": "4", cpu: "64", memory: "512Gi", pods: "110" };
const timers = processTimers();

const fakeNode = (name: string) => ({
  ...node(name),
  metadata: {
    name,
    labels: { [CLIQUE]: name.slice(0, "rack-a".length) },
    annotations: { "kwok.x-k8s.io/node": "fake" },
  },
  status: { allocatable: ROOM, capacity: ROOM, conditions: [{ type: "Ready", status: "True" }] },
});

/** Of a LeaderWorkerSet. Bound to a rack where one is named. */
export const groupTemplate = ({ rack = "", image = "engine", gpus = "4", size = 2 } = {}) => ({
  size,
  workerTemplate: {
    spec: {
      terminationGracePeriodSeconds: 0,
      ...(rack !== "" && { nodeSelector: { [CLIQUE]: rack } }),
      containers: [{ name: "engine", image, resources: { limits: { "nvidia.com/gpu": gpus } } }],
    },
  },
});

/** @param entries of its workloads, over "all of them are sized, two units of two nodes a rack" */
export function fleetOf(...entries: readonly Raw[]): CompiledFleet {
  const sized = { name: "engine", manage: "Replicas", unit: { gpus: 8 }, unitsPerRack: 2 };
  const named = entries.map((entry) => ({ ...sized, ...entry }));
  const compiled = compileFleet(rawFleet({ workloads: named }), epochMs(Date.now()));
  if (!compiled.ok) throw new Error(describeErrors(compiled.errors));
  return compiled.value;
}

/** @returns the objects of a workload, the first one where none is named */
export const objectsOf = (
  { sized }: WorkloadReading,
  workload?: string,
): readonly WorkloadObject[] => {
  const found = sized[0]?.workloads ?? [];
  const meant = workload === undefined ? found[0] : found.find(({ name }) => name === workload);
  return meant?.objects ?? [];
};

/** @returns the pods of units that are ready, of one workload where it is named */
export const unitsIn = ({ pods }: WorkloadReading, workload?: string): readonly PodObservation[] =>
  pods.filter(
    ({ unit, ready }) =>
      unit !== undefined && ready && (workload === undefined || unit.workload === workload),
  );

export function uidsByIndex(
  reading: WorkloadReading,
  workload?: string,
): ReadonlyMap<number, readonly string[]> {
  const byIndex = new Map<number, string[]>();
  for (const { unit, uid } of unitsIn(reading, workload)) {
    const index = unit?.index ?? -1;
    byIndex.set(index, [...(byIndex.get(index) ?? []), uid].toSorted());
  }
  return byIndex;
}

export class GroupedUnits {
  readonly plane: ControlPlane;
  private readonly connection: KubeConnection;
  private readonly running: (Workloads & { stop(): Promise<void> })[] = [];

  private constructor(plane: ControlPlane) {
    this.plane = plane;
    this.connection = connect(plane.adminKubeconfig);
  }

  static async start(): Promise<GroupedUnits> {
    const parts = { controllerManager: true, kwok: true, scheduler: true, lws: true };
    const plane = await startControlPlane(parts);
    const units = new GroupedUnits(plane);
    try {
      await plane.mustKubectl(["create", "namespace", NAMESPACE]);
      await plane.apply(...NODES.map(fakeNode));
    } catch (error) {
      await units.stop();
      throw error;
    }
    return units;
  }

  /** A fresh adapter: what is read once is kept for a while. */
  async adapter(): Promise<Workloads> {
    const client = kubeClient({ transport: this.connection.transport, timers });
    const options = { client, discovery: discovery(client), timers, warn: () => {} };
    const made = workloads(options);
    this.running.push(made);
    made.start();
    await untilTrue("the pods to be listed", () => made.synced());
    return made;
  }

  async read(fleet: CompiledFleet): Promise<WorkloadReading> {
    return (await this.adapter()).read([fleet]);
  }

  /** @returns what was read once it holds, and no rollout is under way */
  async until(
    what: string,
    fleet: CompiledFleet,
    holds: (reading: WorkloadReading) => boolean,
  ): Promise<WorkloadReading> {
    let reading = await this.read(fleet);
    await untilTrue(
      what,
      async () => {
        reading = await this.read(fleet);
        const pods = unitsIn(reading).map(({ name }) => name);
        const seen = [pods, reading.sized, reading.rollouts, reading.unreadable];
        return (holds(reading) && reading.rollouts.length === 0) || JSON.stringify(seen);
      },
      { timeoutMs: 90_000 },
    );
    return reading;
  }

  /** One write. Of kinds with a count per role a change names its part. */
  async scale(
    object: WorkloadObject | undefined,
    ...changes: readonly Omit<ReplicaChange, "workload">[]
  ) {
    if (object === undefined) throw new Error("the object was read");
    const named = changes.map((change) => ({ workload: "engine", ...change }));
    return (await this.adapter()).scale({ object: object.ref, uid: object.uid, changes: named });
  }

  async remove(resource: string, ...names: readonly string[]): Promise<void> {
    await this.plane.mustKubectl(["delete", resource, ...names, "-n", NAMESPACE]);
    await untilTrue("its pods to be gone", async () => {
      const left = await this.plane.mustKubectl(["get", "pods", "-n", NAMESPACE, "-o", "name"]);
      return left === "" || left;
    });
  }

  async stopAdapters(): Promise<void> {
    await Promise.all(this.running.splice(0).map((made) => made.stop()));
  }

  async stop(): Promise<void> {
    await this.stopAdapters();
    await this.connection.close();
    await this.plane.stop();
  }
}
